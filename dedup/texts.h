/* texts - shingle sets of chosen documents: of files, then of the spool by several threads */
#ifndef DEDUP_TEXTS_H
#define DEDUP_TEXTS_H
#include "core/doc.h"
#include "core/opt.h"
#include "core/spool.h"
#include "dedup/marks.h"
#include "dedup/sets.h"

struct texts_about {
    struct spool *docs;
    const struct doc_fields *fields;
    struct opt_list files;          /* JSONL files of the documents before those of the spool */
    uint64_t in_files;              /* their number: the spool's first document has this one */
    const struct marks *chosen;     /* sealed */
    enum shingle_kind kind;
    unsigned words;                 /* of a shingle */
    int threads;
};

/* Makes and seals the sets; places[rank of a chosen document] finds its set. */
int texts_to_sets(const struct texts_about *about, struct sets *sets, uint64_t *places,
                  struct err *e);

#endif
