/* native - the compressed shard with random access (.tms)
 *
 * docs/SHARD.md is the specification. Writing: native_write.c makes blocks, native_file.c puts them
 * and their tables into a file. Reading is libtokmill-shard's (tokmill-shard.h), which stands
 * alone; here it is given tokmill's errors, and its header's JSON is read.
 *
 * A reader belongs to one thread; several may have one file open.
 */
#ifndef SHARD_NATIVE_H
#define SHARD_NATIVE_H
#include "shard/format.h"
#include "shard/tms_layout.h"
#include "shard/tokmill-shard.h"

struct native;

struct native *native_open(const char *path, struct err *e);
void native_close(struct native *r);                /* NULL is allowed */
const struct shard_about *native_about(const struct native *r);     /* lives as long as r */
uint64_t native_tokens(const struct native *r);
uint64_t native_docs(const struct native *r);
struct hash128 native_hash(const struct native *r);     /* of all ids, see ids_hash.h */
/* Tokens [*from, *to) of document i < native_docs(), with its end-of-document id. */
int native_doc(struct native *r, uint64_t i, uint64_t *from, uint64_t *to, struct err *e);
int native_read(struct native *r, uint64_t from, size_t n, uint32_t *ids, struct err *e);
int native_verify(struct native *r, struct err *e);
const tms *native_shard(const struct native *r);
/* An error of the library's as one of ours. Returns -1. */
int native_report(const char *path, const struct tms_error *t, struct err *e);

#endif
