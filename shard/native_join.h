/* native_join - blocks of native shards, copied as they stand, into a new shard
 *
 *     native_merge()   the documents of several shards in order, one shard; appending is merging
 *                      into the first one's name, since inputs are read before it is replaced
 *     native_mend()    what is whole at the start of a shard that was cut or damaged
 *
 * Nothing is compressed again: heads, zstd frames and rank tables are written as they were read,
 * and only the tables at the end are made anew. Every block is decoded once on the way, for the
 * hash of all ids, so a damaged input is an error and never copied. One thread. Memory: a cursor,
 * 256 KiB a rank table of the input at hand, and what native_file.h says.
 */
#ifndef SHARD_NATIVE_JOIN_H
#define SHARD_NATIVE_JOIN_H
#include "shard/format.h"

struct native_joined {
    uint64_t tokens, documents;
    uint64_t unfinished;            /* tokens of a last document whose end is lost */
    uint64_t lost;                  /* bytes of the input behind the last whole block */
    bool complete;                  /* only tables were lost: every block is there */
};

/* Shards of one tokenizer, vocabulary and end-of-document id; else ERR_DATA. */
int native_merge(const char *const *from, size_t n, const char *to, struct native_joined *j,
                 struct err *e);
/* ERR_VERIFY if not even the header is whole. */
int native_mend(const char *from, const char *to, struct native_joined *j, struct err *e);

#endif
