/* names - the ids of documents by their number, on disk
 *
 * A verdict names the kept document, and ties between documents are broken by id; neither is worth
 * memory for every document. Adding is for one thread, in order; asking, after names_seal(), for
 * any number of threads.
 */
#ifndef DEDUP_NAMES_H
#define DEDUP_NAMES_H
#include "core/buf.h"
#include "core/err.h"

struct names;

struct names *names_new(const char *tmp, uint64_t tmp_max, struct err *e);
int names_add(struct names *s, struct slice name, struct err *e);
int names_seal(struct names *s, struct err *e);
int names_get(const struct names *s, uint64_t i, struct buf *out, struct err *e);  /* replaces */
void names_free(struct names *s);                   /* NULL is allowed */

#endif
