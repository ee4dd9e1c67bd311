/* ends - where documents end in a file of bare ids, by the side file that says so
 *
 * datatrove's NAME.ds.index (u64 a document) and OLMo's NAME.csv.gz (start,end,... a line). Ends
 * never fall, and the last is the number of tokens: ends_next() checks the first, the caller the
 * second. Memory: one buffer, whatever the file claims. One thread.
 */
#ifndef SHARD_ENDS_H
#define SHARD_ENDS_H
#include "shard/format.h"

struct ends;

/* `bin` is the path of the ids. NULL: error; the file must exist (ends_exist). */
struct ends *ends_open(const struct shard_format *f, const char *bin, struct err *e);
bool ends_exist(const struct shard_format *f, const char *bin);
/* 1: *n tokens in the next document; 0: no more; -1: flaw. */
int ends_next(struct ends *x, uint64_t *n, struct err *e);
void ends_close(struct ends *x);                    /* NULL is allowed */
/* Documents and tokens of the whole file. */
int ends_total(const struct shard_format *f, const char *bin, uint64_t *documents,
               uint64_t *tokens, struct err *e);

#endif
