/* side - a file that goes with a file of ids: borders of documents, names, counts
 *
 * Written beside it, hashed on the way, committed after it: a reader that finds the side file finds
 * the ids. The manifest lists it as an index. One thread.
 */
#ifndef SHARD_SIDE_H
#define SHARD_SIDE_H
#include "shard/format.h"

struct side;

/* The path is `path` with its last `cut` bytes replaced by `suffix`. */
struct side *side_open(const char *path, size_t cut, const char *suffix, struct err *e);
int side_write(struct side *s, const void *p, size_t n, struct err *e);
/* Commits, appends to `files`, and frees s in any case. */
int side_commit(struct side *s, struct shard_files *files, uint64_t documents, uint64_t tokens,
                struct err *e);
void side_abort(struct side *s);                    /* NULL is allowed */

#endif
