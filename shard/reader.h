/* reader - documents out of a shard file of any format, in order
 *
 * What the file itself does not say comes from manifest.json beside it, or from the caller: bare
 * files (nanogpt, llmc) have no borders of documents but the end-of-document id, and only native
 * shards and manifests name it. The id is taken off unless it is wanted.
 *
 * Every length is checked against the size of the file; a document longer than `doc_max` tokens is
 * refused, since a compressed file may claim far more than anybody's memory. One thread.
 */
#ifndef SHARD_READER_H
#define SHARD_READER_H
#include "core/arena.h"
#include "shard/format.h"

struct reader_wish {
    const struct shard_format *format;  /* NULL: by the file's look */
    bool has_eod;                       /* eod_id is given, at `eod` or where the format has it */
    uint32_t eod_id;
    bool keep_eod;
    uint64_t doc_max;                   /* tokens */
};

struct shard_reader;

struct shard_reader *shard_reader_open(const char *path, const struct reader_wish *w,
                                       struct err *e);
const struct shard_about *shard_reader_about(const struct shard_reader *r);
const char *shard_reader_name(const struct shard_reader *r);    /* file name, without suffix */
/* 1: a document, ids in the arena; 0: end; -1: error naming the file. */
int shard_reader_next(struct shard_reader *r, struct arena *a, const uint32_t **ids, size_t *n,
                      struct err *e);
void shard_reader_close(struct shard_reader *r);    /* NULL is allowed */
/* The format by suffix and first bytes; a Megatron operand may be .bin, .idx or the bare prefix.
 * NULL with an error. *bin is the path of the ids; free it. */
const struct shard_format *shard_detect(const char *path, char **bin, struct err *e);

#endif
