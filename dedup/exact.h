/* exact - groups of documents with equal keys
 *
 *   add (key, rank, number)  ->  sorted by key  ->  groups  ->  a verdict for each member of a
 *                                                              group of two or more
 *
 * The kept one is the least by (rank, id if the policy says so, number). All sorting goes through
 * sorter.h, so memory is bounded and the result does not depend on it. One thread; verdicts may
 * then be read by any number.
 */
#ifndef DEDUP_EXACT_H
#define DEDUP_EXACT_H
#include "core/hash.h"
#include "dedup/names.h"
#include "dedup/verdicts.h"

struct exact;

/* Numbers from here on are of documents kept earlier. Their rank is 0; others have at least 1. */
#define EXACT_EARLIER ((uint64_t)1 << 48)

struct exact_about {
    uint64_t memory, tmp_max;       /* bytes */
    const char *tmp;
    bool by_id;                     /* equal ranks are told apart by id */
};

struct exact *exact_new(const struct exact_about *about);
int exact_add(struct exact *x, struct hash128 key, uint64_t rank, uint64_t doc, struct err *e);
/* names: of all documents but earlier ones, sealed. */
int exact_decide(struct exact *x, const struct names *names, struct err *e);
const struct verdicts *exact_verdicts(const struct exact *x);
void exact_free(struct exact *x);                   /* NULL is allowed */

#endif
