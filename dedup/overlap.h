/* overlap - units of text most of whose n-grams occur before
 *
 *   add (n-grams of each unit of a document) -> sorted by hash -> those that occurred before
 *                                            -> sorted by unit -> counted, unit by unit
 *
 * An n-gram counts if it occurs in a unit before this one, in the order of the input; whether that
 * one stays does not matter, so the result does not depend on what was struck first (a Bloom filter
 * filled on the way does). A unit is struck if more than a share of its n-grams count, and a whole
 * document if more than that share of all of its. Adding is for one thread, in order; asking for
 * any number. 16 bytes an n-gram on disk.
 */
#ifndef DEDUP_OVERLAP_H
#define DEDUP_OVERLAP_H
#include "dedup/places.h"

enum { OVERLAP_UNITS_BITS = 28 };   /* units of a document: below 2^28 - 1 */
#define OVERLAP_DOCUMENT (((uint64_t)1 << OVERLAP_UNITS_BITS) - 1)     /* in place of a unit */

struct overlap;

struct overlap_about {
    double share;                   /* 0 to 1 */
    uint64_t memory, tmp_max;       /* bytes */
    const char *tmp;
};

struct overlap *overlap_new(const struct overlap_about *about, struct err *e);
void overlap_free(struct overlap *o);               /* NULL is allowed */
int overlap_add(struct overlap *o, uint64_t doc, uint64_t unit, const uint64_t *grams, size_t n,
                struct err *e);
int overlap_decide(struct overlap *o, struct err *e);
/* 1: *unit is the first struck one of doc at or behind `from`, or OVERLAP_DOCUMENT, the last; 0:
 * there is none; -1: error. */
int overlap_find(const struct overlap *o, struct place_cursor *c, uint64_t doc, uint64_t from,
                 uint64_t *unit, struct err *e);

#endif
