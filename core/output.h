/* output - files that are whole or absent
 *
 * Bytes go to a unique temporary name in the target's folder; output_commit() flushes, fsyncs,
 * renames and fsyncs the folder. Until then nothing stands under the final name. Signals and
 * errors remove temporary files (core/cli.c); those of a killed run are swept by the next one that
 * writes the same file. A symbolic link stays and its target is written; a device or named pipe
 * (/dev/null, /dev/fd/3) is written as it is, for there is nothing to rename.
 */
#ifndef CORE_OUTPUT_H
#define CORE_OUTPUT_H
#include "core/err.h"
#include "core/hash.h"

struct output;

/* Opens for writing. An existing final file is replaced at commit. The same file twice at one time
 * is ERR_USAGE. */
struct output *output_open(const char *path, struct err *e);
int output_write(struct output *o, const void *p, size_t n, struct err *e);
/* Writes at an earlier place (a header filled in last). */
int output_pwrite(struct output *o, const void *p, size_t n, uint64_t at, struct err *e);
uint64_t output_size(const struct output *o);
int output_commit(struct output *o, struct err *e);         /* frees o, also on failure */
void output_abort(struct output *o);                        /* frees o; NULL is allowed */
/* A file written at once; path NULL or "-": to standard output. */
int output_whole(const char *path, struct slice bytes, struct err *e);
int output_mkdir(const char *path, struct err *e);          /* with parents; may exist */

#endif
