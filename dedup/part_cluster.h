/* part_cluster - what hangs together, cut into partitions that need nothing of each other
 *
 *   entries of all ranges -> documents in a group (marks) -> joined in a forest -> components
 *   components are dealt to partitions by a hash of their first document
 *
 * Sections 0 to partitions - 1 hold the entries of a partition's components, by group; the others,
 * one a shard, the shard's documents that are in a group: number in the shard and partition (32
 * bits each). Info: settings, shards, partitions.
 *
 * One thread. Memory: 1 bit a document and 4 bytes for one that is in a group.
 */
#ifndef DEDUP_PART_CLUSTER_H
#define DEDUP_PART_CLUSTER_H
#include "core/folder_list.h"

#define PART_CLUSTER_KIND "mincomp"
enum { PART_PARTITIONS_MAX = 65536 };

struct part_cluster_about {
    const struct folder_list *matches;
    uint64_t partitions;
    uint64_t memory, tmp_max;       /* bytes */
    const char *tmp;
};

struct part_candidate {             /* of a shard */
    uint32_t doc, partition;
};

int part_cluster(const struct part_cluster_about *about, const char *path, struct err *e);

#endif
