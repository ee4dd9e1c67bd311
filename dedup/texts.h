/* texts - shingle sets of chosen documents, read back from the spool by several threads */
#ifndef DEDUP_TEXTS_H
#define DEDUP_TEXTS_H
#include "core/doc.h"
#include "core/spool.h"
#include "dedup/marks.h"
#include "dedup/sets.h"

struct texts_about {
    struct spool *docs;
    const struct doc_fields *fields;
    const struct marks *chosen;     /* sealed */
    unsigned words;                 /* of a shingle */
    int threads;
};

/* Makes and seals the sets; places[rank of a chosen document] finds its set. */
int texts_to_sets(const struct texts_about *about, struct sets *sets, uint64_t *places,
                  struct err *e);

#endif
