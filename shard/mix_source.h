/* mix_source - one source of a mix: files of documents, or shards, given epoch after epoch
 *
 * JSONL is read as a stream, file after file. Shards are read through a pool, in any order that
 * shard/perm.h makes; the order of each epoch is one of its own. One thread; memory for one
 * document, and the pool's.
 */
#ifndef SHARD_MIX_SOURCE_H
#define SHARD_MIX_SOURCE_H
#include "core/docs.h"
#include "shard/perm.h"
#include "shard/pool.h"

enum mix_unit { MIX_DOCS, MIX_BYTES, MIX_TOKENS };

struct mix_source {
    char *name;
    double weight;                  /* as given; 0: none was */
    struct shard_paths files;
    bool is_shards;
    /* while reading */
    struct pool *pool;
    struct docs *in;
    size_t next;                    /* of files */
    uint64_t at;                    /* of the pool's order */
    uint64_t epoch;                 /* from 1 */
    uint64_t in_epoch;              /* documents of this epoch so far */
    uint64_t documents, units;      /* given in all */
};

/* Finds out what the files are, and opens shards. */
int mix_source_open(struct mix_source *s, const struct order *o, const struct shard_wish *w,
                    struct err *e);
void mix_source_free(struct mix_source *s);
/* Units of one epoch: told by shards, counted by reading JSONL once. */
int mix_source_size(struct mix_source *s, enum mix_unit unit, uint64_t *size, struct err *e);
/* 1: the next document, and what it counts; 0: `epochs` are used up; -1. A source without
 * documents ends at once. */
int mix_source_next(struct mix_source *s, const struct order *o, enum mix_unit unit,
                    uint64_t epochs, struct arena *a, struct doc *d, uint64_t *units,
                    struct err *e);

#endif
