/* Numbers that people have: telephones, cards, social security. All three are digits in groups, so
 * each search goes from one run of digits to the next, and what is part of a longer word, a longer
 * number or a decimal fraction is none. */
#include "filter/pii.h"

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Is the number that starts at p the continuation of something? */
static bool joined_before(const struct chars *c, struct slice text, const char *p)
{
    const char *before = p;
    if (p == text.p)
        return false;
    uint32_t cp = chars_prev(&before);
    if (chars_flags(c, cp) & CH_WORD)
        return true;
    return (cp == '.' || cp == ',' || cp == '-' || cp == '/' || cp == '+' || cp == '=') &&
           before > text.p && is_digit(before[-1]);
}

static bool joined_behind(const struct chars *c, struct slice text, const char *p)
{
    const char *end = text.p + text.n, *next = p;
    if (p == end)
        return false;
    uint32_t cp = chars_next(&next);
    if (chars_flags(c, cp) & CH_WORD)
        return true;
    return (cp == '.' || cp == ',' || cp == '-' || cp == '/') && next < end && is_digit(*next);
}

static const char *next_digit(const char *p, const char *end)
{
    while (p < end && !is_digit(*p))
        p++;
    return p;
}

static const char *digits_end(const char *p, const char *end)
{
    while (p < end && is_digit(*p))
        p++;
    return p;
}

/* ---- cards -------------------------------------------------------------------------------- */

enum { CARD_MIN = 13, CARD_MAX = 19 };

/* ISO/IEC 7812: from the right every second digit counts double, its two digits added up. */
static bool luhn(const char *d, size_t n)
{
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned v = (unsigned)(d[n - 1 - i] - '0') << (i & 1);
        sum += v > 9 ? v - 9 : v;
    }
    return sum % 10 == 0;
}

/* Issuers' prefixes, of six digits, and the lengths of their cards. */
static bool is_issued(const char *d, size_t n)
{
    static const struct {
        unsigned from, to, min, max;
    } issuers[] = {
        {400000, 499999, 13, 13}, {400000, 499999, 16, 16}, {400000, 499999, 19, 19}, /* Visa */
        {510000, 559999, 16, 16}, {222100, 272099, 16, 16},     /* Mastercard */
        {340000, 349999, 15, 15}, {370000, 379999, 15, 15},     /* American Express */
        {601100, 601199, 16, 19}, {644000, 659999, 16, 19},     /* Discover */
        {352800, 358999, 16, 19},                               /* JCB */
        {300000, 305999, 14, 19}, {309500, 309599, 14, 19}, {360000, 369999, 14, 19},
        {380000, 399999, 14, 19},                               /* Diners Club */
        {620000, 629999, 16, 19},                               /* UnionPay */
    };
    unsigned prefix = 0;
    for (int i = 0; i < 6; i++)
        prefix = prefix * 10 + (unsigned)(d[i] - '0');
    for (size_t i = 0; i < sizeof issuers / sizeof *issuers; i++)
        if (prefix >= issuers[i].from && prefix <= issuers[i].to && n >= issuers[i].min &&
            n <= issuers[i].max)
            return true;
    return false;
}

/* Digits from p on, in groups parted by single blanks or by single dashes, to d; their end. */
static const char *card_digits(const char *p, const char *end, char d[CARD_MAX + 1], size_t *n)
{
    char gap = 0;
    *n = 0;
    while (p < end && *n <= CARD_MAX) {
        if (is_digit(*p)) {
            d[(*n)++] = *p++;
            continue;
        }
        bool goes_on = (*p == ' ' || *p == '-') && (!gap || *p == gap) && p + 1 < end &&
                       is_digit(p[1]);
        if (!goes_on)
            break;
        gap = *p++;
    }
    return p;
}

/* A longer run of groups may begin with a card's ("4111 1111 1111 1111 2026"): groups are taken
 * away from the end. */
static const char *shorter(const char *p, size_t *n)
{
    while (is_digit(p[-1])) {
        p--;
        (*n)--;
        if (!*n)
            return NULL;
    }
    return p - 1;
}

bool pii_next_card(const struct chars *c, struct slice text, size_t from, struct pii_match *m)
{
    const char *end = text.p + text.n, *p = text.p + from;
    while ((p = next_digit(p, end)) < end) {
        char d[CARD_MAX + 1];
        size_t n;
        const char *e = card_digits(p, end, d, &n);
        if (n > CARD_MAX)               /* a longer number; its first groups may be one */
            e = is_digit(e[-1]) && e < end && is_digit(*e) ? shorter(e, &n) : e;
        bool whole = !joined_before(c, text, p);
        for (; whole && e && n >= CARD_MIN; e = shorter(e, &n)) {
            if (n > CARD_MAX || joined_behind(c, text, e) || !luhn(d, n) || !is_issued(d, n))
                continue;
            *m = (struct pii_match){PII_CARD, (size_t)(p - text.p), (size_t)(e - p)};
            return true;
        }
        p = digits_end(p, end);
    }
    return false;
}

/* ---- social security ---------------------------------------------------------------------- */

static bool is_group(const char *p, const char *end, size_t n)
{
    return (size_t)(digits_end(p, end) - p) == n;
}

/* ddd-dd-dddd, or with blanks. Areas 000, 666 and 9xx, group 00 and serial 0000 are not given. */
bool pii_next_ssn(const struct chars *c, struct slice text, size_t from, struct pii_match *m)
{
    const char *end = text.p + text.n, *p = text.p + from;
    for (; (p = next_digit(p, end)) < end; p = digits_end(p, end)) {
        if (end - p < 11 || !is_group(p, end, 3) || (p[3] != '-' && p[3] != ' ') ||
            !is_group(p + 4, end, 2) || p[6] != p[3] || !is_group(p + 7, end, 4))
            continue;
        if (p[0] == '9' || !memcmp(p, "000", 3) || !memcmp(p, "666", 3) ||
            !memcmp(p + 4, "00", 2) || !memcmp(p + 7, "0000", 4))
            continue;
        if (joined_before(c, text, p) || joined_behind(c, text, p + 11))
            continue;
        *m = (struct pii_match){PII_SSN, (size_t)(p - text.p), 11};
        return true;
    }
    return false;
}

/* ---- telephones --------------------------------------------------------------------------- */

static bool is_gap(char c) { return c == ' ' || c == '-' || c == '.' || c == '/'; }

static bool is_between(char c) { return is_gap(c) || c == '(' || c == ')'; }

/* North America: area and exchange begin with 2 to 9; [1][ (]ddd[) -.]ddd[-. ]dddd. The parts must
 * be parted, or the area stand in brackets. NULL if it does not fit. */
static const char *north_american(const char *p, const char *end)
{
    if (end - p > 2 && p[0] == '1' && (is_gap(p[1]) || p[1] == '('))
        p += is_gap(p[1]) ? 2 : 1;
    bool bracket = p < end && *p == '(';
    p += bracket;
    if (end - p < 11 || !is_group(p, end, 3) || *p < '2')
        return NULL;
    p += 3;
    if (bracket && *p++ != ')')
        return NULL;
    bool gap = p < end && is_gap(*p);
    p += gap;
    if ((!bracket && !gap) || end - p < 8 || !is_group(p, end, 3) || *p < '2' || !is_gap(p[3]) ||
        !is_group(p + 4, end, 4))
        return NULL;
    return p + 8;
}

/* E.164 behind a "+": 8 to 15 digits, single gaps and brackets between them. */
static const char *international(const char *p, const char *end)
{
    size_t n = 0, brackets = 0;
    const char *last = NULL;
    if (p == end || *p == '0')
        return NULL;
    while (p < end && n <= 15) {
        if (is_digit(*p)) {
            n++;
            last = ++p;
            continue;
        }
        size_t skip = 0;                /* "(0) ", ") ", "-" */
        while (p + skip < end && skip < 3 && is_between(p[skip])) {
            brackets += p[skip] == '(';
            skip++;
        }
        if (!skip || p + skip == end || !is_digit(p[skip]) || brackets > 1)
            break;
        p += skip;
    }
    return n >= 8 && n <= 15 ? last : NULL;
}

bool pii_next_phone(const struct chars *c, struct slice text, size_t from, struct pii_match *m)
{
    const char *end = text.p + text.n, *floor = text.p + from, *p = floor;
    while ((p = next_digit(p, end)) < end) {
        const char *start = p, *e = NULL;
        if (p > floor && p[-1] == '(')
            start--;
        bool plus = start > floor && start[-1] == '+';
        if (plus && !joined_before(c, text, start - 1))
            e = international(p, end);
        if (e)
            start = p - 1;
        else if (!plus && !joined_before(c, text, start))
            e = north_american(start, end);
        if (e && !joined_behind(c, text, e)) {
            *m = (struct pii_match){PII_PHONE, (size_t)(start - text.p), (size_t)(e - start)};
            return true;
        }
        p = digits_end(p, end);
    }
    return false;
}
