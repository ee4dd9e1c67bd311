/* packed - what lies beside a file of packed sequences
 *
 *     NAME.docs.jsonl.zst   a line a sequence: "id", and "docs", the parts that it is made of in
 *                           order: {"id":"..","source":"..","record":7,"from":0,"n":812}
 *     NAME.segments         u64 a part: the token of the file where it ends. Sequence i is tokens
 *                           [i L, (i + 1) L); its cu_seqlens are the ends within, less i L; what
 *                           comes behind the last is padding
 *     NAME.mask             a byte a token: 1, or 0 for padding (datatrove: NAME.ds.loss)
 *
 * One thread.
 */
#ifndef SHARD_PACKED_H
#define SHARD_PACKED_H
#include "shard/pack.h"

struct packed;

/* Beside the file of ids; without `mask` there is no mask. */
struct packed *packed_open(const struct shard_format *f, const char *path, uint32_t length,
                           bool mask, struct err *e);
int packed_add(struct packed *x, const struct pack_row *r, struct err *e);
/* Commits, appends to `files`, and frees x in any case. */
int packed_commit(struct packed *x, struct shard_files *files, uint64_t documents,
                  uint64_t tokens, struct err *e);
void packed_abort(struct packed *x);                /* NULL is allowed */

#endif
