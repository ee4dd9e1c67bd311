/* Each function is one alternation of the original, in its order; see spacy_affix.h. */
#include "text/spacy_affix.h"

enum { DEGREE = 0xB0, CURLY_APOSTROPHE = 0x2019, ELLIPSIS = 0x2026 };

/* UNITS; "тбكم" is one of them because of a missing space. */
static const char units[] =
    " km km² km³ m m² m³ dm dm² dm³ cm cm² cm³ mm mm² mm³ ha µm nm yd in ft "
    "kg g mg µg t lb oz m/s km/h kmh mph hPa Pa mbar mb MB kb KB gb GB tb "
    "TB T G M K % км км² км³ м м² м³ дм дм² дм³ "
    "см см² см³ мм мм² мм³ нм "
    "кг г мг м/с км/ч кПа Па мбар Кб КБ кб "
    "Мб МБ мб Гб ГБ гб Тб ТБ "
    "тбكم كم² كم³ م م² م³ سم سم² سم³ مم مم² مم³ "
    "كم غرام جرام جم كغ ملغ كوب اكواب ";
enum { UNIT_CHARS = 5, UNIT_BYTES = 10 };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static size_t dots(const char *p, const char *e)
{
    size_t n = 0;
    while (p + n < e && p[n] == '.')
        n++;
    return n;
}

static bool is_unit(const char *p, size_t n)
{
    char spaced[UNIT_BYTES + 3];
    if (n > UNIT_BYTES)
        return false;
    spaced[0] = spaced[n + 1] = ' ';
    memcpy(spaced + 1, p, n);
    return memmem(units, sizeof units - 1, spaced, n + 2) != NULL;
}

/* US$, C$, A$ */
static size_t dollars(const char *p, size_t n)
{
    if (n >= 3 && !memcmp(p, "US$", 3))
        return 3;
    return n >= 2 && (*p == 'C' || *p == 'A') && p[1] == '$' ? 2 : 0;
}

size_t spacy_prefix(const struct chars *c, const char *b, const char *e)
{
    if (*b == '.') {
        size_t n = dots(b, e);
        return n >= 2 ? n : 0;
    }
    if (*b == '+')
        return b + 1 == e || !is_digit(b[1]);
    if (*b == 'U' || *b == 'C' || *b == 'A')
        return dollars(b, (size_t)(e - b));
    const char *p = b;
    return chars_flags(c, chars_next(&p)) & CH_PREFIX ? (size_t)(p - b) : 0;
}

/* ---- suffixes ----------------------------------------------------------------------------- */

/* The last character of [b, e) is a dot: how much goes. */
static size_t final_dot(const struct chars *c, const char *b, const char *e)
{
    const char *p = e - 1;
    while (p > b && p[-1] == '.')
        p--;
    if (e - p >= 2)
        return (size_t)(e - p);
    if (p == b)
        return 0;
    uint32_t last = chars_prev(&p), before = p > b ? chars_prev(&p) : 0;
    if (chars_flags(c, last) & CH_BEFORE_DOT)
        return 1;
    if (before == DEGREE && (last == 'F' || last == 'C' || last == 'K'))
        return 1;
    return (chars_flags(c, last) & CH_UPPER) && (chars_flags(c, before) & CH_UPPER);
}

/* (?<=[0-9]) and a unit or currency: the regular expression finds the leftmost start, and units
 * hold no digit, so it is behind the last digit or nowhere. */
static size_t after_digit(const struct chars *c, const char *b, const char *e)
{
    const char *p = e;
    for (int i = 0; i < UNIT_CHARS && p > b; i++) {
        uint32_t cp = chars_prev(&p);
        if (cp >= '0' && cp <= '9')
            return 0;
        if (p > b && is_digit(p[-1])) {
            size_t n = (size_t)(e - p);
            if (i == 0 && (cp == '+' || (chars_flags(c, cp) & CH_CURRENCY)))
                return n;
            return dollars(p, n) == n || is_unit(p, n) ? n : 0;
        }
    }
    return 0;
}

size_t spacy_suffix(const struct chars *c, const char *b, const char *e)
{
    if (b == e)
        return 0;
    if (e[-1] == '.')
        return final_dot(c, b, e);
    const char *p = e;
    uint32_t last = chars_prev(&p);
    size_t n = (size_t)(e - p);
    if (p > b && (last == 's' || last == 'S' || last == ELLIPSIS)) {
        uint32_t before = chars_prev(&p);
        if (last == ELLIPSIS ? before == ELLIPSIS
                             : before == '\'' || before == CURLY_APOSTROPHE)
            return (size_t)(e - p);
    }
    size_t longer = after_digit(c, b, e);
    if (longer)
        return longer;
    return chars_flags(c, last) & CH_SUFFIX ? n : 0;
}

/* ---- infixes ------------------------------------------------------------------------------ */

static uint32_t flags_before(const struct chars *c, const char *b, const char *p)
{
    return p > b ? chars_flags(c, chars_prev(&p)) : 0;
}

static uint32_t flags_at(const struct chars *c, const char *p, const char *e)
{
    return p < e ? chars_flags(c, chars_next(&p)) : 0;
}

/* (?<=[0-9])[+\-*^](?=[0-9-]) */
static bool sign_between_digits(const char *b, const char *p, const char *e)
{
    return p > b && p + 1 < e && is_digit(p[-1]) && (is_digit(p[1]) || p[1] == '-');
}

/* - – — -- --- —— ~ before a letter; the caller has looked at what is in front. */
static size_t hyphen(const struct chars *c, const char *p, const char *e)
{
    static const char *const list[] = {"-", "–", "—", "--", "---", "——", "~"};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        size_t n = strlen(list[i]);
        if ((size_t)(e - p) > n && !memcmp(p, list[i], n) && (flags_at(c, p + n, e) & CH_ALPHA))
            return n;
    }
    return 0;
}

size_t spacy_infix(const struct chars *c, const char *b, const char *p, const char *e)
{
    uint32_t before;
    switch ((unsigned char)*p) {
    case '.': {
        size_t n = dots(p, e);
        if (n >= 2)
            return n;
        return (flags_before(c, b, p) & (CH_LOWER | CH_QUOTE)) &&
               (flags_at(c, p + 1, e) & (CH_UPPER | CH_QUOTE));
    }
    case '+': case '*': case '^':
        return sign_between_digits(b, p, e);
    case ',':
        return (flags_before(c, b, p) & CH_ALPHA) && (flags_at(c, p + 1, e) & CH_ALPHA);
    case '-':
        if (sign_between_digits(b, p, e))
            return 1;
        break;
    case '~': case ':': case '<': case '>': case '=': case '/':
        break;
    default: {
        if ((unsigned char)*p < 0x80)
            return 0;
        const char *next = p;
        uint32_t cp = chars_next(&next);
        if (cp == ELLIPSIS || (chars_flags(c, cp) & CH_ICON))
            return (size_t)(next - p);
        if (cp != 0x2013 && cp != 0x2014)       /* – — */
            return 0;
    }
    }
    before = flags_before(c, b, p);
    if (!(before & CH_ALPHA) && !(p > b && is_digit(p[-1])))
        return 0;
    if (*p == ':' || *p == '<' || *p == '>' || *p == '=' || *p == '/')
        return (flags_at(c, p + 1, e) & CH_ALPHA) != 0;
    return hyphen(c, p, e);
}
