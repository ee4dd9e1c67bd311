/* Junctions of characters inside tokens. */
#include "tokenize/cuts.h"
#include "core/mem.h"
#include "core/utf8.h"

/* First and last bytes of characters with which tokens begin or end. */
struct parts {
    bool last[64], last_two[4096];      /* low bits of the last one or two bytes */
    bool first[256], first_two[65536];  /* the first one or two bytes */
    bool behind_first[256], behind_first_two[65536];    /* the same, behind a part */
};

static void seen_pair(struct cuts *c, uint32_t left, uint32_t right)
{
    if (left > 0xFFFF || right > 0xFFFF)
        return;
    uint32_t h = cut_hash(left, right);
    c->pairs[h / 64] |= (uint64_t)1 << h % 64;
    c->side[left] |= CUT_LEFT;
    c->side[right] |= CUT_RIGHT;
}

static void seen_first(bool *one, bool *two, const unsigned char *p, size_t n)
{
    if (n == 1)
        one[p[0]] = true;
    else if (n == 2)
        two[p[0] << 8 | p[1]] = true;   /* three bytes begin a character above U+FFFF */
}

/* The junctions of one token: [part] character* [part]. */
static void see_token(struct cuts *c, struct parts *s, struct slice t)
{
    const char *p = t.p, *end = t.p + t.n;
    size_t n = 0;
    while (p < end && ((unsigned char)*p & 0xC0) == 0x80)
        p++;
    n = (size_t)(p - t.p);
    if (n > 3 || p == end)
        return;                         /* not in valid text, or no junction */
    bool part = n > 0, any = false;
    if (n == 1)
        s->last[t.p[0] & 63] = true;
    else if (n == 2)
        s->last_two[(t.p[0] & 63) << 6 | (t.p[1] & 63)] = true;
    uint32_t before = UTF8_BAD;
    while (p < end) {
        const char *at = p;
        uint32_t cp = utf8_next(&p, end);
        if (cp == UTF8_BAD) {           /* the rest begins a character, or is never met in text */
            const unsigned char *q = (const unsigned char *)at;
            if (any)
                seen_first(s->first, s->first_two, q, (size_t)(end - at));
            else if (part)
                seen_first(s->behind_first, s->behind_first_two, q, (size_t)(end - at));
            if (before <= 0xFFFF)
                c->side[before] |= CUT_LEFT_OF_PART;
            return;
        }
        if (any)
            seen_pair(c, before, cp);
        else if (part && cp <= 0xFFFF)
            c->side[cp] |= CUT_RIGHT_OF_PART;
        before = cp;
        any = true;
    }
}

/* Marks the characters that the parts may belong to. */
static void spread(struct cuts *c, const struct parts *s)
{
    for (uint32_t cp = 0x80; cp < 0x10000; cp++) {
        unsigned char b[4];
        size_t n = utf8_put((char *)b, cp);
        if (s->last[b[n - 1] & 63] ||
            (n == 3 && s->last_two[(b[1] & 63) << 6 | (b[2] & 63)]))
            c->side[cp] |= CUT_LEFT_PART;
        if (s->first[b[0]] || (n == 3 && s->first_two[b[0] << 8 | b[1]]))
            c->side[cp] |= CUT_RIGHT_PART;
        if (s->behind_first[b[0]] || (n == 3 && s->behind_first_two[b[0] << 8 | b[1]]))
            c->side[cp] |= CUT_RIGHT_OF_PART;
    }
}

struct cuts *cuts_new(const struct vocab *v)
{
    struct cuts *c = mem_zero(sizeof *c);
    struct parts *s = mem_zero(sizeof *s);
    c->pairs = mem_array(((size_t)1 << CUT_PAIR_BITS) / 64, sizeof *c->pairs);
    for (uint32_t id = 0; id < v->n_ids; id++)
        if (v->token[id].n >= 2)
            see_token(c, s, v->token[id]);
    spread(c, s);
    mem_free(s);
    return c;
}

void cuts_free(struct cuts *c)
{
    if (!c)
        return;
    mem_free(c->pairs);
    mem_free(c);
}

static bool three_bytes(uint32_t c)
{
    return c >= 0x800 && c <= 0xFFFF;
}

/* Place of the first cut in p .. end, NULL. */
static const char *next_cut(const struct cuts *c, const char *p, const char *end)
{
    uint32_t left = utf8_next(&p, end);
    while (p < end) {
        const char *here = p;
        uint32_t right = utf8_next(&p, end);
        if ((three_bytes(left) ? right < 0x80 || three_bytes(right)
                               : left < 0x80 && three_bytes(right)) &&
            !cuts_joined(c, left, right))
            return here;
        left = right;
    }
    return NULL;
}

size_t cuts_ends(const struct cuts *c, struct slice text, size_t at, size_t end, uint32_t *ends,
                 size_t max)
{
    size_t n = 0;
    while (n < max && at < end) {
        const char *cut = next_cut(c, text.p + at, text.p + end);
        at = cut ? (size_t)(cut - text.p) : end;
        ends[n++] = (uint32_t)at;
    }
    return n;
}
