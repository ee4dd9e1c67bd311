/* verify - is a shard what it says it is?
 *
 * A file's documents are walked from the first to the last, as a reader would: every count, length
 * and offset is compared with the file on the way, and native shards are decoded with all their
 * checksums first. With a manifest, size, counts and hashes of every file are compared, and ids
 * with the tokenizer's largest. The first flaw of a file ends that file, not the run. One thread;
 * constant memory.
 */
#ifndef SHARD_VERIFY_H
#define SHARD_VERIFY_H
#include "shard/format.h"

struct hasher;
struct shard_wish;

struct verify_report {
    const struct shard_format *format;  /* NULL for an index */
    uint64_t size, documents, tokens;
    bool has_borders;                   /* else documents and content are not known */
    struct hash128 ids;                 /* all of them; of an index: the file */
    struct hash128 content;             /* both: shard/ids_hash.h */
};

/* A file by itself. `want` may be NULL or the entry of a manifest, `about` what that says. The
 * content goes into `all` too, unless that is NULL. */
int verify_file(const char *path, const struct shard_file *want, const struct shard_about *about,
                const struct shard_wish *wish, struct hasher *all, struct verify_report *out,
                struct err *e);

#endif
