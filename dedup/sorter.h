/* sorter - sort more small records than memory holds
 *
 *   add, add, ...  ->  [buffer] -- full: radix sort --> runs in one temporary file
 *   sort           ->  the buffer alone, or a merge of the runs
 *   next, next ... ->  records in order
 *
 * Records have one size; the first `keys` 64-bit words (native order, unsigned) are the key, what
 * follows is payload. The sort is stable, so the order of records never depends on the memory
 * given. One thread. Memory: at most `memory` bytes, half of it the radix sort's second buffer.
 */
#ifndef DEDUP_SORTER_H
#define DEDUP_SORTER_H
#include <stddef.h>
#include <stdint.h>
#include "core/err.h"

struct sorter;

struct sorter_about {
    size_t record;                  /* bytes of a record, 8 to 64 */
    size_t keys;                    /* words of the key: 1 or 2 */
    uint64_t memory;                /* bytes; less than 1 MiB is taken as 1 MiB */
    const char *tmp;                /* folder for runs */
    uint64_t tmp_max;               /* bytes of runs, 0 for no limit */
};

struct sorter *sorter_new(const struct sorter_about *about);
int sorter_add(struct sorter *s, const void *record, struct err *e);
uint64_t sorter_count(const struct sorter *s);
/* Ends adding. */
int sorter_sort(struct sorter *s, struct err *e);
/* 1: *record points to the next one, until the next call; 0: end; -1: error. */
int sorter_next(struct sorter *s, const void **record, struct err *e);
void sorter_free(struct sorter *s);                 /* NULL is allowed */

#endif
