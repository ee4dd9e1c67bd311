/* utf8 - see utf8.h. Well-formedness by table 3-7 of the Unicode standard. */
#include "core/utf8.h"
#include <stdint.h>

/* Length of the well-formed sequence at p, or 0 with *bad set to the maximal ill-formed subpart. */
static size_t sequence(const unsigned char *p, const unsigned char *end, size_t *bad)
{
    unsigned c = p[0];
    size_t n, left = (size_t)(end - p);
    unsigned lo = 0x80, hi = 0xBF;
    *bad = 1;
    if (c < 0x80)
        return 1;
    if (c < 0xC2 || c > 0xF4)
        return 0;
    n = c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (c == 0xE0)
        lo = 0xA0;
    else if (c == 0xED)
        hi = 0x9F;
    else if (c == 0xF0)
        lo = 0x90;
    else if (c == 0xF4)
        hi = 0x8F;
    for (size_t i = 1; i < n; i++, lo = 0x80, hi = 0xBF) {
        if (i >= left || p[i] < lo || p[i] > hi)
            return 0;
        *bad = i + 1;
    }
    return n;
}

size_t utf8_valid_upto(struct slice s)
{
    const unsigned char *p = (const unsigned char *)s.p, *end = p + s.n;
    while (p < end) {
        uint64_t w;
        while (end - p >= 8 && (memcpy(&w, p, 8), !(w & 0x8080808080808080ULL)))
            p += 8;
        if (p == end)
            break;
        size_t bad, n = sequence(p, end, &bad);
        if (!n)
            break;
        p += n;
    }
    return s.n - (size_t)(end - p);
}

bool utf8_valid(struct slice s) { return utf8_valid_upto(s) == s.n; }

uint32_t utf8_next(const char **at, const char *end)
{
    const unsigned char *p = (const unsigned char *)*at;
    size_t bad, n = sequence(p, (const unsigned char *)end, &bad);
    *at += n ? n : bad;
    switch (n) {
    case 0: return UTF8_BAD;
    case 1: return p[0];
    case 2: return (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
    case 3: return (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    default:
        return (p[0] & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
    }
}

size_t utf8_put(char *out, uint32_t cp)
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, cp >>= 6)
        out[i] = (char)(0x80 | (cp & 0x3F));
    out[0] = (char)((n == 2 ? 0xC0 : n == 3 ? 0xE0 : 0xF0) | cp);
    return n;
}

size_t utf8_count(struct slice s)
{
    size_t n = 0, i = 0;
    for (uint64_t w; i + 8 <= s.n; i += 8) {
        memcpy(&w, s.p + i, 8);
        uint64_t continued = w >> 7 & ~(w >> 6) & 0x0101010101010101ULL;    /* 10xxxxxx */
        n += 8 - (size_t)(continued * 0x0101010101010101ULL >> 56);
    }
    for (; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

struct slice utf8_repair(struct slice s, struct arena *a, uint64_t *repaired)
{
    size_t good = utf8_valid_upto(s);
    if (good == s.n)
        return s;
    char *out = arena_alloc(a, good + 3 * (s.n - good)), *o = out;
    memcpy(o, s.p, good);
    o += good;
    for (const char *p = s.p + good, *end = s.p + s.n; p < end;) {
        const char *from = p;
        if (utf8_next(&p, end) == UTF8_BAD) {
            o += utf8_put(o, 0xFFFD);
            ++*repaired;
        } else {
            memcpy(o, from, (size_t)(p - from));
            o += p - from;
        }
    }
    return slice_of(out, (size_t)(o - out));
}
