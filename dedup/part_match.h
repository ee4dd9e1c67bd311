/* part_match - documents with equal band keys, within a range of keys
 *
 *   the range's sections of all signatures -> sorted by key -> runs (groups.h) -> one file
 *
 * Its one section holds entries of a group and a document (64 bits each, the document counted
 * through all shards), by group. Info: settings, shards. One thread.
 */
#ifndef DEDUP_PART_MATCH_H
#define DEDUP_PART_MATCH_H
#include "core/folder_list.h"

#define PART_MATCH_KIND "minmatch"

struct part_match_about {
    const struct folder_list *signatures;
    unsigned range, ranges;         /* ranges divides PART_RANGES */
    uint64_t memory, tmp_max;       /* bytes */
    const char *tmp;
};

struct part_entry {
    uint64_t group, doc;
};

int part_match(const struct part_match_about *about, const char *path, struct err *e);

#endif
