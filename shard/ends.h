/* ends - where documents end in a file of bare ids, by the table beside it
 *
 * datatrove's NAME.ds.index (u64 a document) and OLMo's NAME.csv.gz (a row a document: start, end,
 * id, source, place; fields after RFC 4180). Ends never fall, and a row begins where the one before
 * ends: ends_next() checks both. Memory: two fields of 64 KiB and a buffer. One thread.
 */
#ifndef SHARD_ENDS_H
#define SHARD_ENDS_H
#include "shard/format.h"

struct ends;

struct ends *ends_open(const char *path, bool rows, struct err *e);
/* 1: *n tokens in the next document, and in *d what a row says of it (slices live until the next
 * call); 0: no more; -1: flaw. */
int ends_next(struct ends *x, uint64_t *n, struct shard_doc *d, struct err *e);
uint64_t ends_last(const struct ends *x);           /* token where the last one ended */
void ends_close(struct ends *x);                    /* NULL is allowed */

#endif
