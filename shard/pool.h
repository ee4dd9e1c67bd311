/* pool - the documents of a set of shards, any of them at any time
 *
 * Opened, every file is walked once for where its documents lie, without reading ids (bare files
 * have to be scanned for them). Memory: 16 bytes a document, and its id where the shard has names.
 * At most POOL_OPEN files are held open. One thread.
 */
#ifndef SHARD_POOL_H
#define SHARD_POOL_H
#include "shard/detect.h"
#include "shard/reader.h"

enum { POOL_OPEN = 64 };

struct pool;

struct pool *pool_open(const struct shard_paths *paths, const struct shard_wish *w,
                       struct err *e);
void pool_close(struct pool *p);                    /* NULL is allowed */
uint64_t pool_docs(const struct pool *p);
uint64_t pool_tokens(const struct pool *p);         /* without end-of-document ids */
size_t pool_files(const struct pool *p);
const struct shard_format *pool_format(const struct pool *p, size_t file);
const char *pool_path(const struct pool *p, size_t file);
uint64_t pool_file_tokens(const struct pool *p, size_t file);   /* as stored */
/* Document i < pool_docs(): ids in the arena, its name (a slice of the arena), its tokenizer's
 * JSON (lives as long as p). */
int pool_get(struct pool *p, uint64_t i, struct arena *a, const uint32_t **ids, size_t *n,
             struct slice *id, struct slice *tokenizer, struct err *e);

#endif
