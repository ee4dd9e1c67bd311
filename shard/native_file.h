/* native_file - the frames of a native shard in their order, and the tables behind them
 *
 *     native_file_open()      header
 *     native_file_ranks()     a rank table; one that is there already is not written again
 *     native_file_block()     a block: its head and its zstd frame, with the ids for the whole hash
 *     native_file_commit()    block table, document table, footer, seek table; rename
 *
 * It does not care whether a block was just made or copied from another shard: writing, merging,
 * appending and mending are this and a source of blocks. One thread. Memory: 56 bytes a block, 2 a
 * document.
 */
#ifndef SHARD_NATIVE_FILE_H
#define SHARD_NATIVE_FILE_H
#include "core/buf.h"
#include "shard/format.h"

struct native_file;

struct native_block {
    struct slice head, packed;          /* frames as they stand in the file */
    uint64_t ranks;                     /* name of the table */
    const uint32_t *ids;                /* decoded */
};

/* `json` is the header's object. */
struct native_file *native_file_open(const char *path, const struct shard_about *a,
                                     struct slice json, struct err *e);
bool native_file_has_ranks(const struct native_file *f, uint64_t name);
int native_file_ranks(struct native_file *f, struct slice frame, struct err *e);
int native_file_block(struct native_file *f, const struct native_block *b, struct err *e);
uint64_t native_file_tokens(const struct native_file *f);
uint64_t native_file_documents(const struct native_file *f);
/* Appends to `files` unless NULL; frees f in any case. */
int native_file_commit(struct native_file *f, struct shard_files *files, struct err *e);
void native_file_abort(struct native_file *f);          /* NULL is allowed */

#endif
