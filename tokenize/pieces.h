/* pieces - from pieces of a byte-level vocabulary to ids, a few hundred at a time
 *
 *   stage    pieces cut where the vocabulary allows; key and hash; the cache line is asked for
 *   probe    what the cache knows; the rest is listed
 *   merge    the list, many words at once
 *   emit     ids in order; what was merged goes into the cache
 *
 * Each step runs over all pieces of the batch before the next begins, so that memory asked for in
 * one is there in the next. Nothing enters the cache between probe and emit, so entries found stay
 * where they are.
 */
#ifndef TOKENIZE_PIECES_H
#define TOKENIZE_PIECES_H
#include "tokenize/bpe_table.h"
#include "tokenize/cuts.h"
#include "tokenize/tokenizer.h"
#include "tokenize/word_cache.h"

#define BATCH 512                       /* pieces */

struct item {
    uint64_t key[2];                    /* a short word; key[1] = 0: another */
    union {
        uint64_t hash;
        const struct cached *found;     /* NULL: merged, or long */
    } u;
    uint32_t at, n;                     /* in the text */
};

struct pieces {
    const struct tokenizer *t;
    const struct bpe_table *table;
    const struct cuts *cuts;            /* NULL: whole pieces are looked up, and must stay whole */
    struct word_cache cache;
    struct merger merger;
    struct item items[BATCH];
    struct bpe_word missed[BATCH];
    uint32_t missed_item[BATCH];
    size_t n, n_missed;
};

void pieces_init(struct pieces *p, const struct tokenizer *t);
void pieces_free(struct pieces *p);
/* Writes the ids of text[at .. ends[0]), [ends[0] .. ends[1]) and so on, n <= BATCH pieces; `out`
 * has room for one id a byte and 16 more. Returns the end of what was written. */
uint32_t *pieces_encode(struct pieces *p, struct slice text, size_t at, const uint32_t *ends,
                        size_t n, uint32_t *out);

#endif
