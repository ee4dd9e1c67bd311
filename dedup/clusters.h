/* clusters - from groups of candidates to verdicts
 *
 *   entries (group, document)  -> joined in a forest                -> components
 *   facts: ranks, ids, sets    -> each component in policy order    -> verdicts (walk.h)
 *
 * One thread. The result depends on the entries and the facts alone. Memory: 4 bytes a document (8
 * with a policy other than `first`) and what walk.h says; everything else is sorted on disk.
 */
#ifndef DEDUP_CLUSTERS_H
#define DEDUP_CLUSTERS_H
#include "dedup/marks.h"
#include "dedup/names.h"
#include "dedup/sets.h"
#include "dedup/verdicts.h"

struct clusters;

struct clusters_about {
    uint64_t docs, earlier;         /* earlier: the first so many were kept earlier and stay */
    unsigned bands;                 /* groups that a document may be in */
    bool verify, ranked, by_id;     /* ranks matter; equal ones are told apart by id */
    double threshold;               /* least similarity of a removed document to its kept one */
    uint64_t memory, tmp_max;       /* bytes */
    const char *tmp;
};

enum { GIANTS = 20, GIANT_NAMED = 5 };

struct giant {                      /* a component */
    uint64_t docs, kept;
    uint64_t first[GIANT_NAMED];    /* numbers of its first documents by the policy */
};

struct clusters_counts {
    uint64_t candidates;            /* documents that share a band with another */
    uint64_t components, largest_component;
    uint64_t largest_kept;          /* documents of the largest component that were kept */
    uint64_t compared, refused;     /* pairs; below the threshold */
};

/* What is known of documents, by their number. */
struct clusters_facts {
    struct temp *ranks;             /* 64 bits each, sealed; when ranked */
    const struct names *names;      /* when by_id */
    const struct sets *sets;        /* sealed; when verified */
    const uint64_t *places;         /* of candidates' sets, by marks_rank() */
};

struct clusters *clusters_new(const struct clusters_about *about, struct err *e);
void clusters_free(struct clusters *c);             /* NULL is allowed */
/* Entries of a group come together, documents in order. */
int clusters_add(struct clusters *c, uint64_t group, uint64_t doc, struct err *e);
int clusters_seal(struct clusters *c, struct err *e);       /* ends adding */
const struct marks *clusters_candidates(const struct clusters *c);
/* Bytes that are free for tables of the caller, a third of what is left of the memory. */
uint64_t clusters_share(const struct clusters *c);
/* Adds a verdict for each document of a cluster of two or more, in order, and seals them. */
int clusters_decide(struct clusters *c, const struct clusters_facts *facts, struct verdicts *to,
                    struct err *e);
struct clusters_counts clusters_counts(const struct clusters *c);
/* The largest components, at most GIANTS, the largest first; how many. */
size_t clusters_giants(const struct clusters *c, const struct giant **v);

#endif
