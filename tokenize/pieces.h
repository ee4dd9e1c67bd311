/* pieces - from pieces of a byte-level vocabulary to ids, thousands at a time
 *
 *   stage    key and hash of each piece; the line of the cache is asked for    pieces_add()
 *   probe    what that line knows; the rest is listed, looked for beside       pieces_flush()
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

#define BATCH 4096                      /* pieces */

struct long_piece {                     /* above CACHE_WORD bytes */
    struct slice text;
    struct long_key key;                /* up to CACHE_TEXT bytes */
    const uint32_t *ids;                /* NULL: not known so far */
    uint32_t n;
    bool known;                         /* to the cache */
};

struct pieces;
typedef void stage_fn(struct pieces *p, struct slice text, size_t at, const uint32_t *ends,
                      size_t n);

struct mark {                           /* a text ends */
    size_t piece;                       /* before this piece */
    size_t ids;                         /* of all pieces before it; after a flush */
};

struct pieces {
    const struct tokenizer *t;
    const struct bpe_table *table;
    const struct cuts *cuts;            /* NULL: whole pieces are looked up, and must stay whole */
    stage_fn *stage;                    /* for this machine */
    struct word_cache cache;
    struct merger merger;
    struct cached elsewhere[2];         /* a line of no ids: for words that are not short */
    bool pending;                       /* something was added or marked since the last flush */
    size_t n;                           /* pieces added */
    size_t bytes;                       /* of them */
    uint64_t key[BATCH][2];
    struct cached *line[BATCH];
    const struct cached *found[BATCH];  /* in the cache, or below */
    struct cached missed[BATCH];        /* of the n_missed that were not found; */
    uint32_t missed_at[BATCH];          /* their numbers in the batch */
    size_t n_missed;
    struct long_piece longs[BATCH];     /* in order */
    size_t n_longs;
    struct bpe_word words[BATCH];       /* what is merged: the missed, then long ones */
    size_t n_words;
    struct mark marks[BATCH];
    size_t n_marks;
};

void pieces_init(struct pieces *p, const struct tokenizer *t);
void pieces_free(struct pieces *p);
/* Adds text[at .. ends[0]), [ends[0] .. ends[1]) and so on; p->n + n <= BATCH. The text must stay
 * until pieces_flush(). */
void pieces_add(struct pieces *p, struct slice text, size_t at, const uint32_t *ends, size_t n);
/* A text ends here; p->n_marks < BATCH. */
void pieces_mark(struct pieces *p);
/* Writes the ids of all pieces added and fills in the marks, which stay until something is added.
 * `out` has room for p->bytes ids and 16 more. Returns the end of what was written. */
uint32_t *pieces_flush(struct pieces *p, uint32_t *out);
/* For tests: variant i of those that this machine can run, the best first; NULL behind the last. */
stage_fn *pieces_stage(int i);

#endif
