/* part_sets - what is compared of one shard's candidates: rank, id, shingle set
 *
 *   documents of the shard, in order; those that part_cluster names -> a record each
 *   records -> one section a partition, in order of documents
 *
 * A record: number of the document through all shards, rank by the keep policy, bytes of the id,
 * number of shingles (64 bits each), the id, the shingles, sorted, each once (64 bits each). Info:
 * shard, policy, clusters (the hash of part_cluster's file). One thread.
 */
#ifndef DEDUP_PART_SETS_H
#define DEDUP_PART_SETS_H
#include "dedup/shards.h"

#define PART_SETS_KIND "minsets"

struct part_sets;

struct part_sets_about {
    const char *clusters;           /* part_cluster's file */
    const char *shard;              /* name */
    const char *policy;             /* as given; kept for the parts to come */
    bool shingles;                  /* false: nothing will be compared */
    uint64_t memory, tmp_max;       /* bytes */
    const char *tmp;
};

struct part_sets_head {             /* of a record */
    uint64_t doc, rank, id_bytes, shingles;
};

struct part_sets *part_sets_new(const struct part_sets_about *about, struct err *e);
void part_sets_free(struct part_sets *s);           /* NULL is allowed */
/* Every document of the shard, in order. rank: of policy.h. */
int part_sets_add(struct part_sets *s, struct slice id, struct slice text, uint64_t rank,
                  struct err *e);
int part_sets_write(struct part_sets *s, const char *path, struct err *e);

#endif
