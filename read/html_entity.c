/* Character references in text: names (read/html_names.h), decimal and hexadecimal numbers, as the
 * HTML standard decodes them outside attributes. */
#include <stdint.h>
#include "core/utf8.h"
#include "read/html.h"

struct entity {
    const char *name, *utf8;
    unsigned char bare;
};

static const struct entity entities[] = {
#define E(name, utf8, bare) {name, utf8, bare},
#include "read/html_names.h"
#undef E
};
#define N_ENTITIES (sizeof entities / sizeof *entities)
#define NAME_MAX_LEN 32
#define BARE_MAX_LEN 6

/* Numbers 128 to 159 mean windows-1252. */
static const uint16_t c1_controls[32] = {
    0x20AC, 0x81, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021,
    0x2C6, 0x2030, 0x160, 0x2039, 0x152, 0x8D, 0x17D, 0x8F,
    0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0x2DC, 0x2122, 0x161, 0x203A, 0x153, 0x9D, 0x17E, 0x178,
};

static const struct entity *find_entity(struct slice name)
{
    size_t lo = 0, hi = N_ENTITIES;
    while (lo < hi) {
        const size_t mid = lo + (hi - lo) / 2;
        const int c = slice_cmp(name, slice_str(entities[mid].name));
        if (c == 0)
            return &entities[mid];
        if (c < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return NULL;
}

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
        cp = c1_controls[cp - 0x80];
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
    while (n < s.n && n <= NAME_MAX_LEN && is_alnum(s.p[n]))
        n++;
    const struct entity *e = NULL;
    if (n && n < s.n && s.p[n] == ';')
        e = find_entity(slice_upto(s, n));
    if (e) {
        buf_add_str(out, e->utf8);
        return n + 1;
    }
    for (n = n < BARE_MAX_LEN ? n : BARE_MAX_LEN; n > 1; n--) {
        e = find_entity(slice_upto(s, n));
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
