/* idx - Megatron-Core's index, checked
 *
 * Opened beside its .bin; idx_open() compares the counts with the size of the file, idx_next()
 * gives one sequence after another and checks that they fill the .bin without gaps, idx_docs()
 * checks the document array. Buffers only: nothing is sized by what the file claims.
 */
#ifndef SHARD_IDX_H
#define SHARD_IDX_H
#include "core/err.h"

struct idx;

struct idx *idx_open(const char *path, uint64_t bin_size, struct err *e);
unsigned idx_width(const struct idx *x);        /* bytes of an id */
uint64_t idx_count(const struct idx *x);        /* sequences */
/* 1: sequence of *n tokens; 0: end, and the .bin is used up; -1: flaw. */
int idx_next(struct idx *x, uint64_t *n, struct err *e);
int idx_docs(struct idx *x, uint64_t *documents, struct err *e);
void idx_close(struct idx *x);                  /* NULL is allowed */

#endif
