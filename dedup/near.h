/* near - near-duplicates among any number of documents
 *
 *   near_add     band keys of each document                     -> sorted (sorter.h)
 *   near_decide  runs of equal keys (groups.h)                  -> candidates
 *                texts of candidates                            -> shingle sets (sets.h)
 *                groups and sets                                -> verdicts (clusters.h)
 *
 * Adding is for one thread, in order of documents; near_decide() starts threads of its own;
 * verdicts may then be read by any thread. The result depends on the documents and the settings
 * alone. Memory: what clusters.h says, and 8 bytes a document that has candidates; everything else
 * is sorted on disk.
 */
#ifndef DEDUP_NEAR_H
#define DEDUP_NEAR_H
#include "core/doc.h"
#include "core/opt.h"
#include "core/spool.h"
#include "dedup/clusters.h"
#include "dedup/shingle.h"

struct near;

struct near_about {
    unsigned bands, words;          /* words of a shingle */
    enum shingle_kind kind;
    bool verify;
    double threshold;               /* least similarity of a removed document to its kept one */
    bool ranked, by_id;             /* ranks matter; equal ones are told apart by id */
    uint64_t memory, tmp_max;       /* bytes */
    const char *tmp;
    int threads;
};

struct near_counts {
    uint64_t groups, largest_group;
    struct clusters_counts clusters;
    struct giant giants[GIANTS];
    size_t n_giants;
};

struct near *near_new(const struct near_about *about, struct err *e);
void near_free(struct near *n);                     /* NULL is allowed */
/* What has been added so far was kept earlier: it stays, and what is like it goes. Numbers go on
 * counting. Ranks of earlier documents are 0. */
void near_earlier(struct near *n);
/* keys: one a band, or NULL for a document without words, which is like no other. */
int near_add(struct near *n, const uint64_t *keys, uint64_t rank, struct err *e);
struct near_texts {                 /* the texts of all documents added, in order */
    struct opt_list earlier;        /* JSONL files of those kept earlier */
    struct spool *docs;             /* the others */
    const struct doc_fields *fields;
};

/* names: of all documents, sealed. */
int near_decide(struct near *n, const struct names *names, const struct near_texts *texts,
                struct err *e);
const struct verdicts *near_verdicts(const struct near *n);
struct near_counts near_counts(const struct near *n);

#endif
