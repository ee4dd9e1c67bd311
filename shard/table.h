/* table - the file that MDS and LitData share: a table of places, then samples
 *
 *     u32 N | u32[N+1] place of each sample from the start of the file, and of the end |
 *     head (MDS: its JSON; LitData: nothing) | samples
 *
 * The table stands first and its length is known last, so samples wait in an unnamed file in the
 * target's folder; the file is written at commit, plain or as one zstd frame that names its content
 * size, as the readers' library needs it. Memory: 4 bytes a sample. One thread.
 */
#ifndef SHARD_TABLE_H
#define SHARD_TABLE_H
#include "core/buf.h"
#include "shard/file.h"
#include "shard/format.h"

enum { TABLE_TOKENS_MAX = 1 << 29, TABLE_DOCS_MAX = 1 << 26 };   /* below 4 GiB at any width */

/* level 0: plain. `head` is copied. */
struct shard_sink *table_open(const char *path, const struct shard_about *a, int level,
                              struct slice head, struct err *e);
int table_add(struct shard_sink *s, const uint32_t *ids, size_t n, struct err *e);
/* What was added since the last call is a sample: `before`, its ids as stored. */
int table_end(struct shard_sink *s, struct slice before, struct err *e);
uint64_t table_pending(const struct shard_sink *s);     /* ids of the sample being made */
unsigned table_width(const struct shard_sink *s);
unsigned table_width_of(uint32_t max_id);               /* u16, else i32, else 0 */
int table_commit(struct shard_sink *s, struct shard_files *files, struct err *e);
void table_abort(struct shard_sink *s);                 /* NULL is allowed */

/* Reading: the samples of an open file, in order. */
struct table;

struct table *table_read(const struct file *f, struct err *e);
/* The bytes between the table and the first sample; at most 1 MiB. */
int table_head(struct table *t, struct buf *head, struct err *e);
/* 1: bytes [*from, *to) of the file; 0: end; -1. */
int table_next(struct table *t, uint64_t *from, uint64_t *to, struct err *e);
void table_close(struct table *t);                      /* NULL is allowed */

#endif
