/* See grams.h. */
#include "filter/grams_internal.h"
#include "core/mem.h"
#include "core/utf8.h"

/* ---- memory ------------------------------------------------------------------------------- */

void grams_free(struct grams *g)
{
    mem_free(g->joined);
    mem_free(g->start);
    mem_free(g->hash);
    mem_free(g->more);
    mem_free(g->maybe);
    mem_free(g->times);
    mem_free(g->slot);
    *g = (struct grams){.limit = g->limit};
}

size_t grams_held(const struct grams *g)
{
    return g->cap_joined + g->cap * 3 * sizeof(uint32_t) + bits(g->cap) * sizeof(uint64_t) +
           g->cap_times + g->cap_slots;
}

/* May `more` bytes be added? */
bool grams_may_hold(struct grams *g, size_t more)
{
    if (g->limit && grams_held(g) + more > g->limit)
        g->full = true;
    return !g->full;
}

/* Somewhat more than is wanted now, unless that is much. */
static size_t ahead(size_t n) { return n < LARGE ? n + n / 2 + 1024 : n; }

static bool reserve(struct grams *g, size_t words, size_t bytes)
{
    if (bytes + PAD > g->cap_joined) {
        size_t cap = ahead(bytes + PAD);
        if (!grams_may_hold(g, cap - g->cap_joined))
            return false;
        mem_free(g->joined);
        g->joined = mem_alloc(g->cap_joined = cap);
    }
    if (words + 1 > g->cap) {
        size_t cap = ahead(words + 1);
        if (!grams_may_hold(g, (cap - g->cap) * 13))
            return false;
        g->cap = cap;
        g->start = mem_grow_array(g->start, cap, sizeof *g->start);
        g->hash = mem_grow_array(g->hash, cap, sizeof *g->hash);
        g->more = mem_grow_array(g->more, cap, sizeof *g->more);
        g->maybe = mem_grow_array(g->maybe, bits(cap), sizeof *g->maybe);
    }
    return true;
}

/* An empty hash table of `want` slots of `size` bytes. */
static bool new_slots(struct grams *g, size_t want, size_t size)
{
    if (want * size > g->cap_slots) {
        if (!grams_may_hold(g, want * size - g->cap_slots))
            return false;
        mem_free(g->slot);
        g->slot = mem_array(want, size);
        g->cap_slots = want * size;
    } else {
        memset(g->slot, 0, want * size);
    }
    g->slots = want;
    g->slots_used = 0;
    return true;
}

/* For n entries at half load; a large table begins small and grows with what it holds. */
bool grams_clear_slots(struct grams *g, size_t n, size_t size)
{
    size_t want = 64;
    while (want < 2 * n && want < 1 << 18)
        want *= 2;
    return new_slots(g, want, size);
}

/* ---- the words ---------------------------------------------------------------------------- */

void grams_words(struct grams *g, const struct chars *c, struct slice text, const struct word *v,
                 size_t n, unsigned flags)
{
    size_t bytes = 0, words = 0;
    g->full = false;
    g->n = 0;
    for (size_t i = 0; text.n > LARGE && i < n; i++)
        bytes += word_bytes(c, text, v, i, n);
    if (!reserve(g, n, text.n > LARGE ? bytes + SHORT : text.n))
        return;
    bytes = 0;
    for (size_t i = 0; i < n; i++) {
        if (flags && !(v[i].flags & flags))
            continue;
        size_t len = word_bytes(c, text, v, i, n);
        g->start[words++] = (uint32_t)bytes;
        /* most words are short: a copy of fixed size is cheaper than one that counts */
        if (len <= SHORT && v[i].at + SHORT <= text.n)
            memcpy(g->joined + bytes, text.p + v[i].at, SHORT);
        else
            memcpy(g->joined + bytes, text.p + v[i].at, len);
        bytes += len;
    }
    g->start[words] = (uint32_t)bytes;
    memset(g->joined + bytes, 0, PAD);
    g->n = words;
}

/* ---- counts of hashes --------------------------------------------------------------------- */

/* Counters for n hashes; *mask selects one. */
bool grams_clear_times(struct grams *g, size_t n, uint32_t *mask)
{
    size_t want = 256, wish = n < LARGE ? 4 * n : n;
    while (want < wish && want < (size_t)1 << 31)
        want *= 2;
    if (want > g->cap_times) {
        if (!grams_may_hold(g, want - g->cap_times))
            return false;
        mem_free(g->times);
        g->times = mem_zero(want);
        g->cap_times = want;
    } else {
        memset(g->times, 0, want);
    }
    *mask = (uint32_t)(want - 1);
    return true;
}

/* ---- the most frequent n-gram ------------------------------------------------------------- */

/* Same n words at i and k? */
bool grams_same_words(const struct grams *g, size_t n, size_t i, size_t k)
{
    const uint32_t *a = g->start + i, *b = g->start + k;
    for (size_t w = 1; w <= n; w++)
        if (a[w] - a[0] != b[w] - b[0])
            return false;
    return same(g->joined + a[0], g->joined + b[0], a[n] - a[0]);
}

bool grams_grow_slots(struct grams *g, const uint32_t *hash)
{
    struct gram_slot *old = g->slot, *new;
    size_t slots = 2 * g->slots;
    if (2 * g->slots_used <= g->slots)
        return true;
    if (!grams_may_hold(g, slots * sizeof *new))
        return false;
    new = mem_array(slots, sizeof *new);
    for (size_t k = 0; k < g->slots; k++) {
        if (!old[k].first)
            continue;
        size_t at = hash[old[k].first - 1] & (slots - 1);
        while (new[at].first)
            at = (at + 1) & (slots - 1);
        new[at] = old[k];
    }
    mem_free(old);
    g->slot = new;
    g->slots = slots;
    g->cap_slots = slots * sizeof *new;
    return true;
}

struct most {
    size_t first;                   /* position */
    uint32_t count;
};

/* Counter.most_common(1) of the n-grams whose hash occurs at least `least` times: the largest
 * number, the first of equals. */
static struct most count_grams(struct grams *g, size_t n, uint32_t mask, uint32_t least)
{
    struct most best = {0, 0};
    size_t positions = g->n - n + 1;
    if (!grams_clear_slots(g, 32, sizeof(struct gram_slot)))
        return best;
    for (size_t i = 0; i < positions; i++) {
        if (g->times[g->more[i] & mask] < least)
            continue;
        struct gram_slot *slot = g->slot;
        size_t at = g->more[i] & (g->slots - 1);
        while (slot[at].first && !grams_same_words(g, n, i, slot[at].first - 1))
            at = (at + 1) & (g->slots - 1);
        if (!slot[at].first) {
            slot[at].first = (uint32_t)i + 1;
            slot[at].count = 0;
            g->slots_used++;
        }
        size_t first = slot[at].first - 1;
        if (++slot[at].count > best.count || (slot[at].count == best.count && first < best.first))
            best = (struct most){first, slot[at].count};
        if (!grams_grow_slots(g, g->more))
            break;
    }
    return best;
}

/* No n-gram occurs more often than its hash. So if one occurs as often as the most frequent hash,
 * it is the most frequent; else none that occurs more often has a hash that occurs less. */
static uint64_t find_top(struct grams *g, size_t n)
{
    size_t positions = g->n - n + 1;
    uint32_t mask, most = 1;
    if (!grams_clear_times(g, positions, &mask))
        return 0;
    for (size_t i = 0; i < positions; i++) {
        g->more[i] = (uint32_t)mix(n == GRAM_TOP_MIN ? g->hash[i] : g->more[i], g->hash[i + n - 1]);
        count_hash(g->times, g->more[i] & mask);
    }
    for (size_t i = 0; i < positions; i++) {
        uint32_t t = g->times[g->more[i] & mask];
        most = t > most ? t : most;
    }
    struct most best = {0, 1};
    if (most > 1) {
        best = count_grams(g, n, mask, most);
        if (best.count < most && !g->full)
            best = count_grams(g, n, mask, best.count);
    }
    const uint32_t *s = g->start + best.first;
    return best.count * (utf8_count(slice_of(g->joined + s[0], s[n] - s[0])) + n - 1);
}

void grams_hash_words(struct grams *g)
{
    for (size_t i = 0; i < g->n; i++)
        g->hash[i] = hash_bytes(g->joined + g->start[i], g->start[i + 1] - g->start[i]);
}

void grams_top(struct grams *g)
{
    memset(g->top, 0, sizeof g->top);
    if (g->full)
        return;
    grams_hash_words(g);
    for (size_t n = GRAM_TOP_MIN; n <= GRAM_TOP_MAX && n <= g->n && !g->full; n++)
        g->top[n] = find_top(g, n);
}

/* ---- repeated n-grams --------------------------------------------------------------------- */

/* What an n-gram says can stand elsewhere only if its first bytes do. Prefixes of these lengths are
 * looked up, the next one where the one before occurs elsewhere; g->more gets the length up to
 * which a position's text may. (Bytes, not words: "ab"+"c" equals "a"+"bc" here, as it does where
 * the rule was written.) */
static const uint8_t prefix[] = {16, 20, 24, 28, 32, 40, 48, 56};
enum { PREFIXES = sizeof prefix };

static bool look_up(struct grams *g, size_t level, size_t positions)
{
    uint32_t mask, *h = g->hash, end = g->start[g->n];
    size_t len = prefix[level];
    if (!grams_clear_times(g, level ? size_of(g, g->maybe) : positions, &mask))
        return false;
    for (size_t i = next_in(g->maybe, 0, positions); i < positions;
         i = next_in(g->maybe, i + 1, positions)) {
        const char *p = g->joined + g->start[i];
        if (end - g->start[i] < len) {          /* no n-gram here is as long */
            take(g->maybe, i);
            continue;
        }
        h[i] = (uint32_t)mix(load8(p + len - 8), level ? h[i] : load8(p));
        count_hash(g->times, h[i] & mask);
    }
    for (size_t i = next_in(g->maybe, 0, positions); i < positions;
         i = next_in(g->maybe, i + 1, positions))
        if (g->times[h[i] & mask] < 2) {
            g->more[i] = (uint32_t)len - 1;
            take(g->maybe, i);
        }
    return true;
}

static bool find_maybe(struct grams *g, size_t positions)
{
    memset(g->maybe, 0xFF, bits(g->n) * sizeof *g->maybe);
    memset(g->more, 0xFF, positions * sizeof *g->more);
    for (size_t level = 0; level < PREFIXES; level++)
        if (!look_up(g, level, positions))
            return false;
    memset(g->maybe, 0, bits(g->n) * sizeof *g->maybe);
    for (size_t i = 0; i < positions; i++)
        if (g->start[i + GRAM_DUP_MIN] - g->start[i] <= g->more[i])
            put(g->maybe, i);
    return true;
}

static size_t dup_slot(const struct grams *g, const uint32_t *slot, size_t slots, size_t i,
                       size_t n)
{
    const char *p = g->joined + g->start[i];
    size_t len = g->start[i + n] - g->start[i], at = hash_bytes(p, len) & (slots - 1);
    for (; slot[at]; at = (at + 1) & (slots - 1)) {
        size_t k = slot[at] - 1;
        if (g->start[k + n] - g->start[k] == len && same(g->joined + g->start[k], p, len))
            break;
    }
    return at;
}

static bool grow_dup(struct grams *g, size_t n)
{
    uint32_t *old = g->slot, *new;
    size_t slots = 2 * g->slots;
    if (2 * g->slots_used <= g->slots)
        return true;
    if (!grams_may_hold(g, slots * sizeof *new))
        return false;
    new = mem_array(slots, sizeof *new);
    for (size_t k = 0; k < g->slots; k++)
        if (old[k])
            new[dup_slot(g, new, slots, old[k] - 1, n)] = old[k];
    mem_free(old);
    g->slot = new;
    g->slots = slots;
    g->cap_slots = slots * sizeof *new;
    return true;
}

static uint64_t find_dup(struct grams *g, size_t n, size_t room)
{
    uint64_t chars = 0;
    size_t positions = g->n >= n ? g->n - n + 1 : 0, i = next_in(g->maybe, 0, positions);
    if (!grams_clear_slots(g, room, sizeof(uint32_t)))
        return 0;
    while (i < positions) {
        size_t step = 1, len = g->start[i + n] - g->start[i];
        if (len > g->more[i]) {
            take(g->maybe, i);      /* longer ones neither */
        } else {
            uint32_t *slot = g->slot;
            size_t at = dup_slot(g, slot, g->slots, i, n);
            if (slot[at]) {
                chars += utf8_count(slice_of(g->joined + g->start[i], len));
                step = n;
            } else {
                slot[at] = (uint32_t)i + 1;
                g->slots_used++;
                if (!grow_dup(g, n))
                    return 0;
            }
        }
        i = next_in(g->maybe, i + step, positions);
    }
    return chars;
}

void grams_dup(struct grams *g)
{
    size_t positions = g->n >= GRAM_DUP_MIN ? g->n - GRAM_DUP_MIN + 1 : 0;
    memset(g->dup, 0, sizeof g->dup);
    if (g->full || !positions || !find_maybe(g, positions))
        return;
    for (size_t n = GRAM_DUP_MIN; n <= GRAM_DUP_MAX && !g->full; n++)
        g->dup[n] = find_dup(g, n, size_of(g, g->maybe));
}
