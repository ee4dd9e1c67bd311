/* word_cache - ids of words seen before; one worker's
 *
 * Tables of fixed size: words up to 15 bytes in 32 bytes, two to a cache line, with up to 4 ids;
 * further ids lie in a ring that overwrites its oldest; words of 16 to 31 bytes in 128 bytes. A
 * full line loses its older word: that bounds memory and never changes ids, for what is lost is
 * merged again.
 * Memory is touched when first used, in huge pages where the system has them.
 */
#ifndef TOKENIZE_WORD_CACHE_H
#define TOKENIZE_WORD_CACHE_H
#include <stdbool.h>
#include <stdint.h>
#include "core/slice.h"

#define CACHE_WORD 15                   /* bytes of a short word */
#define CACHE_IDS 4
#define CACHE_LONG_WORD 31
#define CACHE_LONG_IDS 23
#define CACHE_RING (1u << 20)           /* ids */

struct cached {                         /* key[1] = 0: free */
    uint64_t key[2];                    /* bytes, zero-filled; the length in the last byte */
    uint32_t ids[CACHE_IDS];            /* their number stands in the top 4 bits of ids[0]; if it
                                           is above 4, ids[1] says where they begin in the ring */
};

struct cached_long {
    uint64_t key[4];
    uint32_t n, ids[CACHE_LONG_IDS];
};

struct word_cache {
    struct cached *words;
    struct cached_long *longs;
    uint64_t mask, long_mask;
    uint32_t *ring;
    uint32_t ring_at;                   /* ids ever written, modulo 2^32 */
};

#define CACHE_COUNT_SHIFT 28
#define CACHE_ID_MASK ((1u << CACHE_COUNT_SHIFT) - 1)

void word_cache_init(struct word_cache *c);
void word_cache_free(struct word_cache *c);
void word_cache_add(struct word_cache *c, const uint64_t key[2], const uint32_t *ids, uint32_t n);

/* `end` is the end of readable memory behind the word of n <= CACHE_WORD bytes. */
static inline void word_key(const char *p, size_t n, const char *end, uint64_t key[2])
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (__builtin_expect((size_t)(end - p) >= 16, 1)) {
        uint64_t a, b;
        memcpy(&a, p, 8);
        memcpy(&b, p + 8, 8);
        unsigned low = n < 8 ? (unsigned)n : 8, high = (unsigned)n - low;
        key[0] = a & UINT64_MAX >> (64 - 8 * low);
        key[1] = (b & ~(UINT64_MAX << 8 * high)) | (uint64_t)n << 56;
        return;
    }
#endif
    (void)end;
    key[0] = key[1] = 0;
    memcpy(key, p, n);
    ((unsigned char *)key)[CACHE_WORD] = (unsigned char)n;
}

static inline uint64_t word_hash(const uint64_t key[2])
{
    uint64_t h = (key[0] ^ (key[1] << 29 | key[1] >> 35)) * 0x9E3779B97F4A7C15u + key[1];
    h = (h ^ h >> 32) * 0xD6E8FEB86659FD93u;
    return h ^ h >> 32;
}

/* The two entries where a word may be. */
static inline struct cached *word_line(const struct word_cache *c, uint64_t hash)
{
    return c->words + 2 * (hash & c->mask);
}

/* More than CACHE_IDS ids of a word, or NULL when they have been overwritten. */
static inline const uint32_t *word_ring(const struct word_cache *c, const struct cached *w)
{
    return c->ring_at - w->ids[1] <= CACHE_RING ? c->ring + w->ids[1] % CACHE_RING : NULL;
}

/* The entry for a word of 16 to CACHE_LONG_WORD bytes, whoever is in it now. */
struct cached_long *word_cache_long(const struct word_cache *c, struct slice word, uint64_t key[4]);

#endif
