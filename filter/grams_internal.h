/* Inside of grams.c and ngrams.c: hashes of bytes, sets of positions, memory. */
#ifndef FILTER_GRAMS_INTERNAL_H
#define FILTER_GRAMS_INTERNAL_H
#include <endian.h>
#include "filter/grams.h"

enum { PAD = 32, SHORT = 16, TIMES_MAX = 255, LARGE = 1 << 20 };

/* grams.c. All false when the limit is reached. */
bool grams_may_hold(struct grams *g, size_t more);      /* bytes more */
bool grams_clear_slots(struct grams *g, size_t n, size_t size);     /* n entries of `size` bytes */
bool grams_clear_times(struct grams *g, size_t n, uint32_t *mask);  /* n hashes */
bool grams_grow_slots(struct grams *g, const uint32_t *hash);       /* struct gram_slot, by need */
bool grams_same_words(const struct grams *g, size_t n, size_t i, size_t k);
void grams_hash_words(struct grams *g);                 /* fills g->hash */

static inline size_t bits(size_t n) { return n / 64 + 2; }

/* Little-endian, so that the first bytes of a short string are its low ones. */
static inline uint64_t load8(const char *p)
{
    uint64_t v;
    memcpy(&v, p, 8);
    return le64toh(v);
}

/* Are n bytes the same? PAD more may be read behind both. */
static inline bool same(const char *p, const char *q, size_t n)
{
    for (; n > 8; p += 8, q += 8, n -= 8)
        if (load8(p) != load8(q))
            return false;
    return !n || (load8(p) ^ load8(q)) << (64 - 8 * n) == 0;
}

static inline uint64_t mix(uint64_t a, uint64_t b)
{
    a = (a ^ b * 0x9E3779B97F4A7C15u) * 0xD6E8FEB86659FD93u;
    return a ^ a >> 32;
}

/* Of n bytes at p, behind which PAD more may be read. */
static inline uint32_t hash_bytes(const char *p, size_t n)
{
    uint64_t h = n;
    for (; n > 8; p += 8, n -= 8)
        h = mix(load8(p), h);
    return (uint32_t)mix(n ? load8(p) << (64 - 8 * n) : 0, h);
}

static inline void count_hash(uint8_t *times, uint32_t at)
{
    times[at] = (uint8_t)(times[at] + (times[at] < TIMES_MAX));
}

/* ---- sets of positions -------------------------------------------------------------------- */

static inline void put(uint64_t *set, size_t i) { set[i / 64] |= (uint64_t)1 << i % 64; }
static inline void take(uint64_t *set, size_t i) { set[i / 64] &= ~((uint64_t)1 << i % 64); }

/* The first position from i on, or n. */
static inline size_t next_in(const uint64_t *set, size_t i, size_t n)
{
    if (i >= n)
        return n;
    uint64_t w = set[i / 64] >> i % 64;
    if (w) {
        i += (size_t)__builtin_ctzll(w);
        return i < n ? i : n;
    }
    for (i = i / 64 + 1; i * 64 < n; i++)
        if (set[i]) {
            i = i * 64 + (size_t)__builtin_ctzll(set[i]);
            return i < n ? i : n;
        }
    return n;
}

static inline size_t size_of(const struct grams *g, const uint64_t *set)
{
    size_t n = 0;
    for (size_t i = 0; i < bits(g->n); i++)
        n += (size_t)__builtin_popcountll(set[i]);
    return n;
}

#endif
