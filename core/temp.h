/* temp - an append-only file that vanishes with the process
 *
 * Tables that outgrow memory go to such files: written once from front to end by one thread, then
 * read at any place by any number of threads. The file has no name (it is unlinked as soon as it
 * is made), so a killed run leaves nothing behind.
 */
#ifndef CORE_TEMP_H
#define CORE_TEMP_H
#include <stddef.h>
#include <stdint.h>
#include "core/err.h"

struct temp;

/* max: bytes it may grow to (--tmp-max), 0 for no limit. NULL on failure. */
struct temp *temp_new(const char *folder, uint64_t max, struct err *e);
int temp_add(struct temp *t, const void *p, size_t n, struct err *e);
uint64_t temp_size(const struct temp *t);           /* bytes added so far */
int temp_seal(struct temp *t, struct err *e);       /* before the first read */
int temp_read(const struct temp *t, uint64_t at, void *p, size_t n, struct err *e);
void temp_free(struct temp *t);                     /* NULL is allowed */

#endif
