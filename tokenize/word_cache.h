/* word_cache - ids of words seen before; one worker's
 *
 *   short   words up to 15 bytes: the word and up to 4 ids in 32 bytes
 *   longs   words up to CACHE_TEXT bytes: the word (above 31 bytes its hash) and up to 7 ids in 64
 *   ring    what does not fit in an entry: further ids, the text of words above 31 bytes
 *
 * All of fixed size. A short word lies in one of two places side by side, a line, a long one in one
 * of four; a new one takes the first place, and those there move up. A short word that loses its
 * place moves to the line beside if there is room. The ring overwrites its oldest. That bounds
 * memory and never changes ids, for what is lost is merged again.
 * Memory is touched when first used, in huge pages where the system has them.
 */
#ifndef TOKENIZE_WORD_CACHE_H
#define TOKENIZE_WORD_CACHE_H
#include <stdbool.h>
#include <stdint.h>
#include "tokenize/word_key.h"

#define CACHE_WORD WORD_KEY             /* bytes of a short word */
#define CACHE_IDS 4
#define CACHE_LONG_WORD 31              /* bytes that lie in a long entry */
#define CACHE_LONG_IDS 7
#define CACHE_LONG_WAYS 4
#define CACHE_TEXT 256                  /* bytes of the longest word that is kept */
#define CACHE_RING (1u << 21)           /* ids, or four bytes of text */

struct cached {                         /* key[1] = 0: free */
    uint64_t key[2];                    /* bytes, zero-filled; the length in the last byte */
    uint32_t ids[CACHE_IDS];            /* their number stands in the top 4 bits of ids[0]; if it
                                           is above 4, ids[1], ids[2] say where in the ring */
};

struct long_key {
    uint64_t key[4];                    /* bytes and length as above; or hash, length, 255 */
    uint64_t place;
};

struct cached_long {                    /* key[3] = 0: free */
    uint64_t key[4];
    uint32_t n;                         /* ids */
    uint32_t ids[CACHE_LONG_IDS];       /* or, if they do not fit and for words above 31 bytes,
                                           ids[0], ids[1] say where text and ids are in the ring */
};

struct word_cache {
    struct cached *words;               /* two to a line */
    struct cached_long *longs;
    uint64_t mask, long_mask;           /* of lines and of fours */
    uint32_t *ring;
    uint64_t ring_at;                   /* ever written */
};

#define CACHE_COUNT_SHIFT 28
#define CACHE_ID_MASK ((1u << CACHE_COUNT_SHIFT) - 1)

void word_cache_init(struct word_cache *c);
void word_cache_free(struct word_cache *c);

/* ---- short words -------------------------------------------------------------------------- */

/* The two entries where a word may be. */
static inline struct cached *word_line(const struct word_cache *c, uint64_t hash)
{
    return c->words + 2 * (hash & c->mask);
}

/* Where it may be when it has lost its place there. */
static inline struct cached *word_line_beside(const struct word_cache *c, const struct cached *line)
{
    return c->words + ((size_t)(line - c->words) ^ 2);
}

/* A word that is in neither line. */
static inline void word_cache_add(struct word_cache *c, struct cached *line, const struct cached *w)
{
    struct cached *beside = word_line_beside(c, line);
    if (!beside[1].key[1])
        beside[1] = line[1];
    line[1] = line[0];
    line[0] = *w;
}

/* What was written when ring_at stood at place[0] + (place[1] << 32), or NULL: overwritten. */
static inline const uint32_t *word_ring(const struct word_cache *c, const uint32_t place[2])
{
    uint64_t at = place[0] | (uint64_t)place[1] << 32;
    return c->ring_at - at <= CACHE_RING ? c->ring + at % CACHE_RING : NULL;
}

/* Writes the result of a merge into an entry whose key is set. */
void word_cache_fill(struct word_cache *c, struct cached *w, const uint32_t *ids, uint32_t n);

/* ---- long words --------------------------------------------------------------------------- */

void long_key(const struct word_cache *c, struct slice word, struct long_key *k);
/* The ids of a word and their number, or NULL. They stay until something is added. */
const uint32_t *word_cache_long(const struct word_cache *c, struct slice word,
                                const struct long_key *k, uint32_t *n);
/* A word up to CACHE_TEXT bytes that word_cache_long() does not find. */
void word_cache_add_long(struct word_cache *c, struct slice word, const struct long_key *k,
                         const uint32_t *ids, uint32_t n);

#endif
