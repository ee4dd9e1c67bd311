/* writer - formatted documents on their way to a file or standard output
 *
 *   append (in input order)  ->  frame closed at the first record end past 4 MiB
 *   compress (any thread)    ->  written in the order of frames
 *
 * So the bytes of a compressed file depend on its documents only, not on batches or threads. The
 * caller appends under its own order (one thread at a time) and compresses after it has left it.
 * The codec follows the suffix: .zst, .gz, else plain. Plain bytes are handed on as they come.
 */
#ifndef CORE_WRITER_H
#define CORE_WRITER_H
#include "core/buf.h"
#include "core/err.h"
#include "core/hash.h"

struct writer;
struct frame;                       /* a closed frame not yet written; NULL: none */

/* path NULL: standard output, plain. level 0: the codec's default. */
struct writer *writer_open(const char *path, int level, struct err *e);
/* Whole records. Frames that became full are chained to *frames. */
int writer_append(struct writer *w, struct slice records, uint64_t n_docs, struct frame **frames,
                  struct err *e);
/* Compresses and writes, waiting for earlier frames of their writer; frees them. They may be of
 * several writers. */
int writer_write(struct frame *frames, struct err *e);
bool writer_is_written(struct writer *w);                   /* no closed frame is under way */
/* Closes the last frame and commits. Frees w, also on failure. */
int writer_commit(struct writer *w, struct err *e);
void writer_abort(struct writer *w);
uint64_t writer_docs(const struct writer *w);
uint64_t writer_bytes(const struct writer *w);              /* uncompressed */
struct hash128 writer_hash(const struct writer *w);         /* of uncompressed content */

#endif
