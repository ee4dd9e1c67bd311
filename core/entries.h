/* entries - whole files, wherever they lie
 *
 * Walks operands in the order given: a plain or compressed file is one entry; a folder gives its
 * files in byte order of their paths; an archive (tar, zip, 7z; compressed tar too) gives its
 * members. An EPUB is a zip but one file. Names are paths below the root: the name never tells how
 * the bytes were stored. One thread at a time.
 */
#ifndef CORE_ENTRIES_H
#define CORE_ENTRIES_H
#include "core/buf.h"
#include "core/err.h"

struct entries;

struct entries *entries_open(const char *path, const char *root, int window_log);
/* 1: there is a next file; its name is good until the next call; 0: end; -1: error, name is what
 * is known of where. What was not read of the file before is passed over. */
int entries_next(struct entries *en, struct slice *name, struct err *e);
/* Appends bytes of that file until there are `upto` or a little more. 1: there may be more; 0: the
 * file has ended; -1: error. */
int entries_read(struct entries *en, struct buf *bytes, size_t upto, struct err *e);
void entries_close(struct entries *en);

/* Calls fn for each regular file that `path` is or holds, in the order entries_next() gives them,
 * without opening any: archives are files here. Stops when fn returns non-zero. */
int entries_walk(const char *path, int (*fn)(const char *path, uint64_t size, void *arg),
                 void *arg, struct err *e);

/* Path without the root in front and without "./". */
struct slice entries_name(struct slice path, const char *root);

#endif
