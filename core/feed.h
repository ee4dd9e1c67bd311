/* feed - where the batches of a segment come from
 *
 * Inputs cut at record ends (splitter.h), whole files, a stage that makes documents itself, or the
 * spool of the barrier before. feed_next() is called by one worker at a time and fills a batch with
 * pieces (or, for PULL, with documents; for inputs to be cut, with a chunk); parsing them is done
 * later, on the worker.
 */
#ifndef CORE_FEED_H
#define CORE_FEED_H
#include "core/batch_internal.h"
#include "core/spool.h"

struct feed;

struct feed *feed_inputs(const struct chain *c, const struct stage *source, const void *conf);
struct feed *feed_pull(struct step *s, struct job *j);
struct feed *feed_spool(struct spool *docs);
/* 1: the batch holds something (an error of its own perhaps, in batch->err); 0: end. */
int feed_next(struct feed *f, struct batch *b);
/* Inputs to be cut come as chunks: decoded on the worker, joined to pieces in order. While
 * !b->chunk.done there is another round. */
bool feed_needs_join(const struct feed *f);
void feed_decode(struct feed *f, struct batch *b);
void feed_join(struct feed *f, struct batch *b);
void feed_position(const struct feed *f, uint64_t *stored_at, uint64_t *stored_size);
void feed_free(struct feed *f);

#endif
