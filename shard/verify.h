/* verify - is a shard what it says it is?
 *
 * Native shards are decoded and every checksum compared; a Megatron index is checked against its
 * .bin; an llm.c header against the size. With a manifest, size, counts and the hash of the ids of
 * every file are compared, and every file it names must be there. The first flaw of a file ends
 * that file, not the run. One thread; constant memory.
 */
#ifndef SHARD_VERIFY_H
#define SHARD_VERIFY_H
#include "shard/format.h"

struct verify_report {
    const struct shard_format *format;
    uint64_t size, documents, tokens;
    bool counts_documents;          /* bare files do not know them */
    struct hash128 hash;
};

/* A file by itself. `want` may be NULL or the entry of a manifest, `about` what that says. */
int verify_file(const char *path, const struct shard_file *want, const struct shard_about *about,
                struct verify_report *out, struct err *e);

#endif
