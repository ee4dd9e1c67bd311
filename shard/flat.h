/* flat - the file of bare ids that most formats have
 *
 * A format with more than that keeps its own state in flat_own() and its own end_doc, commit and
 * abort, which call these. One thread.
 */
#ifndef SHARD_FLAT_H
#define SHARD_FLAT_H
#include "shard/format.h"

struct shard_sink *flat_open(const char *path, const struct shard_about *a, int level,
                             struct err *e);
int flat_add(struct shard_sink *s, const uint32_t *ids, size_t n, struct err *e);
int flat_end_doc(struct shard_sink *s, const struct shard_doc *d, struct err *e);
int flat_commit(struct shard_sink *s, struct shard_files *files, struct err *e);    /* frees s */
void flat_abort(struct shard_sink *s);
uint64_t flat_tokens(const struct shard_sink *s);
uint64_t flat_documents(const struct shard_sink *s);
void **flat_own(struct shard_sink *s);              /* NULL at first; never freed here */

#endif
