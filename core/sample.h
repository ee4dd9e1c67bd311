/* sample - a few documents to look at, the same ones whoever looks
 *
 * Of all documents that a step kept (or dropped), the SAMPLE_MAX with the smallest hash of seed and
 * id: no stream of random numbers, so threads, tasks and files can be merged in any order. Adding
 * is for any thread.
 */
#ifndef CORE_SAMPLE_H
#define CORE_SAMPLE_H
#include "core/doc.h"

enum { SAMPLE_MAX = 20, SAMPLE_TEXT = 400 };    /* documents; bytes of each text that are shown */

struct sample;

struct sample *sample_new(void);
void sample_free(struct sample *s);                         /* NULL is allowed */
/* rule: why it was dropped, empty when kept. */
void sample_add(struct sample *s, const struct doc *d, struct slice rule, uint64_t seed);
void sample_json(const struct sample *s, struct buf *out);  /* [{"key":..,"id":..,"text":..},..] */

#endif
