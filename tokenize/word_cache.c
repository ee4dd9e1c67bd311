/* The tables of the word cache. Advice on huge pages must come before the first touch and on an
 * aligned range, else it is silently ignored. */
#include "tokenize/word_cache.h"
#include <sys/mman.h>
#include "core/hash.h"
#include "core/mem.h"

#define LINES_BITS 18                   /* 16 MiB */
#define LONG_BITS 15                    /* 4 MiB */
#define HUGE_PAGE ((size_t)2 << 20)

static size_t whole_size(size_t n)
{
    return (n + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
}

/* Zeroed, aligned to a huge page. */
static void *map(size_t n)
{
    size_t want = whole_size(n) + HUGE_PAGE;
    char *p = mmap(NULL, want, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        mem_failed(want);
    size_t before = (HUGE_PAGE - (uintptr_t)p % HUGE_PAGE) % HUGE_PAGE;
    if (before)
        munmap(p, before);
    if (before < HUGE_PAGE)
        munmap(p + before + whole_size(n), HUGE_PAGE - before);
    madvise(p + before, whole_size(n), MADV_HUGEPAGE);
    return p + before;
}

void word_cache_init(struct word_cache *c)
{
    c->mask = ((uint64_t)1 << LINES_BITS) - 1;
    c->long_mask = ((uint64_t)1 << LONG_BITS) - 1;
    c->words = map((c->mask + 1) * 2 * sizeof *c->words);
    c->longs = map((c->long_mask + 1) * sizeof *c->longs);
    c->ring = map((CACHE_RING + 16) * sizeof *c->ring);
    c->ring_at = 0;
}

void word_cache_free(struct word_cache *c)
{
    if (c->words)
        munmap(c->words, whole_size((c->mask + 1) * 2 * sizeof *c->words));
    if (c->longs)
        munmap(c->longs, whole_size((c->long_mask + 1) * sizeof *c->longs));
    if (c->ring)
        munmap(c->ring, whole_size((CACHE_RING + 16) * sizeof *c->ring));
    c->words = NULL;
    c->longs = NULL;
    c->ring = NULL;
}

/* The ids in one stretch: what would reach over the end begins again at the front. */
static uint32_t ring_add(struct word_cache *c, const uint32_t *ids, uint32_t n)
{
    if (c->ring_at % CACHE_RING + n > CACHE_RING)
        c->ring_at += CACHE_RING - c->ring_at % CACHE_RING;
    uint32_t at = c->ring_at;
    memcpy(c->ring + at % CACHE_RING, ids, n * sizeof *ids);
    c->ring_at += n;
    return at;
}

void word_cache_add(struct word_cache *c, const uint64_t key[2], const uint32_t *ids, uint32_t n)
{
    struct cached *line = word_line(c, word_hash(key));
    bool there = line[0].key[0] == key[0] && line[0].key[1] == key[1];
    if (there && n <= CACHE_IDS)
        return;                         /* met twice in one batch */
    if (!there)
        line[1] = line[0];
    line[0] = (struct cached){{key[0], key[1]}, {0}};
    if (n <= CACHE_IDS)
        memcpy(line[0].ids, ids, n * sizeof *ids);
    else
        line[0].ids[1] = ring_add(c, ids, n);
    line[0].ids[0] |= n << CACHE_COUNT_SHIFT;
}

struct cached_long *word_cache_long(const struct word_cache *c, struct slice word, uint64_t key[4])
{
    memset(key, 0, 32);
    memcpy(key, word.p, word.n);
    ((unsigned char *)key)[CACHE_LONG_WORD] = (unsigned char)word.n;
    return &c->longs[hash64(slice_of((const char *)key, 32)) & c->long_mask];
}
