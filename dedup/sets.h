/* sets - shingle sets on disk, compared exactly
 *
 * A set is its shingles sorted, each once. Sets are written by any thread and, after sets_seal(),
 * compared by any thread with a reader of its own, block by block, so that no set has to fit in
 * memory.
 */
#ifndef DEDUP_SETS_H
#define DEDUP_SETS_H
#include "core/err.h"
#include "dedup/shingle.h"

struct sets;
struct set_maker;                   /* builds sets; one a thread */
struct set_reader;                  /* compares sets; one a thread */

struct sets_about {
    const char *tmp;
    uint64_t tmp_max;
    uint64_t memory;                /* bytes a maker may use for one set */
};

struct sets *sets_new(const struct sets_about *about, struct err *e);
void sets_free(struct sets *s);                     /* NULL is allowed */
struct set_maker *set_maker_new(struct sets *s, enum shingle_kind kind, unsigned words);
void set_maker_free(struct set_maker *m);
/* Writes the set of a text; *place finds it again. */
int set_make(struct set_maker *m, struct slice text, uint64_t *place, struct err *e);
/* The same piecemeal, of a set that was made elsewhere: its size, then its shingles, sorted. For
 * one thread. */
int sets_begin(struct sets *s, uint64_t shingles, uint64_t *place, struct err *e);
int sets_append(struct sets *s, const uint64_t *shingles, size_t n, struct err *e);
int sets_seal(struct sets *s, struct err *e);
/* Of a set: how many shingles; and n of them from the i-th on. */
int sets_count(const struct sets *s, uint64_t place, uint64_t *n, struct err *e);
int sets_get(const struct sets *s, uint64_t place, uint64_t i, uint64_t *out, size_t n,
             struct err *e);

struct set_reader *set_reader_new(const struct sets *s);
void set_reader_free(struct set_reader *r);
/* Jaccard similarity of two sets if it is at least `floor`; else a negative number in *j. Two
 * empty sets have none (negative). */
int sets_jaccard(struct set_reader *r, uint64_t a, uint64_t b, double floor, double *j,
                 struct err *e);

#endif
