/* tally - the numbers of one step of the chain
 *
 * A tally is a small hash table from (kind, name, key) to a count of documents and bytes. Workers
 * fill one a batch without locks; at the batch's commit it is added to the step's, in serial order.
 * Everything in it is an integer (sums of values are kept in millionths), so adding is exact and
 * in any order the same. Histogram bins are fixed: bin i covers [2^(i/8), 2^((i+1)/8)), values <= 0
 * go to TALLY_BIN_ZERO.
 */
#ifndef CORE_TALLY_H
#define CORE_TALLY_H
#include <stdint.h>
#include "core/arena.h"
#include "core/buf.h"

enum tally_kind {
    TALLY_IN, TALLY_MADE, TALLY_OUT, TALLY_MERGED,      /* name empty; key: group, if counted so */
    TALLY_DROPPED,          /* name: rule; key: group */
    TALLY_BAD,              /* name: kind */
    TALLY_YIELDING,         /* records of a reader that gave documents */
    TALLY_PASSED,           /* name: type of record */
    TALLY_REPAIRED, TALLY_ADDED, TALLY_REMOVED,         /* bytes by edits in `bytes` */
    TALLY_COUNTER,          /* name */
    TALLY_KEY,              /* name, key */
    TALLY_BIN,              /* name; key: bin number in decimal */
    TALLY_SUM,              /* name: n = values, bytes = sum in millionths (signed) */
    TALLY_THRESHOLD         /* name; key: the value's spelling */
};
enum { TALLY_BIN_ZERO = -100000 };

struct tally_entry {
    enum tally_kind kind;
    struct slice name, key;         /* owned by the tally */
    uint64_t hash, n, bytes;
};

struct tally {
    struct arena names;
    struct tally_entry *v;
    uint32_t *table;                /* 1 + index in v; 0: free */
    size_t n, cap;
};

void tally_init(struct tally *t);
void tally_free(struct tally *t);
void tally_reset(struct tally *t);
void tally_add(struct tally *t, enum tally_kind kind, struct slice name, struct slice key,
               uint64_t n, uint64_t bytes);
void tally_merge(struct tally *to, const struct tally *from);
struct tally_entry tally_total(const struct tally *t, enum tally_kind kind);    /* over all names */
/* The groups of documents counted apart, sorted; free *groups. */
size_t tally_groups(const struct tally *t, struct slice **groups);
uint64_t tally_of_group(const struct tally *t, enum tally_kind kind, struct slice group);
int tally_bin(double value);
/* Appends the members of a stage's object in the stats file (docs/FORMAT.md), without braces. */
void tally_json(const struct tally *t, struct buf *out);

#endif
