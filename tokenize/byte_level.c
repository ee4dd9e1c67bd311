/* The byte-level alphabet: every byte as one printable character.
 * From GPT-2's encoder: 33-126, 161-172 and 174-255 stand for themselves, the other 68 bytes in
 * order are U+0100 and up. */
#include "core/utf8.h"
#include "tokenize/load.h"

static bool stands_for_itself(unsigned b)
{
    return (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
}

uint32_t byte_level_char(unsigned char b)
{
    if (stands_for_itself(b))
        return b;
    uint32_t n = 0;
    for (unsigned i = 0; i < b; i++)
        n += !stands_for_itself(i);
    return 256 + n;
}

int byte_level_byte(uint32_t cp)
{
    if (cp < 256)
        return stands_for_itself(cp) ? (int)cp : -1;
    if (cp < 256 + 33)
        return (int)(cp - 256);                 /* 0-32 */
    if (cp < 256 + 33 + 34)
        return (int)(cp - 256 - 33 + 127);      /* 127-160 */
    return cp == 256 + 67 ? 173 : -1;
}

bool byte_level_decode(struct slice spelling, struct buf *out)
{
    const char *p = spelling.p, *end = p + spelling.n;
    while (p < end) {
        int b = byte_level_byte(utf8_next(&p, end));
        if (b < 0)
            return false;
        buf_add_byte(out, (char)b);
    }
    return true;
}
