/* repeats - how much of a text says again what it has said
 *
 * Duplicates of whole pieces (lines, paragraphs) and of n-grams of words, by the definitions of
 * datatrove 0.10 (filters/gopher_repetition_filter.py). All comparisons are exact: hashes only find
 * candidates. Scratch grows to about 40 bytes a word and belongs to one worker.
 */
#ifndef FILTER_REPEATS_H
#define FILTER_REPEATS_H
#include "text/spacy.h"

/* ---- pieces ------------------------------------------------------------------------------- */

struct pieces {                     /* a set of pieces seen, and what came again */
    struct slice *v;
    uint32_t *slot;                 /* 1 + index in v */
    size_t n, cap, slots;
    uint64_t count;                 /* pieces given */
    uint64_t again, again_chars;    /* second and later occurrences, and their code points */
};
void piece_counts_clear(struct pieces *p);
void piece_counts_free(struct pieces *p);
/* Adds a piece, which must live as long as the set is used. */
void piece_counts_add(struct pieces *p, struct slice piece);

/* ---- n-grams ------------------------------------------------------------------------------ */

enum { GRAM_TOP_MIN = 2, GRAM_TOP_MAX = 4, GRAM_DUP_MIN = 5, GRAM_DUP_MAX = 10 };

struct grams {
    /* the words of the text at hand, run together without what is between them */
    char *joined;
    uint32_t *start;                /* of each word in `joined`; one more at the end */
    uint32_t *chars;                /* the same in code points */
    size_t n, cap, cap_joined;
    uint32_t *first[3];             /* per position: where its 2-, 3-, 4-gram stands first */
    uint32_t *count;                /* per first position */
    uint32_t *slot;                 /* hash table */
    size_t slots, cap_slots;
    uint32_t *maybe;                /* positions whose n-grams may stand elsewhere too */
    size_t n_maybe;
    uint8_t *mark;
    uint64_t top[GRAM_TOP_MAX + 1], dup[GRAM_DUP_MAX + 1];
};
void grams_free(struct grams *g);
/* Takes the words in. */
void grams_words(struct grams *g, struct slice text, const struct word *v, size_t n);
/* Fills top[2..4]: code points of the n-gram (joined by blanks) that occurs most often, the first
 * of equals, times its number; 0 when there is no n-gram. */
void grams_top(struct grams *g);
/* Fills dup[5..10]: code points of n-grams (joined without blanks) that stood earlier, where the
 * search goes on behind a repeated n-gram and takes in only those that were new. */
void grams_dup(struct grams *g);

#endif
