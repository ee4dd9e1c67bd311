/* buf - owned, growing bytes with a maximum
 *
 * Every buffer that input can make grow has a limit, given when it is made. Reaching it sets
 * `full` and the bytes are not added: the caller tests buf_ok() once, after a run of appends, and
 * turns it into an error (a record too large, say). Growth doubles. One thread at a time.
 */
#ifndef CORE_BUF_H
#define CORE_BUF_H
#include <stdarg.h>
#include <stdint.h>
#include "core/slice.h"

struct buf {
    char *p;
    size_t n, cap;
    size_t max;             /* bytes; never exceeded */
    bool full;              /* an append was refused */
};

#define BUF_NO_LIMIT ((size_t)1 << 46)

void buf_init(struct buf *b, size_t max);
void buf_free(struct buf *b);
void buf_clear(struct buf *b);                      /* n = 0, full = false; memory is kept */
char *buf_reserve(struct buf *b, size_t n);         /* room for n more bytes at the end, or NULL */
void buf_add(struct buf *b, const void *p, size_t n);
void buf_add_slice(struct buf *b, struct slice s);
void buf_add_str(struct buf *b, const char *s);
void buf_add_u64(struct buf *b, uint64_t v);        /* decimal */
void buf_add_fmt(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_drop_front(struct buf *b, size_t n);       /* forget the first n bytes */
static inline void buf_add_byte(struct buf *b, char c)
{
    if (b->n < b->cap && b->n < b->max)
        b->p[b->n++] = c;
    else
        buf_add(b, &c, 1);
}
static inline bool buf_ok(const struct buf *b) { return !b->full; }
static inline struct slice buf_slice(const struct buf *b) { return (struct slice){b->p, b->n}; }

#endif
