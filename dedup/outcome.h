/* outcome - what a verdict on near-duplicates does to a document
 *
 * A document of a cluster gets metadata.tokmill.dedup-near: the cluster, which is the id of the
 * kept document, and there the cluster's size and weight, elsewhere its rank. The others pass as
 * they are. --annotate notes the same and drops nothing.
 */
#ifndef DEDUP_OUTCOME_H
#define DEDUP_OUTCOME_H
#include "core/stage.h"

enum { WEIGHTS_MAX = 32 };

/* How often a kept document is worth repeating, by the size of its cluster: a step function. */
struct weights {
    struct weight_from {
        uint64_t size;              /* from this size on */
        double weight;
    } from[WEIGHTS_MAX];
    size_t n;                       /* 0: no weights are wanted */
};

/* "fineweb-2", or "SIZE:WEIGHT,..." by rising size. */
int weights_parse(struct weights *w, const char *text, struct err *e);
double weights_of(const struct weights *w, uint64_t size);

struct outcome {
    bool kept;
    struct slice cluster;           /* id of the kept document */
    uint64_t size, rank;            /* size: of a kept one's cluster */
    double similarity, threshold;   /* similarity < 0: not computed */
};

enum verdict outcome_give(struct job *j, struct doc *d, const struct outcome *o,
                          const struct weights *w);

#endif
