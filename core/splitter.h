/* splitter - inputs to pieces of whole records
 *
 *   splitter_next()   one worker at a time   reads the next stretch of an input into batch->chunk
 *   chunk_decode()    on the worker          decodes it
 *   splitter_join()   in order               puts what the chunk before left over in front, lets
 *                                            the source split it, keeps what is left over
 *
 * The two ordered parts share nothing but the chain, so one worker may read ahead while another
 * joins. A chunk of several rounds is decoded and joined round by round, inside its turn.
 */
#ifndef CORE_SPLITTER_H
#define CORE_SPLITTER_H
#include "core/batch_internal.h"

struct splitter;

struct splitter *splitter_new(const struct chain *c, const struct stage *source, const void *conf);
/* 1: b->chunk holds a stretch (or b->err is set); 0: no input is left. */
int splitter_next(struct splitter *s, struct batch *b);
/* The batch's piece, notices and errors from this round of its chunk. */
void splitter_join(struct splitter *s, struct batch *b, size_t limit);
uint64_t splitter_stored_at(const struct splitter *s);      /* by whoever may call next() */
void splitter_free(struct splitter *s);                     /* NULL is allowed */

#endif
