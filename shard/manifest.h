/* manifest - what a folder of shards holds: manifest.json
 *
 *     {"tokmill":"0.1.0","kind":"shards","format":"native","id_bytes":2,"max_id":50256,
 *      "eod":"last","eod_id":50256,"tokenizer":{...},"documents":3,"tokens":1204,
 *      "documents_xxh3_128":"...",
 *      "files":[{"name":"shard.tms","size":2311,"documents":3,"tokens":1204,
 *                "xxh3_128":"...","documents_xxh3_128":"..."}]}
 *
 * Of packed sequences it has a "pack" object too: mode, length, pad_id, window, eod and eod_id of
 * the documents within, and how many tokens are padding or were dropped.
 *
 * xxh3_128 is of all ids in order (of an index: of the file), documents_xxh3_128 of the content of
 * each file and of all together (both: shard/ids_hash.h). The manifest carries no time,
 * host or path. Reading trusts nothing: names with a slash are refused.
 */
#ifndef SHARD_MANIFEST_H
#define SHARD_MANIFEST_H
#include "core/buf.h"
#include "shard/format.h"
#include "shard/pack.h"

struct shard_manifest {
    struct buf text;                /* the file; about.tokenizer points into it */
    const struct shard_format *format;
    struct shard_about about;
    uint64_t documents, tokens;
    struct hash128 content;         /* of all files' documents in order */
    bool has_content;
    struct pack_plan pack;          /* written only: mode PACK_NONE when not packed */
    struct pack_counts packed;
    struct shard_files files;
};

int manifest_write(const char *folder, const struct shard_manifest *m, struct err *e);
/* 1: read; 0: there is none; -1: damaged or unreadable. Free in any case. */
int manifest_read(const char *folder, struct shard_manifest *m, struct err *e);
void manifest_free(struct shard_manifest *m);
char *manifest_path(const char *folder, const char *name);      /* folder/name; free it */

#endif
