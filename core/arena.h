/* arena - many small allocations, freed at once
 *
 * A batch owns one arena; whatever is made for its documents lies there until arena_reset(), which
 * keeps the memory for the next batch. Nothing is freed one by one. An arena belongs to one thread
 * at a time. All memory is 16-byte aligned.
 */
#ifndef CORE_ARENA_H
#define CORE_ARENA_H
#include "core/slice.h"

struct arena_chunk;
struct arena {
    struct arena_chunk *first, *now;
    size_t used;            /* bytes handed out from *now */
    size_t total;           /* bytes held in all chunks */
};

void arena_init(struct arena *a);
void arena_free(struct arena *a);
void arena_reset(struct arena *a);
void *arena_alloc(struct arena *a, size_t n);                   /* not cleared, never NULL */
void *arena_zero(struct arena *a, size_t n);
struct slice arena_copy(struct arena *a, struct slice s);
char *arena_str(struct arena *a, struct slice s);               /* NUL-ended copy */
struct slice arena_fmt(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
