/* batch_internal - the inside of a batch, for feed.c and run.c only. */
#ifndef CORE_BATCH_INTERNAL_H
#define CORE_BATCH_INTERNAL_H
#include "core/chunk.h"
#include "core/run.h"

struct notice {                     /* a bad or passed-over record */
    size_t step;
    const char *kind;
    struct slice file, raw, text;
    uint64_t record, offset;
    bool damaged;                   /* the container, not one record */
};

struct side_text {                  /* records for a side file, and their number */
    struct buf text;
    uint64_t n;
};

struct batch {
    uint64_t serial;
    struct arena arena;
    struct chunk chunk;             /* what the feed cut off for it, stored or decoded */
    bool is_large;                  /* holds the segment's lock for large batches */
    bool last;                      /* no more rounds: gates are left behind */
    struct buf block;               /* decoded input bytes that pieces and documents point into */
    struct piece *pieces;
    size_t n_pieces, cap_pieces;
    struct doc *docs;
    size_t n, cap;
    struct notice *notices;
    size_t n_notices, cap_notices;
    struct tally *tally;            /* one a step of the chain */
    struct side_text *rejects, *attributes;     /* one a step of the chain */
    struct buf out;                 /* formatted documents */
    size_t *ends;                   /* of each document in out; for a barrier's spool, or units */
    size_t *units;                  /* of each document; NULL when all go to one output */
    size_t cap_ends;
    size_t input;                   /* index of the operand that it was read from */
    size_t step;                    /* now at work */
    bool bad_counts_in;             /* what is read are documents, so a bad one went in too */
    struct slice file;              /* of the piece now parsed */
    const struct doc_fields *fields;
    uint64_t first_index;           /* of the first document, when it comes from a spool */
    struct err err;
};

void batch_init(struct batch *b, size_t n_steps);
void batch_free(struct batch *b, size_t n_steps);
void batch_reset(struct batch *b, size_t n_steps);
struct piece *batch_piece(struct batch *b);
void batch_notice(struct batch *b, const char *kind, uint64_t record, uint64_t offset,
                  struct slice raw, const char *text, bool damaged);

#endif
