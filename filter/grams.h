/* grams - how much of a text's n-grams of words says again what it has said
 *
 * By the definitions of datatrove 0.10 (filters/gopher_repetition_filter.py). All comparisons are
 * exact; hashes only find the few positions worth comparing:
 *
 *     top   how often each hash occurs bounds how often its n-gram does; those of the largest
 *           bounds are counted
 *     dup   how long a prefix of a position's text occurs elsewhere bounds which n can repeat there
 *
 * Scratch is about 25 bytes a word and belongs to one worker. When it would pass `limit`, `full` is
 * set and the answers are void.
 */
#ifndef FILTER_GRAMS_H
#define FILTER_GRAMS_H
#include "text/spacy.h"

enum { GRAM_TOP_MIN = 2, GRAM_TOP_MAX = 4, GRAM_DUP_MIN = 5, GRAM_DUP_MAX = 10 };

struct gram_slot {                  /* of the most frequent */
    uint32_t first;                 /* 1 + position where it stands first; 0: empty */
    uint32_t count;
};

struct grams {
    /* the words of the text at hand, run together without what is between them */
    char *joined;
    uint32_t *start;                /* of each word in `joined`; one more at the end */
    size_t n, cap, cap_joined;
    uint32_t *hash;                 /* of each word; for dup, of each position's prefix */
    uint32_t *more;                 /* of each n-gram; for dup, bytes up to which it can repeat */
    uint64_t *maybe;                /* set of positions, a bit each */
    uint8_t *times;                 /* how often a hash occurs, at most 255 */
    size_t cap_times;
    void *slot;                     /* hash table */
    size_t slots, slots_used, cap_slots;    /* cap in bytes */
    size_t limit;                   /* bytes; 0: any number */
    bool full;
    uint64_t top[GRAM_TOP_MAX + 1], dup[GRAM_DUP_MAX + 1];
};
void grams_free(struct grams *g);   /* keeps the limit */
size_t grams_held(const struct grams *g);       /* bytes */
/* Takes the words in that have one of these flags, or all if there are none. */
void grams_words(struct grams *g, const struct chars *c, struct slice text, const struct word *v,
                 size_t n, unsigned flags);
/* Fills top[2..4]: code points of the n-gram (joined by blanks) that occurs most often, the first
 * of equals, times its number; 0 when there is no n-gram. */
void grams_top(struct grams *g);
/* Fills dup[5..10]: code points of n-grams (joined without blanks) that stood earlier, where the
 * search goes on behind a repeated n-gram and takes in only those that were new. */
void grams_dup(struct grams *g);

#endif
