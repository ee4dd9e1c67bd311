/* The unlikely neighbours of ftfy 6.3 (ftfy/badness.py, BADNESS_RE): pairs and triples of
 * categories as tables, and the spellings of single characters one by one. */
#include "filter/mojibake_signs.h"
#include <stddef.h>

#define MARKS (CM_START | CM_END)
#define LETTERS (CM_LOWER | CM_UPPER)
#define ODD (LETTERS | CM_BOX | MARKS | CM_CURRENCY | CM_NUMERIC | CM_LAW)

static const struct {
    uint32_t first, second;
} pairs[] = {
    {CM_BAD | ODD, CM_BAD},
    {CM_BAD, ODD},
    {CM_LOWER | CM_LOWER_COMMON | CM_BOX | CM_END | CM_CURRENCY | CM_NUMERIC, CM_UPPER},
    {CM_BOX | CM_END | CM_CURRENCY | CM_NUMERIC, CM_LOWER},
    {CM_LOWER | CM_BOX | CM_END, CM_CURRENCY},
    {CM_UPPER | CM_BOX, CM_NUMERIC | CM_LAW},
    {CM_CURRENCY | CM_NUMERIC | CM_BOX, CM_START},
    {CM_BOX, CM_KAOMOJI | CM_END},
    {LETTERS | CM_CURRENCY | CM_NUMERIC | MARKS | CM_LAW, CM_BOX},
};

static const struct {
    uint32_t first, second, third;
} triples[] = {
    {LETTERS | CM_BOX | CM_CURRENCY | CM_END, CM_START, CM_NUMERIC},
    {LETTERS | CM_CURRENCY | CM_NUMERIC | CM_BOX | CM_LAW, CM_END, CM_START},
};

/* The text around one place. */
struct around {
    const struct mojibake *m;
    const uint32_t *c, *end;        /* c[0] is the place; c < end */
    bool at_start;
};

static uint32_t flags_at(const struct around *a, ptrdiff_t i)
{
    return i < a->end - a->c ? charmap_row(a->m->map, a->c[i])->flags : 0;
}

/* 0 behind the end; no rule asks for NUL. */
static uint32_t at(const struct around *a, ptrdiff_t i) { return i < a->end - a->c ? a->c[i] : 0; }

static bool one_of(uint32_t c, const char *set)
{
    while (*set)
        if (chars_next(&set) == c)
            return true;
    return false;
}

static bool is_small(uint32_t c) { return c >= 'a' && c <= 'z'; }
static bool is_latin(uint32_t c) { return is_small(c | 32); }

/* ---- by categories ------------------------------------------------------------------------ */

static bool by_categories(const struct around *a, uint32_t f0)
{
    uint32_t f1 = flags_at(a, 1), f2;
    if (f0 & CM_C1)
        return true;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (f0 & pairs[i].first && f1 & pairs[i].second)
            return true;
    if (!(f1 & MARKS))
        return false;
    f2 = flags_at(a, 2);
    for (size_t i = 0; i < sizeof triples / sizeof *triples; i++)
        if (f0 & triples[i].first && f1 & triples[i].second && f2 & triples[i].third)
            return true;
    return f0 & LETTERS && a->end - a->c > 2 && chars_flags(a->m->chars, a->c[2]) & CH_WORD;
}

/* A character that itself is harmless in front: a letter of ASCII, white space, a mark. */
static bool behind_plain(const struct around *a)
{
    uint32_t c = a->c[0], f1 = flags_at(a, 1), f2 = flags_at(a, 2);
    bool space = c < 0x80 ? c == ' ' || (c >= 9 && c <= 13) || (c >= 28 && c <= 31)
                          : (chars_flags(a->m->chars, c) & CH_SPACE) != 0;
    if (is_latin(c) && f1 & (CM_LOWER_COMMON | CM_UPPER_COMMON) && f2 & CM_BAD)
        return true;
    if (space && f1 & CM_UPPER && f2 & CM_CURRENCY)
        return true;
    if (is_small(c) && f1 & CM_UPPER && f2 & (CM_START | CM_CURRENCY))
        return true;
    if (is_small(c)) {              /* "a Ã ", "aÂ " */
        ptrdiff_t i = chars_flags(a->m->chars, at(a, 1)) & CH_SPACE ? 2 : 1;
        if (one_of(at(a, i), "ÃÂ") && at(a, i + 1) == ' ')
            return true;
    }
    bool ends = is_small(c) || one_of(c, ".,?!") || charmap_row(a->m->map, c)->flags & CM_END;
    return ends && at(a, 1) == 0xC2 && (at(a, 2) == ' ' || f2 & MARKS);
}

/* ---- by characters ------------------------------------------------------------------------ */

/* Words in Arabic or another alphabet give runs of pairs; single pairs may mean themselves. */
static bool by_alphabet(const struct around *a)
{
    static const char *const arabic = "ŸŠ®°µ»";
    uint32_t c = a->c[0], f1 = flags_at(a, 1), c1 = at(a, 1), c2 = at(a, 2);
    uint32_t between = CM_C1 | CM_BAD | MARKS | CM_CURRENCY;
    uint32_t word = CM_COMMON | CM_CURRENCY | CM_BAD | CM_NUMERIC | CM_START;
    if (one_of(c, "ØÙ") && one_of(c2, "ØÙ"))
        return (f1 & word || one_of(c1, arabic)) &&
               (flags_at(a, 3) & word || one_of(at(a, 3), arabic));
    if (one_of(c, "ВГРС") && one_of(c2, "ВГРС"))
        return f1 & between || one_of(c1, "°µ");
    if (one_of(c, "ΒΓΞΟ") && one_of(c2, "ΒΓΞΟ"))
        return f1 & between || c1 == 0xB0;
    return false;
}

static bool starts_with(const struct around *a, const char *word)
{
    ptrdiff_t i = 0;
    for (; *word; i++)
        if (at(a, i) != chars_next(&word))
            return false;
    return true;
}

/* First characters that say something: the second, or the rest, decides. */
static bool by_spelling(const struct around *a, uint32_t f0)
{
    uint32_t c = a->c[0], c1 = at(a, 1), c2 = at(a, 2), f1 = flags_at(a, 1);
    bool more = a->end - a->c > 1;
    switch (c) {
    case 0x152: case 0x153:         /* oe, not before a plain letter */
        if (more && !is_latin(c1))
            return true;
        break;
    case 0xC2: case 0xC3: case 0xCE: case 0xD0:
        if (f1 & MARKS || one_of(c1, "€œŠš¢£Ÿž\302\240\302\255®©°·»–—´"))
            return true;
        if (c == 0xC3 && one_of(c1, "\302\240¡"))
            return true;
        if (c <= 0xC3 && a->at_start && c1 == ' ')
            return true;
        break;
    case 0xD7: return one_of(c1, "²³");
    case 0xE0: return one_of(c1, "²µ¹¼½¾");
    case 0x221A: return one_of(c1, "±∂†≠®™´≤≥¥µø");         /* macroman */
    case 0x2248: return one_of(c1, "°¢");
    case 0x201A:
        return (c1 == 0xC4 && one_of(c2, "ìîïòôúùû†°¢π")) ||
               (one_of(c1, "âó") && one_of(c2, "àä°ê"));
    case 0x432: return c1 == 0x402;                         /* windows-1251 of U+2000... */
    case 0x413:
        if (starts_with(a, "ГўВЂВ") && at(a, 5) != '\n' && a->end - a->c > 6 &&
            (is_latin(at(a, 6)) || at(a, 6) == ' '))
            return true;
        break;
    case 0x3B2: return c1 == 0x20AC && one_of(c2, "™\302\240Ά\302\255®°");  /* windows-1253 */
    case 0x101: return c1 == 0x20AC;                        /* windows-1257 */
    default: break;
    }
    return f0 & CM_UPPER && c1 == 0xB0;
}

bool mojibake_signs(const struct mojibake *m, const uint32_t *c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (c[i] < 0x80 && (i + 1 == n || c[i + 1] < 0x80) && (i + 2 >= n || c[i + 2] < 0x80))
            continue;
        struct around a = {m, c + i, c + n, i == 0};
        uint32_t f0 = charmap_row(m->map, c[i])->flags;
        if ((f0 && (by_categories(&a, f0) || by_spelling(&a, f0) || by_alphabet(&a))) ||
            behind_plain(&a))
            return true;
    }
    return false;
}
