/* repeats - runs of pieces that occur too often, among any number of documents
 *
 *   add (key of each run of a document)  ->  sorted by key  ->  runs beyond the allowed number
 *                                        ->  sorted by place ->  asked by document
 *
 * All sorting goes through sorter.h: memory is bounded and the result does not depend on it.
 * Adding is for one thread, in order of documents; asking for any number.
 */
#ifndef DEDUP_REPEATS_H
#define DEDUP_REPEATS_H
#include "core/hash.h"
#include "dedup/places.h"

enum { REPEATS_RUNS_BITS = 28, REPEATS_ALLOWED_MAX = 1 << 20 };  /* runs of a document: 2^28 */

struct repeats;

struct repeats_about {
    uint64_t allowed;               /* occurrences that are no duplicates, 1 or more */
    bool strike_all;                /* beyond that, strike the allowed ones too */
    uint64_t bucket;                /* documents counted together; 0: all */
    uint64_t memory, tmp_max;       /* bytes */
    const char *tmp;
};

struct repeats *repeats_new(const struct repeats_about *about);
void repeats_free(struct repeats *r);               /* NULL is allowed */
int repeats_add(struct repeats *r, uint64_t doc, uint64_t run, struct hash128 key, struct err *e);
int repeats_decide(struct repeats *r, struct err *e);
/* 1: *run is the first duplicate run of doc at or behind `from`; 0: there is none; -1: error. */
int repeats_find(const struct repeats *r, struct place_cursor *c, uint64_t doc, uint64_t from,
                 uint64_t *run, struct err *e);

#endif
