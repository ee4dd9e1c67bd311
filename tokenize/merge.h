/* merge - byte-pair merging of one piece
 *
 * The rule of every BPE family: of all adjacent pairs that the vocabulary merges, take the one of
 * lowest rank, the leftmost of equals, replace it, and repeat until none is left. Short pieces scan
 * for the minimum; long ones use a heap and a linked list, O(n log n), so that a megabyte of one
 * letter is no trap. The two give the same ids. One `struct merger` a worker; it only holds room.
 */
#ifndef TOKENIZE_MERGE_H
#define TOKENIZE_MERGE_H
#include "tokenize/vocab.h"

#define MERGE_SHORT 64                  /* symbols up to which scanning is faster */

struct merger {
    uint32_t *prev, *next;
    uint64_t *heap;                     /* rank << 32 | position */
    size_t cap, n_heap, cap_heap;
};

void merger_free(struct merger *m);
/* Merges ids[0..n) in place; returns how many remain. n < 2^31. */
size_t merge_ids(const struct vocab *v, struct merger *m, uint32_t *ids, size_t n);
size_t merge_ids_heap(const struct vocab *v, struct merger *m, uint32_t *ids, size_t n);

/* The heap over any table of pairs: the function gives a pair's rank (UINT32_MAX: none) and what it
 * makes. */
typedef uint32_t rank_fn(const void *table, uint32_t left, uint32_t right, uint32_t *made);
size_t merge_heap(rank_fn *rank, const void *table, struct merger *m, uint32_t *ids, size_t n);

#endif
