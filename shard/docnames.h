/* docnames - which documents a shard holds: ids, sources and places, in a file beside it
 *
 *     NAME.docs.jsonl.zst     one line a document, in the order of the shard:
 *                             {"id":"...","source":"...","record":7,"tokens":812}
 *
 * `source` and `record` (its number there, from 1) are left out where nothing is known. `tokens`
 * are those of the document in the shard, with its end-of-document id: bare files have no other
 * borders that hold when a document has that id within. The writer
 * gathers a mebibyte of lines to a zstd frame, so the file does not depend on how lines come in.
 * Formats that name their documents themselves (olmo, webdataset) have no such file. One thread.
 */
#ifndef SHARD_DOCNAMES_H
#define SHARD_DOCNAMES_H
#include "shard/format.h"

#define DOCNAMES_SUFFIX ".docs.jsonl.zst"

struct docnames_out;

struct docnames_out *docnames_create(const char *shard_path, struct err *e);
int docnames_add(struct docnames_out *o, const struct shard_doc *d, struct err *e);
/* A packed sequence, by its number in the file and a JSON array of its parts (shard/packed.h). */
int docnames_add_row(struct docnames_out *o, uint64_t number, struct slice parts, struct err *e);
/* Commits, appends to `files`, and frees o in any case. */
int docnames_commit(struct docnames_out *o, struct shard_files *files, uint64_t documents,
                 uint64_t tokens, struct err *e);
void docnames_abort(struct docnames_out *o);              /* NULL is allowed */

struct docnames;

struct docnames *docnames_open(const char *shard_path, struct err *e);    /* NULL, no error: none */
/* 1: *d (slices live until the next call); 0: end; -1. */
int docnames_next(struct docnames *x, struct shard_doc *d, struct err *e);
void docnames_close(struct docnames *x);                  /* NULL is allowed */

#endif
