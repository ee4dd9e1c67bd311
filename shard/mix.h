/* mix - several sources of documents, blended by weight
 *
 * A source is a name, a weight and a list of files, read one after another. Which source gives the
 * next document is blend's rule (shard/blend.h), counted in documents, bytes of text or tokens. A
 * source at its end begins again until it has been given `epochs_max` times; then the mix ends, or
 * (until_last) the others go on among themselves.
 *
 * One thread; memory for one document a pull. Nothing is shuffled: within a source documents come
 * in the order of its files.
 */
#ifndef SHARD_MIX_H
#define SHARD_MIX_H
#include "core/docs.h"

enum mix_unit { MIX_DOCS, MIX_BYTES, MIX_TOKENS };

struct mix;

struct mix *mix_new(enum mix_unit unit, uint64_t total, uint64_t epochs_max, bool until_last);
void mix_free(struct mix *m);                       /* NULL is allowed */
/* "NAME=WEIGHT:FILE[,FILE...]"; a name given again adds files (and must repeat the weight). */
int mix_add(struct mix *m, const char *spec, struct err *e);
size_t mix_sources(const struct mix *m);
/* 1: *d is filled, id and metadata.mix set, *source its name (lives as long as m), *units what it
 * counted; 0: end; -1: error. */
int mix_next(struct mix *m, struct arena *a, struct doc *d, struct slice *source,
             uint64_t *units, struct err *e);

#endif
