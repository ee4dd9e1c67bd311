/* verdicts - what was decided about documents that have duplicates
 *
 * Only documents in a cluster of two or more have a verdict; the others are kept as they are. They
 * lie in a file sorted by document, with the first number of each block in memory (8 bytes for 256
 * verdicts). Built by one thread in order of documents; then read by any number, each with a cursor
 * of its own, which makes walking in order cheap.
 */
#ifndef DEDUP_VERDICTS_H
#define DEDUP_VERDICTS_H
#include <stdbool.h>
#include <stdint.h>
#include "core/err.h"

struct verdict_of {
    uint64_t doc;                   /* its number */
    uint64_t kept;                  /* of the kept document; doc itself when it is kept */
    uint64_t size;                  /* documents in the cluster; set at the kept one only */
    uint64_t rank;                  /* in the cluster by the policy, 1 the kept one; 0: unknown */
    double similarity;              /* to the kept document; < 0: not computed */
};

struct verdicts;
struct verdict_cursor;

struct verdicts *verdicts_new(const char *tmp, uint64_t tmp_max, struct err *e);
int verdicts_add(struct verdicts *s, const struct verdict_of *v, struct err *e);
int verdicts_seal(struct verdicts *s, struct err *e);
struct verdict_cursor *verdict_cursor_new(void);
void verdict_cursor_free(struct verdict_cursor *c);
/* 1: *v is about doc; 0: nothing is; -1: error. */
int verdicts_find(const struct verdicts *s, struct verdict_cursor *c, uint64_t doc,
                  struct verdict_of *v, struct err *e);
void verdicts_free(struct verdicts *s);             /* NULL is allowed */

#endif
