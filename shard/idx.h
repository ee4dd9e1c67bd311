/* idx - Megatron-Core's index, checked
 *
 *     34 bytes of head, i32[S] lengths of sequences, i64[S] their places in the .bin,
 *     i64[D] documents: the number of the first sequence of each, and S at the end
 *
 * Opened beside its .bin; idx_open() compares the counts with the size of the file, idx_next()
 * gives one document after another, of however many sequences, and checks that sequences fill the
 * .bin without gaps and documents the sequences. Buffers only: nothing is sized by what the file
 * claims.
 */
#ifndef SHARD_IDX_H
#define SHARD_IDX_H
#include "core/err.h"

enum { IDX_HEAD = 34 };

struct idx;

struct idx *idx_open(const char *path, uint64_t bin_size, struct err *e);
unsigned idx_width(const struct idx *x);        /* bytes of an id: 1, 2, 4 or 8 */
bool idx_is_signed(const struct idx *x);
/* 1: a document of *n tokens; 0: end, and the .bin is used up; -1: flaw. */
int idx_next(struct idx *x, uint64_t *n, struct err *e);
void idx_close(struct idx *x);                  /* NULL is allowed */
/* The head of an index; width 2 or 4. */
void idx_head(unsigned char head[IDX_HEAD], unsigned width, uint64_t sequences, uint64_t entries);

#endif
