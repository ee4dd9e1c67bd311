/* flat - the file of bare ids that most formats have, and the files beside it
 *
 * A format opens the file of ids with flat_open(), and with flat_side() what it keeps beside it: an
 * index, a table, a line of metadata. All of them are committed by flat_commit() in the order in
 * which they were opened and dropped by flat_abort(); the format fills them in its own end_doc and
 * commit. What else it must remember hangs at flat_own(). One thread.
 */
#ifndef SHARD_FLAT_H
#define SHARD_FLAT_H
#include "shard/format.h"
#include "shard/side.h"

enum { LLMC_HEADER = 1024, LLMC_MAGIC16 = 20240520, LLMC_MAGIC32 = 20240801 };

struct shard_sink *flat_open(const char *path, const struct shard_about *a, int level,
                             struct err *e);
/* A side file: the path with its last `cut` bytes replaced. NULL, with everything dropped. */
struct side *flat_side(struct shard_sink *s, size_t cut, const char *suffix, struct err *e);
int flat_add(struct shard_sink *s, const uint32_t *ids, size_t n, struct err *e);
int flat_end_doc(struct shard_sink *s, const struct shard_doc *d, struct err *e);
int flat_commit(struct shard_sink *s, struct shard_files *files, struct err *e);    /* frees s */
void flat_abort(struct shard_sink *s);              /* NULL is allowed */
struct output *flat_output(struct shard_sink *s);   /* of the ids */
uint64_t flat_tokens(const struct shard_sink *s);
uint64_t flat_documents(const struct shard_sink *s);
unsigned flat_width(const struct shard_sink *s);
/* The format's own state, freed by `drop` with the sink. */
void flat_set_own(struct shard_sink *s, void *own, void (*drop)(void *own));
void *flat_own(const struct shard_sink *s);
/* 2 bytes up to 65,536 ids, 4 above. */
unsigned flat_width_of(uint32_t max_id);

#endif
