/* mix - several sources of documents, blended by weight
 *
 * A source is a name, a weight and a list of files or shards (shard/mix_source.h); weights may be
 * made from sizes instead (shard/shares.h). Which source gives the next document is blend's rule
 * (shard/blend.h), counted in documents, bytes of text or tokens. A source at its end begins again
 * until it has been given `epochs_max` times; then the mix ends, or (until_last) the others go on
 * among themselves.
 *
 * With slices > 1 only the documents of one stretch of the total are given: stretches put together
 * are the whole, so any number of processes may make it.
 *
 * One thread; memory for one document a pull, and what shards' pools take.
 */
#ifndef SHARD_MIX_H
#define SHARD_MIX_H
#include "shard/mix_source.h"
#include "shard/shares.h"

struct mix_plan {
    enum mix_unit unit;
    uint64_t total;             /* units; 0: as much as there is */
    uint64_t epochs_max;
    bool until_last;
    enum shares_kind shares;
    double temperature;
    struct order order;
    uint64_t slice, slices;     /* slices >= 1; above 1 a total is needed */
    struct shard_wish wish;
};

struct mix;

struct mix *mix_new(const struct mix_plan *p);
void mix_free(struct mix *m);                       /* NULL is allowed */
/* "NAME=WEIGHT:FILE[,FILE...]", or "NAME:FILE..." where weights are made; a name given again adds
 * files (and must repeat the weight). */
int mix_add(struct mix *m, const char *spec, struct err *e);
size_t mix_sources(const struct mix *m);
const struct mix_source *mix_source(const struct mix *m, size_t i);
double mix_share(const struct mix *m, size_t i);    /* wanted; of all, after mix_begin() */
/* Opens the sources and makes the weights. */
int mix_begin(struct mix *m, struct err *e);
/* 1: *d is filled, id and metadata.mix set, *source its name (lives as long as m), *units what it
 * counted; 0: end; -1: error. */
int mix_next(struct mix *m, struct arena *a, struct doc *d, struct slice *source,
             uint64_t *units, struct err *e);
/* ERR_VERIFY when a source's share of all units is further than this from the wanted one. */
int mix_check(const struct mix *m, double tolerance, struct err *e);

#endif
