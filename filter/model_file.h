/* model_file - the bytes of a model, and a cursor that cannot leave them
 *
 * A plain file is mapped, so that many processes on one machine share its pages; a compressed one
 * is decoded into memory. Loaders walk it with a cursor: a read past the end gives zeros and sets
 * `bad`, which the loader tests before it believes any size it has read. Numbers are little-endian.
 * The mapping is read-only and private to the loader's thread until the model is built.
 */
#ifndef FILTER_MODEL_FILE_H
#define FILTER_MODEL_FILE_H
#include <stdint.h>
#include "core/buf.h"
#include "core/err.h"

struct model_file {
    struct slice bytes;
    void *map;                  /* NULL when the bytes are in memory */
    size_t map_n;
    struct buf memory;
};

/* 0 or -1 (ERR_IO; ERR_DATA for a damaged compressed file). */
int model_file_open(struct model_file *f, const char *path, struct err *e);
void model_file_close(struct model_file *f);

struct cursor {
    const char *start, *p, *end;
    bool bad;                   /* something was read past the end */
};

static inline struct cursor cursor_of(struct slice s)
{
    return (struct cursor){s.p, s.p, s.p + s.n, false};
}
static inline uint64_t cursor_left(const struct cursor *c) { return (uint64_t)(c->end - c->p); }
static inline uint64_t cursor_at(const struct cursor *c) { return (uint64_t)(c->p - c->start); }

const char *cursor_take(struct cursor *c, uint64_t n);      /* n bytes, or NULL and bad */
uint8_t cursor_u8(struct cursor *c);
int32_t cursor_i32(struct cursor *c);
int64_t cursor_i64(struct cursor *c);
struct slice cursor_str(struct cursor *c);                  /* up to a NUL, which is passed over */

#endif
