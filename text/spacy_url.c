/* The pattern is matched by hand: after each place where a host may begin (the start, behind
 * "scheme://", behind every "@"), labels up to a top-level domain in lower case. A host ends before
 * the next "@", so all tries together read the piece once. */
#include "text/spacy_url.h"

/* [A-Za-z0-9\u00a1-\uffff]: how a label begins and ends */
static bool edge_of_label(uint32_t c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z' && c < 128) ||
           (c >= 0xA1 && c <= 0xFFFF);
}

/* (?::\d{2,5})?(?:[/?#]\S*)?$ */
static bool tail(const struct chars *c, const char *p, const char *end)
{
    if (p < end && *p == ':') {
        int digits = 0;
        for (p++; p < end; digits++) {
            const char *next = p;
            if (!(chars_flags(c, chars_next(&next)) & CH_DIGIT))
                break;
            p = next;
        }
        if (digits < 2 || digits > 5)
            return false;
    }
    return p == end || *p == '/' || *p == '?' || *p == '#';
}

/* One number of a dotted quad: its value and digits, or false. */
static bool octet(const char **p, const char *end, unsigned *value, int *digits)
{
    *value = 0;
    *digits = 0;
    for (; *p < end && **p >= '0' && **p <= '9' && *digits < 4; ++*p, ++*digits)
        *value = *value * 10 + (unsigned)(**p - '0');
    return *digits > 0 && *digits < 4;
}

/* (?!10|127 ...) and the like look at three digits of each number at most. */
static bool private_quad(const unsigned v[4])
{
    return v[0] == 10 || v[0] == 127 || (v[0] == 169 && v[1] == 254) ||
           (v[0] == 192 && v[1] == 168) || (v[0] == 172 && v[1] >= 16 && v[1] <= 31);
}

static bool quad(const struct chars *c, const char *p, const char *end)
{
    unsigned v[4];
    int digits[4];
    for (int i = 0; i < 4; i++) {
        if (i && (p == end || *p++ != '.'))
            return false;
        if (!octet(&p, end, &v[i], &digits[i]) || v[i] > 255)
            return false;
        if (digits[i] == 3 && v[i] < 100)
            return false;
    }
    bool open = v[0] >= 1 && v[0] <= 223 && (v[0] > 9 || digits[0] == 1) &&
                v[3] >= 1 && v[3] <= 254 && (v[3] > 9 || digits[3] == 1);
    return open && !private_quad(v) && tail(c, p, end);
}

/* A label and its dot: moves *p behind the dot, or returns false. */
static bool label(const char **p, const char *end)
{
    const char *s = *p;
    int n = 0;
    uint32_t last = 0;
    for (; s < end; n++) {
        const char *next = s;
        uint32_t cp = chars_next(&next);
        if (!edge_of_label(cp) && !(n && (cp == '_' || cp == '-')))
            break;
        last = cp;
        s = next;
    }
    if (n == 0 || n > 64 || !edge_of_label(last) || s == end || *s != '.')
        return false;
    *p = s + 1;
    return true;
}

static bool named(const struct chars *c, const char *p, const char *end)
{
    if (!label(&p, end))
        return false;
    while (label(&p, end))
        ;
    int n = 0;
    while (p < end) {
        const char *next = p;
        if (!(chars_flags(c, chars_next(&next)) & CH_LOWER))
            break;
        p = next;
        n++;
    }
    return n >= 2 && n <= 63 && tail(c, p, end);
}

static bool host(const struct chars *c, const char *p, const char *end)
{
    return named(c, p, end) || quad(c, p, end);
}

/* [\w\+\-\.]{2,}:// at the front: what follows it, or NULL. */
static const char *behind_scheme(const struct chars *c, const char *p, const char *end)
{
    int n = 0;
    for (; p < end; n++) {
        const char *next = p;
        uint32_t cp = chars_next(&next);
        if (!(chars_flags(c, cp) & CH_WORD) && cp != '+' && cp != '-' && cp != '.')
            break;
        p = next;
    }
    return n >= 2 && end - p >= 3 && !memcmp(p, "://", 3) ? p + 3 : NULL;
}

bool spacy_url(const struct chars *c, struct slice piece)
{
    const char *p = piece.p, *end = p + piece.n;
    if (!memchr(p, '.', piece.n))
        return false;
    if (host(c, p, end))
        return true;
    const char *behind = behind_scheme(c, p, end);
    if (behind && host(c, behind, end))
        return true;
    for (const char *at = p + 1; at < end; at++) {
        at = memchr(at, '@', (size_t)(end - at));
        if (!at)
            return false;
        if (host(c, at + 1, end))
            return true;
    }
    return false;
}
