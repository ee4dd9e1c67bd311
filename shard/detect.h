/* detect - which format a file has, and which files a folder of shards holds */
#ifndef SHARD_DETECT_H
#define SHARD_DETECT_H
#include "shard/format.h"

/* The format by suffix, first bytes and neighbours, or `wanted` if that is not NULL; a Megatron
 * operand may be .bin, .idx or the bare prefix. *bin is the path of the ids; free it. NULL with an
 * error, and *bin NULL. */
const struct shard_format *shard_detect(const char *path, const struct shard_format *wanted,
                                        char **bin, struct err *e);
/* A name without the suffix that its format gave it; free it. */
char *shard_base_name(const char *name);
size_t shard_suffix_length(const char *name);

struct shard_paths {
    char **v;
    size_t n;
};

/* Appends the files of ids that an operand stands for: a file itself; of a folder what its
 * manifest.json lists, else what its index.json lists (MDS, LitData), else all files with a
 * shard's suffix, by name. */
int shard_paths_add(struct shard_paths *p, const char *operand, struct err *e);
void shard_paths_free(struct shard_paths *p);

#endif
