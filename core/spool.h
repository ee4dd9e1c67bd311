/* spool - documents set aside on disk until a barrier has decided
 *
 * Append-only file of formatted documents in $tmp, unlinked at once (it vanishes with the
 * process), in zstd frames of about 256 KiB with an index of 8 bytes a document in memory.
 * Adding is for one thread; getting, after spool_seal(), for any number.
 */
#ifndef CORE_SPOOL_H
#define CORE_SPOOL_H
#include "core/buf.h"
#include "core/err.h"

struct spool;
struct spool_cursor;                /* one reader's decoded block */

struct spool *spool_new(const char *tmp, uint64_t max_bytes, struct err *e);
int spool_add(struct spool *s, struct slice record, struct err *e);     /* with its newline */
int spool_seal(struct spool *s, struct err *e);
uint64_t spool_count(const struct spool *s);
uint64_t spool_blocks(const struct spool *s);
/* Block b decoded: its records lie in *bytes, the first has index *first. Lives until the cursor's
 * next call. */
int spool_block(struct spool *s, struct spool_cursor *c, uint64_t b, struct slice *bytes,
                uint64_t *first, uint64_t *count, struct err *e);
/* Record i, without newline. Cheap when i lies near the last one asked for. */
int spool_get(struct spool *s, struct spool_cursor *c, uint64_t i, struct slice *record,
              struct err *e);
struct spool_cursor *spool_cursor_new(void);
void spool_cursor_free(struct spool_cursor *c);
void spool_free(struct spool *s);   /* NULL is allowed */

#endif
