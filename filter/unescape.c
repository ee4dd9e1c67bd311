/* See unescape.h. */
#include "filter/unescape.h"
#include <utf8proc.h>
#include "text/chars.h"
#include "text/entity.h"

enum { LONGEST = 24 };          /* letters and digits of a reference */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_alnum(char c) { return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'z'); }

/* ---- numbers ------------------------------------------------------------------------------ */

static int digit(char c, bool hex)
{
    if (is_digit(c))
        return c - '0';
    int l = (c | 32) - 'a';
    return hex && l >= 0 && l < 6 ? l + 10 : -1;
}

/* Numbers that stand for nothing. */
static bool is_void(uint32_t c)
{
    return (c >= 1 && c <= 8) || c == 0x0B || (c >= 0x0E && c <= 0x1F) || c == 0x7F ||
           (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
}

/* s is what stands between "&#" and ";". */
static bool add_number(struct slice s, struct buf *out)
{
    bool hex = (s.p[0] | 32) == 'x';
    uint32_t c = 0;
    if (s.n == hex)
        return false;
    for (size_t i = hex; i < s.n; i++) {
        int v = digit(s.p[i], hex);
        if (v < 0)
            return false;
        if (c <= 0x10FFFF)
            c = c * (hex ? 16 : 10) + (uint32_t)v;
    }
    if (c >= 0x80 && c < 0xA0)
        c = entity_c1(c);
    else if (is_void(c) && c <= 0x10FFFF)
        return true;
    if (c == 0 || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
        c = 0xFFFD;
    char bytes[4];
    buf_add(out, bytes, utf8_put(bytes, c));
    return c != ';';
}

/* ---- names -------------------------------------------------------------------------------- */

/* In capitals: those few of HTML's characters that become several letters, others one by one. */
static void add_upper(struct slice s, struct buf *out)
{
    static const struct {
        const char *from, *to;
    } longer[] = {{"ß", "SS"}, {"ŉ", "ʼN"}, {"ﬀ", "FF"}, {"ﬁ", "FI"}, {"ﬂ", "FL"},
                  {"ﬃ", "FFI"}, {"ﬄ", "FFL"}};
    for (size_t i = 0; i < sizeof longer / sizeof *longer; i++)
        if (slice_is(s, longer[i].from)) {
            buf_add_str(out, longer[i].to);
            return;
        }
    for (const char *p = s.p, *end = p + s.n; p < end;) {
        char bytes[4];
        uint32_t c = (uint32_t)utf8proc_toupper((utf8proc_int32_t)chars_next(&p));
        buf_add(out, bytes, utf8_put(bytes, c));
    }
}

/* Does a name begin with one that needs no semicolon, such as "AMP"? */
static bool begins_bare(struct slice name)
{
    for (size_t n = 2; n <= name.n && n <= ENTITY_BARE_MAX; n++) {
        const struct entity *e = entity_find(slice_upto(name, n));
        if (e && e->bare)
            return true;
    }
    return false;
}

static bool add_name(struct slice name, struct buf *out)
{
    char small[LONGEST];
    const struct entity *e = entity_find(name);
    if (e) {
        buf_add_str(out, e->utf8);
        return true;
    }
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] >= 'a' && name.p[i] <= 'z')
            return false;
        small[i] = is_digit(name.p[i]) ? name.p[i] : (char)(name.p[i] | 32);
    }
    e = entity_find(slice_of(small, name.n));
    if (!e || begins_bare(name))
        return false;
    add_upper(slice_str(e->utf8), out);
    return true;
}

/* ---- all of it ---------------------------------------------------------------------------- */

/* Bytes of what looks like a reference at the start of s, which is "&"; 0 if none does. */
static size_t reference(struct slice s, bool *number)
{
    size_t i = 1 + (s.n > 1 && s.p[1] == '#'), from = i;
    *number = i == 2;
    while (i < s.n && i - from < LONGEST && is_alnum(s.p[i]))
        i++;
    return i > from && i < s.n && s.p[i] == ';' ? i + 1 : 0;
}

bool unescape(struct slice text, struct buf *out)
{
    size_t start = out->n, done = 0;
    for (size_t i = 0; i < text.n;) {
        bool number;
        struct slice rest = slice_from(text, i);
        size_t amp = slice_find_byte(rest, '&');
        size_t n = amp < rest.n ? reference(slice_from(rest, amp), &number) : 0;
        i += amp;
        if (!n) {
            i += i < text.n;
            continue;
        }
        size_t before = out->n;
        buf_add(out, text.p + done, i - done);
        struct slice name = slice_of(text.p + i + 1 + number, n - 2 - number);
        if (number ? add_number(name, out) : add_name(name, out))
            done = i + n;
        else
            out->n = before;
        i += n;
    }
    if (!done)
        return false;
    buf_add(out, text.p + done, text.n - done);
    if (!slice_eq(slice_from(buf_slice(out), start), text))
        return true;
    out->n = start;
    return false;
}
