/* mem - see mem.h. The only place of core that calls the allocator. */
#include "core/mem.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void *checked(void *p, size_t n)
{
    if (!p)
        mem_failed(n);
    return p;
}

static size_t product(size_t count, size_t size)
{
    size_t n;
    if (__builtin_mul_overflow(count, size, &n))
        mem_failed(SIZE_MAX);
    return n;
}

void *mem_alloc(size_t n) { return checked(malloc(n ? n : 1), n); }
void *mem_zero(size_t n) { return checked(calloc(1, n ? n : 1), n); }
void *mem_array(size_t count, size_t size) { return mem_zero(product(count, size)); }
void *mem_grow(void *p, size_t n) { return checked(realloc(p, n ? n : 1), n); }
void *mem_grow_array(void *p, size_t count, size_t size)
{
    return mem_grow(p, product(count, size));
}
void mem_free(void *p) { free(p); }

char *mem_strdup(const char *s)
{
    size_t n = strlen(s) + 1;
    return memcpy(mem_alloc(n), s, n);
}

void mem_huge(void *p, size_t n)
{
#ifdef MADV_HUGEPAGE
    uintptr_t page = (uintptr_t)2 << 20, from = ((uintptr_t)p + page - 1) & ~(page - 1);
    uintptr_t to = ((uintptr_t)p + n) & ~(page - 1);
    if (to > from)
        madvise((void *)from, to - from, MADV_HUGEPAGE);
#else
    (void)p, (void)n;
#endif
}
