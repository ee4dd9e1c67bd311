/* Character references in text: names (text/entity.h), decimal and hexadecimal numbers, as the
 * HTML standard decodes them outside attributes. */
#include <stdint.h>
#include "core/utf8.h"
#include "read/html.h"
#include "text/entity.h"

enum { LONGEST_NAME = 32 };

static int digit_value(char c, int base)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const char l = (char)(c | 0x20);
    return base == 16 && l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

/* s begins behind "&#". Returns the bytes used, 0 if there is no number. */
static size_t decode_number(struct buf *out, struct slice s)
{
    const int base = s.n && (s.p[0] | 0x20) == 'x' ? 16 : 10;
    size_t i = base == 16 ? 1 : 0;
    const size_t first = i;
    uint32_t cp = 0;
    for (int v; i < s.n && (v = digit_value(s.p[i], base)) >= 0; i++)
        if (cp < 0x110000)
            cp = cp * (uint32_t)base + (uint32_t)v;
    if (i == first)
        return 0;
    if (i < s.n && s.p[i] == ';')
        i++;
    if (cp >= 0x80 && cp < 0xA0)
        cp = entity_c1(cp);
    if (cp == 0 || cp > 0x10FFFF || (cp >= 0xD800 && cp < 0xE000))
        cp = 0xFFFD;
    char u[4];
    buf_add(out, u, utf8_put(u, cp));
    return i;
}

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* s begins behind '&'. Returns the bytes used, 0 if it is no reference. */
static size_t decode_name(struct buf *out, struct slice s)
{
    size_t n = 0;
    while (n < s.n && n <= LONGEST_NAME && is_alnum(s.p[n]))
        n++;
    const struct entity *e = NULL;
    if (n && n < s.n && s.p[n] == ';')
        e = entity_find(slice_upto(s, n));
    if (e) {
        buf_add_str(out, e->utf8);
        return n + 1;
    }
    for (n = n < ENTITY_BARE_MAX ? n : ENTITY_BARE_MAX; n > 1; n--) {
        e = entity_find(slice_upto(s, n));
        if (e && e->bare) {
            buf_add_str(out, e->utf8);
            return n;
        }
    }
    return 0;
}

void html_decode(struct buf *out, struct slice s)
{
    while (s.n) {
        const size_t amp = slice_find_byte(s, '&');
        buf_add(out, s.p, amp);
        s = slice_from(s, amp);
        if (!s.n)
            break;
        const struct slice rest = slice_from(s, 1);
        size_t used = rest.n && rest.p[0] == '#' ? decode_number(out, slice_from(rest, 1))
                                                 : decode_name(out, rest);
        if (used && rest.p[0] == '#')
            used++;
        if (!used)
            buf_add_byte(out, '&');
        s = slice_from(s, 1 + used);
    }
}
