/* alike - places that share a gram: which stretches around them are equal
 *
 *   places of one fingerprint -> the units around each, as far as a stretch can reach
 *   equal surroundings count once; every stretch of `length` units within them is looked up among
 *   those of the surroundings before -> stretches to strike
 *
 * Linear in the number of places and of different surroundings, however many they are; where these
 * are too many for memory, all stretches around them are sorted on disk by a hash of 128 bits.
 * Memory: 8 bytes a place; 48 and its id in an order of ranks. One thread.
 */
#ifndef DEDUP_ALIKE_H
#define DEDUP_ALIKE_H
#include "core/temp.h"
#include "dedup/names.h"

struct alike;

struct alike_about {
    const struct temp *file;        /* units; one of 0xFF bytes where no stretch may reach */
    const struct names *names;      /* to tell equal ranks apart; NULL: by place */
    size_t length, unit;
    bool all;                       /* strike every one of equal stretches, not all but the best */
    bool in_order;                  /* the earlier the better, whatever the rank */
    uint64_t memory, tmp_max;       /* bytes */
    const char *tmp;
    int (*strike)(void *to, uint64_t from, uint64_t end, struct err *e);
    int (*owner)(void *to, uint64_t at, uint64_t *doc, uint64_t *rank, struct err *e);
    void *to;
};

struct alike *alike_new(const struct alike_about *about);
void alike_free(struct alike *a);                   /* NULL is allowed */
int alike_add(struct alike *a, uint64_t at, struct err *e);     /* a gram's place, in order */
int alike_end(struct alike *a, struct err *e);      /* all of them were added: strikes */

#endif
