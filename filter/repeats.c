/* Pieces and n-grams; see repeats.h. */
#include "filter/repeats.h"
#include <endian.h>
#include "core/hash.h"
#include "core/mem.h"

/* ---- pieces ------------------------------------------------------------------------------- */

void piece_counts_clear(struct pieces *p)
{
    if (p->slots)
        memset(p->slot, 0, p->slots * sizeof *p->slot);
    p->n = 0;
    p->count = p->again = p->again_chars = 0;
}

void piece_counts_free(struct pieces *p)
{
    mem_free(p->v);
    mem_free(p->slot);
    *p = (struct pieces){.n = 0};
}

static size_t piece_slot(const struct pieces *p, struct slice piece)
{
    size_t at = hash64(piece) & (p->slots - 1);
    while (p->slot[at] && !slice_eq(p->v[p->slot[at] - 1], piece))
        at = (at + 1) & (p->slots - 1);
    return at;
}

static void piece_counts_grow(struct pieces *p)
{
    p->cap = p->cap ? 2 * p->cap : 64;
    p->v = mem_grow_array(p->v, p->cap, sizeof *p->v);
    mem_free(p->slot);
    p->slots = 2 * p->cap;
    p->slot = mem_array(p->slots, sizeof *p->slot);
    for (size_t i = 0; i < p->n; i++)
        p->slot[piece_slot(p, p->v[i])] = (uint32_t)i + 1;
}

void piece_counts_add(struct pieces *p, struct slice piece)
{
    if (p->n == p->cap)
        piece_counts_grow(p);
    size_t at = piece_slot(p, piece);
    p->count++;
    if (p->slot[at]) {
        p->again++;
        p->again_chars += utf8_count(piece);
        return;
    }
    p->v[p->n++] = piece;
    p->slot[at] = (uint32_t)p->n;
}

/* ---- the words ---------------------------------------------------------------------------- */

enum { PREFIX = 16 };

void grams_free(struct grams *g)
{
    mem_free(g->joined);
    mem_free(g->start);
    mem_free(g->chars);
    for (int i = 0; i < 3; i++)
        mem_free(g->first[i]);
    mem_free(g->count);
    mem_free(g->slot);
    mem_free(g->maybe);
    mem_free(g->mark);
    *g = (struct grams){.n = 0};
}

static void reserve(struct grams *g, size_t words, size_t bytes)
{
    if (bytes + PREFIX > g->cap_joined) {
        g->cap_joined = bytes + bytes / 2 + 4096;
        g->joined = mem_grow(g->joined, g->cap_joined);
    }
    if (words + 1 > g->cap) {
        g->cap = words + words / 2 + 1024;
        g->start = mem_grow_array(g->start, g->cap, sizeof *g->start);
        g->chars = mem_grow_array(g->chars, g->cap, sizeof *g->chars);
        for (int i = 0; i < 3; i++)
            g->first[i] = mem_grow_array(g->first[i], g->cap, sizeof *g->first[i]);
        g->count = mem_grow_array(g->count, g->cap, sizeof *g->count);
        g->maybe = mem_grow_array(g->maybe, g->cap, sizeof *g->maybe);
        g->mark = mem_grow_array(g->mark, g->cap, sizeof *g->mark);
    }
}

/* An empty hash table with room for n entries at half load. */
static void clear_slots(struct grams *g, size_t n)
{
    size_t want = 64;
    while (want < 2 * n)
        want *= 2;
    if (want > g->cap_slots) {
        mem_free(g->slot);
        g->slot = mem_array(want, sizeof *g->slot);
        g->cap_slots = want;
    } else {
        memset(g->slot, 0, want * sizeof *g->slot);
    }
    g->slots = want;
}

void grams_words(struct grams *g, struct slice text, const struct word *v, size_t n)
{
    size_t bytes = 0, chars = 0;
    reserve(g, n, text.n);
    for (size_t i = 0; i < n; i++) {
        g->start[i] = (uint32_t)bytes;
        g->chars[i] = (uint32_t)chars;
        /* most words are short: a copy of fixed size is cheaper than one that counts */
        if (v[i].n <= PREFIX && v[i].at + PREFIX <= text.n)
            memcpy(g->joined + bytes, text.p + v[i].at, PREFIX);
        else
            memcpy(g->joined + bytes, text.p + v[i].at, v[i].n);
        bytes += v[i].n;
        chars += v[i].chars;
    }
    g->start[n] = (uint32_t)bytes;
    g->chars[n] = (uint32_t)chars;
    memset(g->joined + bytes, 0, PREFIX);
    g->n = n;
}

/* Little-endian, so that the first bytes of a short string are its low ones. */
static inline uint64_t load8(const char *p)
{
    uint64_t v;
    memcpy(&v, p, 8);
    return le64toh(v);
}

/* Are n bytes the same? PREFIX more may be read behind both. */
static inline bool same(const char *p, const char *q, size_t n)
{
    if (n > 16)
        return load8(p) == load8(q) && !memcmp(p + 8, q + 8, n - 8);
    if (n >= 8)
        return load8(p) == load8(q) && load8(p + n - 8) == load8(q + n - 8);
    return !n || (load8(p) ^ load8(q)) << (64 - 8 * n) == 0;
}

static inline uint64_t mix(uint64_t a, uint64_t b)
{
    a = (a ^ b * 0x9E3779B97F4A7C15u) * 0xD6E8FEB86659FD93u;
    a = (a ^ a >> 32) * 0xD6E8FEB86659FD93u;
    return a ^ a >> 32;
}

/* Of n bytes at p, behind which PREFIX more may be read. */
static inline uint64_t hash_bytes(const char *p, size_t n)
{
    if (n > 16)
        return hash64(slice_of(p, n));
    if (n >= 8)
        return mix(load8(p), load8(p + n - 8) + n);
    return mix(load8(p) << (64 - 8 * n) % 64, n);
}

/* ---- the most frequent n-gram ------------------------------------------------------------- */

/* Same two words at i and k? */
static bool same_pair(const struct grams *g, size_t i, size_t k)
{
    const uint32_t *s = g->start;
    uint32_t n = s[i + 2] - s[i];
    return s[k + 2] - s[k] == n && s[k + 1] - s[k] == s[i + 1] - s[i] &&
           same(g->joined + s[i], g->joined + s[k], n);
}

/* Keeps of the positions in `maybe` those whose n-gram stands more than once. */
static void keep_repeated(struct grams *g, const uint32_t *first)
{
    size_t kept = 0;
    for (size_t m = 0; m < g->n_maybe; m++)
        if (g->count[first[g->maybe[m]]] > 1)
            g->maybe[kept++] = g->maybe[m];
    g->n_maybe = kept;
}

static void find_pairs(struct grams *g, uint32_t *first)
{
    size_t pairs = g->n - 1, mask;
    clear_slots(g, pairs);
    mask = g->slots - 1;
    for (size_t i = 0; i < pairs; i++) {
        const uint32_t *s = g->start + i;
        size_t at = (hash_bytes(g->joined + s[0], s[2] - s[0]) + s[1] - s[0]) & mask;
        while (g->slot[at] && !same_pair(g, i, g->slot[at] - 1))
            at = (at + 1) & mask;
        if (!g->slot[at]) {
            g->slot[at] = (uint32_t)i + 1;
            g->count[i] = 0;
        }
        first[i] = g->slot[at] - 1;
        g->count[first[i]]++;
        g->maybe[i] = (uint32_t)i;
    }
    g->n_maybe = pairs;
    keep_repeated(g, first);
}

/* An n-gram stands more than once only if its two (n-1)-grams do: those left in `maybe`, with the
 * positions `shorter` where they stand first, which name them exactly. */
static void find_longer(struct grams *g, const uint32_t *shorter, uint32_t *first)
{
    size_t kept = 0, mask;
    clear_slots(g, g->n_maybe);
    mask = g->slots - 1;
    for (size_t m = 0; m + 1 < g->n_maybe; m++) {
        size_t i = g->maybe[m], k;
        if (g->maybe[m + 1] != i + 1)
            continue;
        size_t at = mix(shorter[i], shorter[i + 1]) & mask;
        while (g->slot[at] && (k = g->slot[at] - 1, shorter[k] != shorter[i] ||
                                                    shorter[k + 1] != shorter[i + 1]))
            at = (at + 1) & mask;
        if (!g->slot[at]) {
            g->slot[at] = (uint32_t)i + 1;
            g->count[i] = 0;
        }
        first[i] = g->slot[at] - 1;
        g->count[first[i]]++;
        g->maybe[kept++] = (uint32_t)i;
    }
    g->n_maybe = kept;
    keep_repeated(g, first);
}

/* Counter.most_common(1): the largest number, the first of equals; all alone: the first n-gram. */
static uint64_t most_common(const struct grams *g, const uint32_t *first, size_t n)
{
    size_t best = 0;
    uint32_t times = 1;
    for (size_t m = 0; m < g->n_maybe; m++) {
        size_t i = g->maybe[m];
        if (first[i] == i && g->count[i] > times) {
            best = i;
            times = g->count[i];
        }
    }
    return (uint64_t)times * (g->chars[best + n] - g->chars[best] + n - 1);
}

void grams_top(struct grams *g)
{
    for (size_t n = GRAM_TOP_MIN; n <= GRAM_TOP_MAX; n++) {
        g->top[n] = 0;
        if (g->n < n)
            continue;
        uint32_t *first = g->first[n - 2];
        if (n == 2)
            find_pairs(g, first);
        else
            find_longer(g, g->first[n - 3], first);
        g->top[n] = most_common(g, first, n);
    }
}

/* ---- repeated n-grams --------------------------------------------------------------------- */

/* The text of an n-gram of 5 words or more can stand elsewhere only if its first 16 bytes do, or if
 * it is shorter than that. So one look at all positions leaves few that any n has to look at; the
 * others' n-grams equal none and need not even be stored. (Bytes, not words: "ab"+"c" equals
 * "a"+"bc" here, as it does where the rule was written.) */
static void find_maybe(struct grams *g)
{
    size_t positions = g->n >= GRAM_DUP_MIN ? g->n - GRAM_DUP_MIN + 1 : 0, mask;
    clear_slots(g, positions);
    mask = g->slots - 1;
    g->n_maybe = 0;
    for (size_t i = 0; i < positions; i++) {
        const char *p = g->joined + g->start[i];
        g->mark[i] = g->start[i + GRAM_DUP_MIN] - g->start[i] < PREFIX;
        if (g->start[g->n] - g->start[i] < PREFIX)
            continue;
        uint64_t a = load8(p), b = load8(p + 8);
        size_t at = mix(a, b) & mask;
        for (; g->slot[at]; at = (at + 1) & mask) {
            size_t k = g->slot[at] - 1;
            const char *q = g->joined + g->start[k];
            if (load8(q) == a && load8(q + 8) == b) {
                g->mark[i] = g->mark[k] = 1;
                break;
            }
        }
        if (!g->slot[at])
            g->slot[at] = (uint32_t)i + 1;
    }
    for (size_t i = 0; i < positions; i++)
        if (g->mark[i])
            g->maybe[g->n_maybe++] = (uint32_t)i;
}

static uint64_t find_dup(struct grams *g, size_t n)
{
    uint64_t chars = 0;
    size_t next = 0, mask;
    clear_slots(g, g->n_maybe);
    mask = g->slots - 1;
    for (size_t m = 0; m < g->n_maybe; m++) {
        size_t i = g->maybe[m];
        if (i < next)
            continue;
        if (i + n > g->n)
            break;
        const char *p = g->joined + g->start[i];
        size_t len = g->start[i + n] - g->start[i];
        size_t at = hash_bytes(p, len) & mask;
        for (; g->slot[at]; at = (at + 1) & mask) {
            size_t k = g->slot[at] - 1;
            if (g->start[k + n] - g->start[k] == len && same(g->joined + g->start[k], p, len))
                break;
        }
        if (g->slot[at]) {
            chars += g->chars[i + n] - g->chars[i];
            next = i + n;
        } else {
            g->slot[at] = (uint32_t)i + 1;
        }
    }
    return chars;
}

void grams_dup(struct grams *g)
{
    find_maybe(g);
    for (size_t n = GRAM_DUP_MIN; n <= GRAM_DUP_MAX; n++)
        g->dup[n] = find_dup(g, n);
}
