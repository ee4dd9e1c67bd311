/* arena - see arena.h. Chunks grow by doubling up to 1 MiB; a larger wish gets its own chunk. */
#include "core/arena.h"
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include "core/mem.h"

struct arena_chunk {
    struct arena_chunk *next;
    size_t size;
    _Alignas(16) char bytes[];
};

enum { CHUNK_MIN = 64 << 10, CHUNK_MAX = 1 << 20 };

void arena_init(struct arena *a) { *a = (struct arena){NULL, NULL, 0, 0}; }

void arena_free(struct arena *a)
{
    for (struct arena_chunk *c = a->first, *next; c; c = next) {
        next = c->next;
        mem_free(c);
    }
    arena_init(a);
}

void arena_reset(struct arena *a)
{
    /* One chunk is kept: a single huge document must not hold its memory for ever. */
    struct arena_chunk *keep = NULL, *next;
    for (struct arena_chunk *c = a->first; c; c = next) {
        next = c->next;
        if (!keep && c->size <= 4 * (size_t)CHUNK_MAX)
            keep = c;
        else
            mem_free(c);
    }
    if (keep)
        keep->next = NULL;
    *a = (struct arena){keep, keep, 0, keep ? keep->size : 0};
}

static void add_chunk(struct arena *a, size_t wanted)
{
    size_t size = a->total < CHUNK_MIN ? CHUNK_MIN : a->total;
    if (size > CHUNK_MAX)
        size = CHUNK_MAX;
    if (size < wanted)
        size = wanted;
    struct arena_chunk *c = mem_alloc(sizeof *c + size);
    c->next = NULL;
    c->size = size;
    if (a->now)
        a->now->next = c;
    else
        a->first = c;
    a->now = c;
    a->used = 0;
    a->total += size;
}

void *arena_alloc(struct arena *a, size_t n)
{
    if (n > SIZE_MAX - 64)
        mem_failed(n);
    n = (n + 15) & ~(size_t)15;
    if (!a->now || a->now->size - a->used < n)
        add_chunk(a, n);
    void *p = a->now->bytes + a->used;
    a->used += n;
    return p;
}

void *arena_zero(struct arena *a, size_t n) { return memset(arena_alloc(a, n), 0, n); }

struct slice arena_copy(struct arena *a, struct slice s)
{
    char *p = arena_alloc(a, s.n);
    if (s.n)
        memcpy(p, s.p, s.n);
    return slice_of(p, s.n);
}

char *arena_str(struct arena *a, struct slice s)
{
    char *p = arena_alloc(a, s.n + 1);
    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = '\0';
    return p;
}

struct slice arena_fmt(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0)
        return slice_of("", 0);
    char *p = arena_alloc(a, (size_t)n + 1);
    va_start(ap, fmt);
    vsnprintf(p, (size_t)n + 1, fmt, ap);
    va_end(ap);
    return slice_of(p, (size_t)n);
}
