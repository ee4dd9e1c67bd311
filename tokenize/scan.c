/* Scanners, written from the patterns, alternative by alternative, in their order. */
#include "tokenize/scan.h"

/* Class at p, 0xFF.. none: UINT_MAX stands for the end of the text. */
#define AT_END 0x100u
static inline unsigned class_or_end(const struct scan *s, const u8 *p, unsigned *len)
{
    if (p >= s->end) {
        *len = 0;
        return AT_END;
    }
    return class_at(s, p, len);
}

static inline const u8 *run_of(const struct scan *s, const u8 *p, unsigned mask)
{
    unsigned len;
    while (p < s->end && (class_at(s, p, &len) & mask))
        p += len;
    return p;
}

/* [^\s\p{L}\p{N}]+ */
static inline const u8 *run_of_other(const struct scan *s, const u8 *p)
{
    unsigned len;
    while (p < s->end && !(class_at(s, p, &len) & (UC_LETTER | UC_NUMBER | UC_SPACE)))
        p += len;
    return p;
}

static inline bool is_newline(u8 c)
{
    return c == '\r' || c == '\n';
}

/* \s*[\r\n]+ (if `lines`), else \s+(?!\S), else \s+ */
static const u8 *spaces(const struct scan *s, const u8 *p, bool lines)
{
    const u8 *q = p, *last = p, *line = NULL;
    unsigned len;
    while (q < s->end && (class_at(s, q, &len) & UC_SPACE)) {
        last = q;
        if (is_newline(*q))
            line = q + 1;
        q += len;
    }
    if (lines && line)
        return line;
    return q < s->end && last > p ? last : q;
}

/* Length of 's 't 're 've 'm 'll 'd at p, 0 for none. */
unsigned scan_contraction(const struct scan *s, const u8 *p, bool any_case)
{
    size_t left = (size_t)(s->end - p);
    if (left < 2 || *p != '\'')
        return 0;
    u8 fold = any_case ? 32 : 0;
    u8 a = p[1] | fold, b = left > 2 ? p[2] | fold : 0;
    if (p[1] >= 0x80)       /* U+017F, long s, is an s to a caseless match */
        return any_case && left > 2 && p[1] == 0xC5 && p[2] == 0xBF ? 3 : 0;
    if (a == 's' || a == 't' || a == 'm' || a == 'd')
        return 2;
    if (left > 2 && p[2] < 0x80 &&
        ((a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l')))
        return 3;
    return 0;
}

static const u8 *next_plain(const struct scan *s, const u8 *p)
{
    unsigned n = scan_contraction(s, p, false);
    if (n)
        return p + n;
    unsigned len, c = class_at(s, p, &len);
    const u8 *q = p;
    if (*p == ' ') {
        c = class_or_end(s, p + 1, &len);
        if (c & (UC_SPACE | AT_END))
            return spaces(s, p, false);
        q = p + 1;
    }
    if (c & UC_SPACE)
        return spaces(s, p, false);
    q += len;
    if (c & UC_LETTER)
        return run_of(s, q, UC_LETTER);
    if (c & UC_NUMBER)
        return run_of(s, q, UC_NUMBER);
    return run_of_other(s, q);
}

/* \p{N}{1,most} */
static const u8 *digits(const struct scan *s, const u8 *p, unsigned most)
{
    unsigned len;
    for (unsigned i = 0; i < most && p < s->end && (class_at(s, p, &len) & UC_NUMBER); i++)
        p += len;
    return p;
}

/* " ?[^\s\p{L}\p{N}]+" and a tail, or white space; what both newer patterns end with */
static const u8 *other_or_space(const struct scan *s, const u8 *p, bool slash)
{
    unsigned len;
    const u8 *q = p;
    if (*p == ' ' && p + 1 < s->end)
        q++;
    if (class_at(s, q, &len) & (UC_LETTER | UC_NUMBER | UC_SPACE))
        return spaces(s, p, true);
    q = run_of_other(s, q);
    while (q < s->end && (is_newline(*q) || (slash && *q == '/')))
        q++;
    return q;
}

static const u8 *next_prefix(const struct grammar *g, const struct scan *s, const u8 *p)
{
    unsigned n = g->contractions ? scan_contraction(s, p, true) : 0;
    if (n)
        return p + n;
    unsigned len, len2, c = class_at(s, p, &len);
    if (c & UC_LETTER)
        return run_of(s, p + len, UC_LETTER);
    if (c & UC_NUMBER)
        return digits(s, p, g->digits);
    if (!is_newline(*p) && (class_or_end(s, p + len, &len2) & UC_LETTER))
        return run_of(s, p + len + len2, UC_LETTER);
    return other_or_space(s, p, g->slash);
}

/* Upper* Lower+ (`lower_needed`) or Upper+ Lower* from q; NULL if neither. */
static const u8 *cased_word(const struct scan *s, const u8 *q, bool lower_needed)
{
    const u8 *r = q, *both_end = NULL;
    unsigned len, c;
    while ((c = class_or_end(s, r, &len)) & (UC_UPPER | UC_CASELESS | UC_MARK)) {
        r += len;
        if (c & (UC_CASELESS | UC_MARK))
            both_end = r;
    }
    if (!lower_needed)
        return r > q ? run_of(s, r, UC_LOWER | UC_CASELESS | UC_MARK) : NULL;
    if (c & UC_LOWER)
        return run_of(s, r, UC_LOWER | UC_CASELESS | UC_MARK);
    /* the pattern gives back to the last character that also is of the lower side */
    return both_end;
}

static const u8 *next_cased(const struct grammar *g, const struct scan *s, const u8 *p)
{
    unsigned len, c = class_at(s, p, &len);
    bool prefix = !(c & (UC_LETTER | UC_NUMBER)) && !is_newline(*p);
    const u8 *end = NULL;
    for (int alternative = 0; alternative < 2 && !end; alternative++) {
        if (prefix)
            end = cased_word(s, p + len, alternative == 0);
        if (!end && (c & (UC_LETTER | UC_MARK)))
            end = cased_word(s, p, alternative == 0);
    }
    if (end)
        return end + (g->contractions ? scan_contraction(s, end, true) : 0);
    return c & UC_NUMBER ? digits(s, p, g->digits) : other_or_space(s, p, g->slash);
}

const u8 *scan_next(const struct grammar *g, const struct scan *s, const u8 *p)
{
    switch (g->word) {
    case WORD_PLAIN:
        return next_plain(s, p);
    case WORD_PREFIX:
        return next_prefix(g, s, p);
    default:
        return next_cased(g, s, p);
    }
}
