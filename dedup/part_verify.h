/* part_verify - verdicts on one partition of components
 *
 *   the partition's sections of all sets, its entries -> clusters.h -> verdicts, a section a shard
 *
 * A record: number of the document in its shard, bytes of the kept one's id (32 bits each); size of
 * the cluster, rank in it, similarity (64 bits each), as in verdicts.h; the kept one's id. Info:
 * threshold, verified, shards, counts. One thread; memory as clusters.h says, and 16 bytes a
 * candidate of the partition.
 */
#ifndef DEDUP_PART_VERIFY_H
#define DEDUP_PART_VERIFY_H
#include "core/folder_list.h"

#define PART_VERIFY_KIND "minverd"

struct part_verify_about {
    const char *clusters;           /* part_cluster's file */
    const struct folder_list *sets;
    uint64_t partition;
    double threshold;               /* 0: that of the settings */
    uint64_t memory, tmp_max;       /* bytes */
    const char *tmp;
};

struct part_verdict {               /* without the id */
    uint32_t doc, id_bytes;
    uint64_t size, rank;
    double similarity;
};

/* How many partitions a file of clusters has. */
int part_verify_partitions(const char *clusters, uint64_t *n, struct err *e);
int part_verify(const struct part_verify_about *about, const char *path, struct err *e);

#endif
