/* buf - see buf.h. */
#include "core/buf.h"
#include <stdio.h>
#include "core/mem.h"

void buf_init(struct buf *b, size_t max) { *b = (struct buf){NULL, 0, 0, max, false}; }

void buf_free(struct buf *b)
{
    mem_free(b->p);
    buf_init(b, b->max);
}

void buf_clear(struct buf *b)
{
    b->n = 0;
    b->full = false;
}

char *buf_reserve(struct buf *b, size_t n)
{
    if (n > b->max || b->n > b->max - n) {
        b->full = true;
        return NULL;
    }
    if (b->n + n > b->cap) {
        size_t cap = b->cap ? b->cap : 256;
        while (cap < b->n + n)
            cap *= 2;
        b->p = mem_grow(b->p, cap);
        b->cap = cap;
    }
    return b->p + b->n;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
    char *to = buf_reserve(b, n);
    if (to && n) {
        memcpy(to, p, n);
        b->n += n;
    }
}

void buf_add_slice(struct buf *b, struct slice s) { buf_add(b, s.p, s.n); }
void buf_add_str(struct buf *b, const char *s) { buf_add(b, s, strlen(s)); }

void buf_add_u64(struct buf *b, uint64_t v)
{
    char t[20];
    size_t at = sizeof t;
    do
        t[--at] = (char)('0' + v % 10);
    while (v /= 10);
    buf_add(b, t + at, sizeof t - at);
}

void buf_add_fmt(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *to = n < 0 ? NULL : buf_reserve(b, (size_t)n + 1);
    if (!to)
        return;
    va_start(ap, fmt);
    vsnprintf(to, (size_t)n + 1, fmt, ap);
    va_end(ap);
    b->n += (size_t)n;
}

void buf_drop_front(struct buf *b, size_t n)
{
    if (n)
        memmove(b->p, b->p + n, b->n - n);
    b->n -= n;
}
