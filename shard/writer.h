/* writer - documents in, a folder of shard files and its manifest out
 *
 * Adds the end-of-document id, starts a new file where the next document would pass the size, and
 * commits each file when it is full. manifest.json is written by shard_writer_finish(), last: it
 * lists every file, and a folder without it is not complete. An old manifest is taken away before
 * the first new file gets its final name, files that only the old one lists after the new one
 * stands.
 *
 * With packing, documents become sequences of one length first (shard/pack.h), each of which is
 * then what a format calls a document; files of sequences have more beside them (shard/packed.h).
 *
 * Beside each file stands one with the names of its documents (shard/docnames.h), unless the format
 * has them itself or the plan does without. The content's own hash goes into the manifest, of each
 * file and of all (shard/ids_hash.h).
 *
 * One thread. Memory: Megatron 4 bytes a document of a file; native 16 MB, 2 bytes a document and
 * 56 a block of 65,536 tokens.
 */
#ifndef SHARD_WRITER_H
#define SHARD_WRITER_H
#include "shard/format.h"
#include "shard/pack.h"

struct shard_manifest;

struct shard_plan {
    const struct shard_format *format;
    const char *folder, *prefix;
    uint64_t size;                  /* tokens a file; UINT64_MAX: the format's default; 0: all */
    uint64_t docs;                  /* documents a file; 0: no limit */
    int level;                      /* zstd; 0: plain, where the format has both */
    bool no_names;
    struct pack_plan pack;          /* eod is taken from `about` */
    bool loss_mask;                 /* with packing */
    struct shard_about about;       /* slices are copied */
};

struct shard_writer;

struct shard_writer *shard_writer_new(const struct shard_plan *p, struct err *e);
/* ids must be <= about.max_id: the caller has checked. */
int shard_writer_add(struct shard_writer *w, const uint32_t *ids, size_t n,
                     const struct shard_doc *d, struct err *e);
int shard_writer_finish(struct shard_writer *w, struct err *e);     /* frees nothing */
const struct pack_counts *shard_writer_packed(const struct shard_writer *w);    /* or NULL */
const struct shard_manifest *shard_writer_done(const struct shard_writer *w);  /* after finish */
void shard_writer_free(struct shard_writer *w);     /* drops what is unfinished; NULL allowed */

#endif
