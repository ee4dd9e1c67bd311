/* ngrams - n-grams of words that stand more than once, for n from 2 to 10
 *
 * The counts from which Dolma, DCLM, RedPajama-V2 and NeMo make their shares. Two n-grams are the
 * same when their words are, one by one (unlike grams.h, which follows datatrove in comparing the
 * words run together). An n-gram can stand twice only if both (n-1)-grams in it do, so each n looks
 * at few positions:
 *
 *     words -> pairs of equal hashes -> named exactly -> names of neighbours make longer names
 *
 * Works in the scratch of a struct grams, whose words and limit it uses. Lengths are code points of
 * the words, without what is between them.
 */
#ifndef FILTER_NGRAMS_H
#define FILTER_NGRAMS_H
#include "filter/grams.h"

enum { NGRAM_MIN = 2, NGRAM_MAX = 10 };

struct ngram_counts {
    uint64_t grams;                 /* how many there are: words - n + 1, or 0 */
    uint64_t most;                  /* how often the most frequent one stands */
    size_t first;                   /* word where the first of the most frequent begins */
    uint64_t first_chars;           /* its length */
    uint64_t longest_chars;         /* of the longest of the most frequent */
    uint64_t repeated_chars;        /* of n-grams that stand more than once, each time again */
    uint64_t all_chars;             /* of all n-grams */
    uint64_t covered_chars;         /* of words that lie in one that stands more than once */
    uint64_t again_chars;           /* NeMo's count of repeated ones, see ngrams.c */
};

struct ngrams {
    uint32_t *chars;                /* before each word, from the start */
    uint32_t *name;                 /* of each n-gram: where it stands first */
    uint64_t *twice;                /* set of positions */
    size_t cap;
    struct ngram_counts n[NGRAM_MAX + 1];
};

void ngrams_free(struct ngrams *x);
size_t ngrams_held(const struct ngrams *x);     /* bytes */
/* Of the words that g has taken in; g->full if the limit is reached. */
void ngrams_run(struct ngrams *x, struct grams *g);

#endif
