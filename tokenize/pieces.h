/* pieces - from pieces of a byte-level vocabulary to ids, a thousand at a time
 *
 *   stage    key and hash of each piece; the line of the cache is asked for
 *   probe    what that line knows; the rest is listed, and looked for in the line beside
 *   merge    the list, many words at once
 *   emit     ids in order; what was merged goes into the cache
 *
 * Each step runs over all pieces of the batch before the next begins, so that memory asked for in
 * one is there in the next, and branches that depend on the text are rare.
 * Nothing enters the cache between probe and emit, so entries found stay where they are.
 */
#ifndef TOKENIZE_PIECES_H
#define TOKENIZE_PIECES_H
#include "tokenize/bpe_table.h"
#include "tokenize/cuts.h"
#include "tokenize/tokenizer.h"
#include "tokenize/word_cache.h"

#define BATCH 1024                      /* pieces */

struct pieces;
typedef void stage_fn(struct pieces *p, struct slice text, size_t at, const uint32_t *ends,
                      size_t n);

struct pieces {
    const struct tokenizer *t;
    const struct bpe_table *table;
    const struct cuts *cuts;            /* NULL: whole pieces are looked up, and must stay whole */
    stage_fn *stage;                    /* for this machine */
    struct word_cache cache;
    struct merger merger;
    struct cached elsewhere[2];         /* a line of no ids: for words that are not short */
    uint64_t key[BATCH][2];
    struct cached *line[BATCH];
    const struct cached *found[BATCH];  /* in the cache, or below */
    struct bpe_word words[BATCH];       /* of the n_missed that were not found, */
    struct cached missed[BATCH];        /* what the cache will hold, */
    uint32_t missed_at[BATCH];          /* and their numbers in the batch */
    size_t n_missed;
    struct long_key longs[BATCH];       /* of pieces of 16 to CACHE_TEXT bytes, in order */
    size_t n_longs;
};

void pieces_init(struct pieces *p, const struct tokenizer *t);
void pieces_free(struct pieces *p);
/* Writes the ids of text[at .. ends[0]), [ends[0] .. ends[1]) and so on, n <= BATCH pieces; `out`
 * has room for one id a byte and 16 more. Returns the end of what was written. */
uint32_t *pieces_encode(struct pieces *p, struct slice text, size_t at, const uint32_t *ends,
                        size_t n, uint32_t *out);

#endif
