/* See pii.h. Each kind has an anchor that memchr finds: "@", the first dot, the first colon. */
#include "filter/pii.h"
#include <arpa/inet.h>

const char *const pii_names[PII_KINDS] = {"email", "ipv4", "ipv6", "phone", "card", "ssn", "key"};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_alnum(char c) { return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'z'); }
static bool is_hex(char c) { return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f'); }

/* ---- e-mail ------------------------------------------------------------------------------- */

static bool is_atext(char c)
{
    return c > 0 && (is_alnum(c) || (c && strchr("!#$%&'*+/=?^_`{|}~-", c)));
}

/* \b in front of p */
static bool at_boundary(const struct chars *c, struct slice text, const char *p)
{
    const char *before = p, *here = p;
    bool word_before = p > text.p && (chars_flags(c, chars_prev(&before)) & CH_WORD);
    return word_before != ((chars_flags(c, chars_next(&here)) & CH_WORD) != 0);
}

/* Start of the local part that ends at `at`, not before `from`; NULL if there is none. */
static const char *local_part(const struct chars *c, struct slice text, const char *from,
                              const char *at)
{
    const char *p = at;
    while (p > from && (is_atext(p[-1]) || (p[-1] == '.' && p < at && *p != '.' && p - 1 > from &&
                                            is_atext(p[-2]))))
        p--;
    for (; p < at; p++)
        if (*p != '.' && at_boundary(c, text, p))
            return p;
    return NULL;
}

/* One number of a dotted quad at p: 25[0-5] | 2[0-4][0-9] | [01]?[0-9][0-9]?; its end or NULL. */
static const char *octet(const char *p, const char *end)
{
    if (p == end || !is_digit(p[0]))
        return NULL;
    size_t n = 1;
    while (n < 3 && p + n < end && is_digit(p[n]))
        n++;
    if (n == 3 && p[0] > '1' && !(p[0] == '2' && (p[1] < '5' || (p[1] == '5' && p[2] <= '5'))))
        n = 2;
    return p + n;
}

/* Three numbers with their dots. */
static const char *three_octets(const char *p, const char *end)
{
    for (int i = 0; i < 3; i++) {
        p = octet(p, end);
        if (!p || p == end || *p++ != '.')
            return NULL;
    }
    return p;
}

/* [1.2.3.4] or, as the expression is written, [1.2.3.word:] */
static const char *bracketed(const char *p, const char *end)
{
    p = three_octets(p + 1, end);
    if (!p)
        return NULL;
    const char *last = octet(p, end);
    if (last && last < end && *last == ']')
        return last + 1;
    while (p < end && (is_alnum(*p) || *p == '-'))
        p++;
    return end - p >= 2 && is_alnum(p[-1]) && p[0] == ':' && p[1] == ']' ? p + 2 : NULL;
}

static const char *label_end(const char *p, const char *end)
{
    while (p < end && (is_alnum(*p) || *p == '-'))
        p++;
    return p;
}

/* End of the host that starts at p, or NULL. */
static const char *host(const char *p, const char *end)
{
    if (p < end && *p == '[')
        return bracketed(p, end);
    for (int labels = 0; p < end && is_alnum(*p); labels++) {
        const char *e = label_end(p, end);
        if (e + 1 < end && *e == '.' && e[-1] != '-' && is_alnum(e[1])) {
            p = e + 1;
            continue;
        }
        while (e[-1] == '-')
            e--;
        return labels ? e : NULL;
    }
    return NULL;
}

static bool next_email(const struct chars *c, struct slice text, size_t from, struct pii_match *m)
{
    const char *p = text.p + from, *end = text.p + text.n, *start = p;
    while (p < end && (p = memchr(p, '@', (size_t)(end - p)))) {
        const char *local = local_part(c, text, start, p), *e = host(p + 1, end);
        if (local && e) {
            *m = (struct pii_match){PII_EMAIL, (size_t)(local - text.p), (size_t)(e - local)};
            return true;
        }
        p++;
    }
    return false;
}

/* ---- IP numbers --------------------------------------------------------------------------- */

/* https://www.iana.org/assignments/iana-ipv4-special-registry: not globally reachable. */
static const struct {
    uint32_t net;
    int bits;
} private_v4[] = {
    {0x00000000, 8}, {0x0A000000, 8}, {0x64400000, 10}, {0x7F000000, 8}, {0xA9FE0000, 16},
    {0xAC100000, 12}, {0xC0000000, 24}, {0xC0000200, 24}, {0xC0A80000, 16}, {0xC6120000, 15},
    {0xC6336400, 24}, {0xCB007100, 24}, {0xF0000000, 4},
};

bool pii_public_ipv4(uint32_t a)
{
    if (a == 0xC0000009 || a == 0xC000000A)     /* 192.0.0.9, 192.0.0.10: anycast */
        return true;
    for (size_t i = 0; i < sizeof private_v4 / sizeof *private_v4; i++)
        if ((a ^ private_v4[i].net) >> (32 - private_v4[i].bits) == 0)
            return false;
    return true;
}

/* The value of a dotted quad without leading zeros. */
static bool plain_quad(struct slice s, uint32_t *address)
{
    struct slice part;
    *address = 0;
    while (slice_next(&s, '.', &part)) {
        uint32_t v = 0;
        if (part.n > 1 && part.p[0] == '0')
            return false;
        for (size_t i = 0; i < part.n; i++)
            v = v * 10 + (uint32_t)(part.p[i] - '0');
        *address = *address << 8 | v;
    }
    return true;
}

/* The expression has no boundaries: it starts at the first digit from which it fits. */
bool pii_next_quad(struct slice text, size_t from, struct pii_match *m)
{
    const char *p = text.p + from, *end = text.p + text.n;
    const char *floor = p;
    for (; p < end && (p = memchr(p, '.', (size_t)(end - p))); p++) {
        const char *s = p, *last = NULL;
        while (s > floor && p - s < 3 && is_digit(s[-1]))
            s--;
        for (; s < p && !last; s += !last)
            if ((last = three_octets(s, end)))
                last = octet(last, end);
        if (last) {
            *m = (struct pii_match){PII_IPV4, (size_t)(s - text.p), (size_t)(last - s)};
            return true;
        }
    }
    return false;
}

/* What the expression took is passed over even if the number is not public. */
static bool next_ipv4(struct slice text, size_t from, struct pii_match *m)
{
    uint32_t address;
    for (; pii_next_quad(text, from, m); from = m->at + m->n)
        if (plain_quad(slice_of(text.p + m->at, m->n), &address) && pii_public_ipv4(address))
            return true;
    return false;
}

bool pii_public_ipv6(const uint8_t a[16])
{
    static const struct {
        uint8_t net[6];
        int bits;
        bool open;
    } special[] = {     /* iana-ipv6-special-registry within 2000::/3, the narrower first */
        {{0x20, 0x01, 0, 3, 0, 0}, 32, true}, {{0x20, 0x01, 0, 4, 1, 0x12}, 48, true},
        {{0x20, 0x01, 0, 0x20, 0, 0}, 28, true}, {{0x20, 0x01, 0, 0x30, 0, 0}, 28, true},
        {{0x20, 0x01, 0, 0, 0, 0}, 23, false}, {{0x20, 0x01, 0x0D, 0xB8, 0, 0}, 32, false},
        {{0x20, 0x02, 0, 0, 0, 0}, 16, false}, {{0x3F, 0xFF, 0, 0, 0, 0}, 20, false},
    };
    if (a[0] >> 5 != 1)
        return false;
    for (size_t i = 0; i < sizeof special / sizeof *special; i++) {
        int bits = special[i].bits, whole = bits / 8;
        if (!memcmp(a, special[i].net, (size_t)whole) &&
            (bits % 8 == 0 || (a[whole] ^ special[i].net[whole]) >> (8 - bits % 8) == 0))
            return special[i].open;
    }
    return true;
}

static bool next_ipv6(const struct chars *c, struct slice text, size_t from, struct pii_match *m)
{
    const char *p = text.p + from, *end = text.p + text.n, *floor = p;
    while (p < end && (p = memchr(p, ':', (size_t)(end - p)))) {
        const char *s = p, *e = p;
        while (s > floor && is_hex(s[-1]))
            s--;
        while (e < end && (is_hex(*e) || *e == ':' || *e == '.'))
            e++;
        p = floor = e;
        while (e > s && (e[-1] == '.' || (e[-1] == ':' && e - s > 2 && e[-2] != ':')))
            e--;                    /* the end of a sentence */
        char spelled[46];
        uint8_t address[16];
        size_t n = (size_t)(e - s);
        if (n >= sizeof spelled || s == p)
            continue;
        memcpy(spelled, s, n);
        spelled[n] = '\0';
        const char *before = s, *behind = e;
        if (inet_pton(AF_INET6, spelled, address) != 1 || !pii_public_ipv6(address) ||
            (s > text.p && (chars_flags(c, chars_prev(&before)) & CH_WORD)) ||
            (e < end && (chars_flags(c, chars_next(&behind)) & CH_WORD)))
            continue;
        *m = (struct pii_match){PII_IPV6, (size_t)(s - text.p), n};
        return true;
    }
    return false;
}

/* ---- all kinds in order ------------------------------------------------------------------- */

void pii_start(struct pii_finder *f, const struct chars *c, struct key_finder *keys,
               struct slice text, unsigned kinds)
{
    *f = (struct pii_finder){.chars = c, .keys = keys, .text = text, .kinds = kinds};
}

static bool next_of(const struct pii_finder *f, enum pii_kind k, struct slice text, size_t from,
                    struct pii_match *m)
{
    switch (k) {
    case PII_EMAIL: return next_email(f->chars, text, from, m);
    case PII_IPV4: return next_ipv4(text, from, m);
    case PII_IPV6: return next_ipv6(f->chars, text, from, m);
    case PII_PHONE: return pii_next_phone(f->chars, text, from, m);
    case PII_CARD: return pii_next_card(f->chars, text, from, m);
    case PII_SSN: return pii_next_ssn(f->chars, text, from, m);
    default: break;
    }
    m->kind = PII_KEY;
    return key_next(f->keys, text, from, &m->at, &m->n);
}

/* Keeps the match of one kind that lies ahead; looks for the next where it is used up. */
static void look(struct pii_finder *f, enum pii_kind k, size_t limit)
{
    struct pii_match *m = &f->ahead[k];
    struct slice upto = slice_upto(f->text, limit);
    if (!(f->kinds & 1u << k) || (m->n && m->at >= f->from) || f->looked[k] > limit)
        return;
    size_t from = f->from > f->looked[k] ? f->from : f->looked[k];
    if (!next_of(f, k, upto, from, m)) {
        m->n = 0;
        f->looked[k] = limit + 1;
    }
}

bool pii_next(struct pii_finder *f, struct pii_match *m)
{
    const struct pii_match *a = f->ahead, *first = NULL;
    look(f, PII_EMAIL, f->text.n);
    size_t limit = a[PII_EMAIL].n ? a[PII_EMAIL].at : f->text.n;
    if (limit != f->limit) {        /* behind an e-mail address the others go on */
        f->limit = limit;
        memset(f->looked + 1, 0, sizeof f->looked - sizeof *f->looked);
    }
    for (int k = 0; k < PII_KINDS; k++)
        look(f, (enum pii_kind)k, limit);
    for (int k = 0; k < PII_KINDS; k++)
        if (a[k].n && a[k].at >= f->from && (!first || a[k].at < first->at))
            first = &a[k];
    if (!first)
        return false;
    *m = *first;
    f->from = m->at + m->n;
    return true;
}
