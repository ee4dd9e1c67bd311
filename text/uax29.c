/* See uax29.h. Rules WB3 to WB16 by their numbers. */
#include "text/uax29.h"
#include <utf8proc.h>

enum word_break { OTHER, CR, LF, NEWLINE, EXTEND, ZWJ, FORMAT, REGIONAL, KATAKANA, HEBREW, ALETTER,
                  SINGLE_QUOTE, DOUBLE_QUOTE, MIDNUMLET, MIDLETTER, MIDNUM, NUMERIC, EXTENDNUMLET,
                  WSEGSPACE };

/* ---- the property ------------------------------------------------------------------------- */

/* Where it differs from what the category says; unassigned code points may lie within a range. */
static const struct {
    uint32_t from, to, value;
} exceptions[] = {
    {0xA, 0xA, LF}, {0xD, 0xD, CR}, {0xB, 0xC, NEWLINE}, {0x85, 0x85, NEWLINE},
    {0x2028, 0x2029, NEWLINE}, {0x22, 0x22, DOUBLE_QUOTE}, {0x27, 0x27, SINGLE_QUOTE},
    {0x2C, 0x2C, MIDNUM}, {0x3B, 0x3B, MIDNUM}, {0x37E, 0x37E, MIDNUM}, {0x589, 0x589, MIDNUM},
    {0x60C, 0x60D, MIDNUM}, {0x66C, 0x66C, MIDNUM}, {0x7F8, 0x7F8, MIDNUM},
    {0x2044, 0x2044, MIDNUM}, {0xFE50, 0xFE50, MIDNUM}, {0xFE54, 0xFE54, MIDNUM},
    {0xFF0C, 0xFF0C, MIDNUM}, {0xFF1B, 0xFF1B, MIDNUM}, {0x2E, 0x2E, MIDNUMLET},
    {0x2018, 0x2019, MIDNUMLET}, {0x2024, 0x2024, MIDNUMLET}, {0xFE52, 0xFE52, MIDNUMLET},
    {0xFF07, 0xFF07, MIDNUMLET}, {0xFF0E, 0xFF0E, MIDNUMLET}, {0x3A, 0x3A, MIDLETTER},
    {0xB7, 0xB7, MIDLETTER}, {0x387, 0x387, MIDLETTER}, {0x55F, 0x55F, MIDLETTER},
    {0x5F4, 0x5F4, MIDLETTER}, {0x2027, 0x2027, MIDLETTER}, {0xFE13, 0xFE13, MIDLETTER},
    {0xFE55, 0xFE55, MIDLETTER}, {0xFF1A, 0xFF1A, MIDLETTER}, {0xA0, 0xA0, OTHER},
    {0xE01, 0xE30, OTHER}, {0xE32, 0xE33, OTHER}, {0xE40, 0xE46, OTHER}, {0xE81, 0xEB0, OTHER},
    {0xEB2, 0xEB3, OTHER}, {0xEBD, 0xEC6, OTHER}, {0xEDC, 0xEDF, OTHER}, {0x1000, 0x102A, OTHER},
    {0x103F, 0x103F, OTHER}, {0x1050, 0x1055, OTHER}, {0x105A, 0x105D, OTHER},
    {0x1061, 0x1061, OTHER}, {0x1065, 0x1066, OTHER}, {0x106E, 0x1070, OTHER},
    {0x1075, 0x1081, OTHER}, {0x108E, 0x108E, OTHER}, {0x1780, 0x17B3, OTHER},
    {0x17D7, 0x17D7, OTHER}, {0x17DC, 0x17DC, OTHER}, {0x1950, 0x19C9, OTHER},
    {0x1A20, 0x1A54, OTHER}, {0x1AA7, 0x1AA7, OTHER}, {0x2007, 0x2007, OTHER},
    {0x200B, 0x200B, OTHER}, {0x3006, 0x3007, OTHER}, {0x3021, 0x3029, OTHER},
    {0x3038, 0x303A, OTHER}, {0x3041, 0x3096, OTHER}, {0x309D, 0x309F, OTHER},
    {0x3400, 0x4DBF, OTHER}, {0x4E00, 0x9FFF, OTHER}, {0xA9E0, 0xA9E4, OTHER},
    {0xA9E6, 0xA9EF, OTHER}, {0xA9FA, 0xA9FE, OTHER}, {0xAA60, 0xAA76, OTHER},
    {0xAA7A, 0xAA7A, OTHER}, {0xAA7E, 0xAAAF, OTHER}, {0xAAB1, 0xAAB1, OTHER},
    {0xAAB5, 0xAAB6, OTHER}, {0xAAB9, 0xAABD, OTHER}, {0xAAC0, 0xAAC0, OTHER},
    {0xAAC2, 0xAADD, OTHER}, {0xF900, 0xFAD9, OTHER}, {0x11700, 0x1171A, OTHER},
    {0x11740, 0x11746, OTHER}, {0x17000, 0x18D08, OTHER}, {0x1B001, 0x1B11F, OTHER},
    {0x1B150, 0x1B152, OTHER}, {0x1B170, 0x1B2FB, OTHER}, {0x20000, 0x3FFFF, OTHER},
    {0x2C2, 0x2C5, ALETTER}, {0x2D2, 0x2D7, ALETTER}, {0x2DE, 0x2DF, ALETTER},
    {0x2E5, 0x2EB, ALETTER}, {0x2ED, 0x2ED, ALETTER}, {0x2EF, 0x2FF, ALETTER},
    {0x55A, 0x55C, ALETTER}, {0x55E, 0x55E, ALETTER}, {0x58A, 0x58A, ALETTER},
    {0x5F3, 0x5F3, ALETTER}, {0x70F, 0x70F, ALETTER}, {0x24B6, 0x24E9, ALETTER},
    {0xA708, 0xA716, ALETTER}, {0xA720, 0xA721, ALETTER}, {0xA789, 0xA78A, ALETTER},
    {0xAB5B, 0xAB5B, ALETTER}, {0x1F130, 0x1F149, ALETTER}, {0x1F150, 0x1F169, ALETTER},
    {0x1F170, 0x1F189, ALETTER}, {0x5D0, 0x5F2, HEBREW}, {0xFB1D, 0xFB1D, HEBREW},
    {0xFB1F, 0xFB28, HEBREW}, {0xFB2A, 0xFB4F, HEBREW}, {0x600, 0x605, NUMERIC},
    {0x66B, 0x66B, NUMERIC}, {0x6DD, 0x6DD, NUMERIC}, {0x890, 0x891, NUMERIC},
    {0x8E2, 0x8E2, NUMERIC}, {0x19DA, 0x19DA, NUMERIC}, {0x110BD, 0x110BD, NUMERIC},
    {0x110CD, 0x110CD, NUMERIC}, {0x200C, 0x200C, EXTEND}, {0xFF9E, 0xFF9F, EXTEND},
    {0x1F3FB, 0x1F3FF, EXTEND}, {0xE0020, 0xE007F, EXTEND}, {0x200D, 0x200D, ZWJ},
    {0x202F, 0x202F, EXTENDNUMLET}, {0x3031, 0x3035, KATAKANA}, {0x309B, 0x309C, KATAKANA},
    {0x30A0, 0x30FA, KATAKANA}, {0x30FC, 0x30FF, KATAKANA}, {0x31F0, 0x31FF, KATAKANA},
    {0x32D0, 0x32FE, KATAKANA}, {0x3300, 0x3357, KATAKANA}, {0xFF66, 0xFF9D, KATAKANA},
    {0x1AFF0, 0x1B000, KATAKANA}, {0x1B120, 0x1B122, KATAKANA}, {0x1B164, 0x1B167, KATAKANA},
    {0x1F1E6, 0x1F1FF, REGIONAL},
};
enum { EXCEPTIONS = sizeof exceptions / sizeof *exceptions };

/* Extended_Pictographic of emoji-data.txt */
static const uint32_t pictographic[][2] = {
    {0xA9, 0xA9}, {0xAE, 0xAE}, {0x203C, 0x203C}, {0x2049, 0x2049}, {0x2122, 0x2122},
    {0x2139, 0x2139}, {0x2194, 0x2199}, {0x21A9, 0x21AA}, {0x231A, 0x231B}, {0x2328, 0x2328},
    {0x2388, 0x2388}, {0x23CF, 0x23CF}, {0x23E9, 0x23F3}, {0x23F8, 0x23FA}, {0x24C2, 0x24C2},
    {0x25AA, 0x25AB}, {0x25B6, 0x25B6}, {0x25C0, 0x25C0}, {0x25FB, 0x25FE}, {0x2600, 0x2605},
    {0x2607, 0x2612}, {0x2614, 0x2685}, {0x2690, 0x2705}, {0x2708, 0x2712}, {0x2714, 0x2714},
    {0x2716, 0x2716}, {0x271D, 0x271D}, {0x2721, 0x2721}, {0x2728, 0x2728}, {0x2733, 0x2734},
    {0x2744, 0x2744}, {0x2747, 0x2747}, {0x274C, 0x274C}, {0x274E, 0x274E}, {0x2753, 0x2755},
    {0x2757, 0x2757}, {0x2763, 0x2767}, {0x2795, 0x2797}, {0x27A1, 0x27A1}, {0x27B0, 0x27B0},
    {0x27BF, 0x27BF}, {0x2934, 0x2935}, {0x2B05, 0x2B07}, {0x2B1B, 0x2B1C}, {0x2B50, 0x2B50},
    {0x2B55, 0x2B55}, {0x3030, 0x3030}, {0x303D, 0x303D}, {0x3297, 0x3297}, {0x3299, 0x3299},
    {0x1F000, 0x1F0FF}, {0x1F10D, 0x1F10F}, {0x1F12F, 0x1F12F}, {0x1F16C, 0x1F171},
    {0x1F17E, 0x1F17F}, {0x1F18E, 0x1F18E}, {0x1F191, 0x1F19A}, {0x1F1AD, 0x1F1E5},
    {0x1F201, 0x1F20F}, {0x1F21A, 0x1F21A}, {0x1F22F, 0x1F22F}, {0x1F232, 0x1F23A},
    {0x1F23C, 0x1F23F}, {0x1F249, 0x1F3FA}, {0x1F400, 0x1F53D}, {0x1F546, 0x1F64F},
    {0x1F680, 0x1F6FF}, {0x1F774, 0x1F77F}, {0x1F7D5, 0x1F7FF}, {0x1F80C, 0x1F80F},
    {0x1F848, 0x1F84F}, {0x1F85A, 0x1F85F}, {0x1F888, 0x1F88F}, {0x1F8AE, 0x1F8FF},
    {0x1F90C, 0x1F93A}, {0x1F93C, 0x1F945}, {0x1F947, 0x1FAFF}, {0x1FC00, 0x1FFFD},
};

static uint32_t by_category(uint32_t cp)
{
    switch (utf8proc_category((utf8proc_int32_t)cp)) {
    case UTF8PROC_CATEGORY_LU: case UTF8PROC_CATEGORY_LL: case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM: case UTF8PROC_CATEGORY_LO: case UTF8PROC_CATEGORY_NL:
        return ALETTER;
    case UTF8PROC_CATEGORY_MN: case UTF8PROC_CATEGORY_MC: case UTF8PROC_CATEGORY_ME:
        return EXTEND;
    case UTF8PROC_CATEGORY_ND: return NUMERIC;
    case UTF8PROC_CATEGORY_PC: return EXTENDNUMLET;
    case UTF8PROC_CATEGORY_CF: return FORMAT;
    case UTF8PROC_CATEGORY_ZS: return WSEGSPACE;
    default: return OTHER;
    }
}

static void set(uint32_t *flags, uint32_t value)
{
    *flags = (*flags & ~(uint32_t)CH_WORD_BREAK) | value << CH_WORD_BREAK_AT;
}

void uax29_mark(struct chars *c)
{
    for (uint32_t cp = 0; cp < CHARS_TABLE; cp++)
        set(&c->of[cp], by_category(cp));
    for (size_t i = 0; i < EXCEPTIONS; i++)
        for (uint32_t cp = exceptions[i].from; cp <= exceptions[i].to && cp < CHARS_TABLE; cp++)
            if (utf8proc_category((utf8proc_int32_t)cp) != UTF8PROC_CATEGORY_CN)
                set(&c->of[cp], exceptions[i].value);
    for (size_t i = 0; i < sizeof pictographic / sizeof *pictographic; i++)
        for (uint32_t cp = pictographic[i][0]; cp <= pictographic[i][1]; cp++)
            c->of[cp] |= CH_PICTOGRAPH;
}

uint32_t uax29_beyond(uint32_t cp)
{
    uint32_t flags = 0;
    set(&flags, by_category(cp));
    for (size_t i = 0; i < EXCEPTIONS; i++)
        if (cp >= exceptions[i].from && cp <= exceptions[i].to)
            set(&flags, exceptions[i].value);
    return flags;
}

/* ---- boundaries --------------------------------------------------------------------------- */

static enum word_break value_of(uint32_t flags)
{
    return (enum word_break)((flags & CH_WORD_BREAK) >> CH_WORD_BREAK_AT);
}

static bool ends_lines(enum word_break v) { return v == CR || v == LF || v == NEWLINE; }
static bool is_skipped(enum word_break v) { return v == EXTEND || v == FORMAT || v == ZWJ; }
static bool is_letter(enum word_break v) { return v == ALETTER || v == HEBREW; }
static bool in_letters(enum word_break v)
{
    return v == MIDLETTER || v == MIDNUMLET || v == SINGLE_QUOTE;
}
static bool in_numbers(enum word_break v)
{
    return v == MIDNUM || v == MIDNUMLET || v == SINGLE_QUOTE;
}

/* What follows p, without what WB4 skips. */
static enum word_break next_value(const struct chars *c, const char *p, const char *end)
{
    while (p < end) {
        enum word_break v = value_of(chars_flags(c, chars_next(&p)));
        if (!is_skipped(v))
            return v;
    }
    return OTHER;
}

struct state {
    enum word_break before, last;   /* not skipped ones; OTHER at the start */
    bool pair;                      /* two regional indicators are joined already */
};

/* WB5 to WB16: does v, after which `rest` begins, join? */
static bool joins(const struct chars *c, const struct state *s, enum word_break v,
                  const char *rest, const char *end)
{
    enum word_break last = s->last, before = s->before;
    if (is_letter(last)) {
        if (is_letter(v) || v == NUMERIC || v == EXTENDNUMLET)
            return true;
        if (last == HEBREW && v == SINGLE_QUOTE)
            return true;
        if (in_letters(v))
            return is_letter(next_value(c, rest, end));
        return last == HEBREW && v == DOUBLE_QUOTE && next_value(c, rest, end) == HEBREW;
    }
    if (is_letter(before) && in_letters(last) && is_letter(v))
        return true;
    if (before == HEBREW && last == DOUBLE_QUOTE && v == HEBREW)
        return true;
    if (last == NUMERIC) {
        if (v == NUMERIC || is_letter(v) || v == EXTENDNUMLET)
            return true;
        return in_numbers(v) && next_value(c, rest, end) == NUMERIC;
    }
    if (before == NUMERIC && in_numbers(last) && v == NUMERIC)
        return true;
    if (last == KATAKANA)
        return v == KATAKANA || v == EXTENDNUMLET;
    if (last == EXTENDNUMLET)
        return v == EXTENDNUMLET || is_letter(v) || v == NUMERIC || v == KATAKANA;
    return last == REGIONAL && v == REGIONAL && !s->pair;
}

const char *uax29_word_end(const struct chars *c, const char *p, const char *end)
{
    uint32_t flags = chars_flags(c, chars_next(&p));
    enum word_break prev = value_of(flags);
    struct state s = {OTHER, is_skipped(prev) ? OTHER : prev, false};
    while (p < end) {
        const char *rest = p;
        flags = chars_flags(c, chars_next(&rest));
        enum word_break v = value_of(flags);
        if (prev == CR && v == LF)
            return rest;
        if (ends_lines(prev) || ends_lines(v))
            return p;
        bool join = (prev == ZWJ && (flags & CH_PICTOGRAPH)) ||
                    (prev == WSEGSPACE && v == WSEGSPACE);
        if (!is_skipped(v)) {
            if (!join && !joins(c, &s, v, rest, end))
                return p;
            s.pair |= s.last == REGIONAL && v == REGIONAL;
            s.before = s.last;
            s.last = v;
        }
        prev = v;
        p = rest;
    }
    return p;
}
