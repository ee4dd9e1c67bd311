/* The tables of the word cache. Advice on huge pages must come before the first touch and on an
 * aligned range, else it is silently ignored. */
#include "tokenize/word_cache.h"
#include <sys/mman.h>
#include "core/hash.h"
#include "core/mem.h"

#define LINES_BITS 19                   /* 32 MiB */
#define LONG_BITS 15                    /* 8 MiB */
#define MOST_RING (CACHE_TEXT / 4 + CACHE_TEXT)     /* of one word */
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
    c->longs = map((c->long_mask + 1) * CACHE_LONG_WAYS * sizeof *c->longs);
    c->ring = map((CACHE_RING + MOST_RING) * sizeof *c->ring);
    c->ring_at = 0;
}

void word_cache_free(struct word_cache *c)
{
    if (c->words)
        munmap(c->words, whole_size((c->mask + 1) * 2 * sizeof *c->words));
    if (c->longs)
        munmap(c->longs, whole_size((c->long_mask + 1) * CACHE_LONG_WAYS * sizeof *c->longs));
    if (c->ring)
        munmap(c->ring, whole_size((CACHE_RING + MOST_RING) * sizeof *c->ring));
    c->words = NULL;
    c->longs = NULL;
    c->ring = NULL;
}

/* Room for n in one stretch: what would reach over the end begins again at the front. */
static uint32_t *ring_room(struct word_cache *c, uint32_t n, uint32_t place[2])
{
    if (c->ring_at % CACHE_RING + n > CACHE_RING)
        c->ring_at += CACHE_RING - c->ring_at % CACHE_RING;
    uint32_t *room = c->ring + c->ring_at % CACHE_RING;
    place[0] = (uint32_t)c->ring_at;
    place[1] = (uint32_t)(c->ring_at >> 32);
    c->ring_at += n;
    return room;
}

void word_cache_fill(struct word_cache *c, struct cached *w, const uint32_t *ids, uint32_t n)
{
    if (n <= CACHE_IDS) {
        memcpy(w->ids, ids, n * sizeof *ids);
    } else {
        w->ids[0] = 0;
        memcpy(ring_room(c, n, w->ids + 1), ids, n * sizeof *ids);
    }
    w->ids[0] |= n << CACHE_COUNT_SHIFT;
}

/* ---- long words ----------------------------------------------------------------------------- */

void long_key(const struct word_cache *c, struct slice word, struct long_key *k)
{
    uint64_t hash;
    memset(k->key, 0, sizeof k->key);
    if (word.n <= CACHE_LONG_WORD) {
        memcpy(k->key, word.p, word.n);
        ((unsigned char *)k->key)[CACHE_LONG_WORD] = (unsigned char)word.n;
        hash = hash64(slice_of((const char *)k->key, sizeof k->key));
    } else {
        hash = k->key[0] = hash64(word);
        k->key[1] = word.n;
        ((unsigned char *)k->key)[CACHE_LONG_WORD] = 255;
    }
    k->place = CACHE_LONG_WAYS * (hash & c->long_mask);
}

static uint32_t text_units(struct slice word)
{
    return word.n <= CACHE_LONG_WORD ? 0 : (uint32_t)(word.n + 3) / 4;
}

static const uint32_t *ids_of(const struct word_cache *c, const struct cached_long *l,
                              struct slice word)
{
    uint32_t text = text_units(word);
    if (!text && l->n <= CACHE_LONG_IDS)
        return l->ids;
    const uint32_t *at = word_ring(c, l->ids);
    return !at || (text && memcmp(at, word.p, word.n) != 0) ? NULL : at + text;
}

const uint32_t *word_cache_long(const struct word_cache *c, struct slice word,
                                const struct long_key *k, uint32_t *n)
{
    const struct cached_long *l = &c->longs[k->place];
    for (int i = 0; i < CACHE_LONG_WAYS; i++) {
        if (memcmp(l[i].key, k->key, sizeof k->key) != 0)
            continue;
        *n = l[i].n;
        return ids_of(c, &l[i], word);
    }
    return NULL;
}

void word_cache_add_long(struct word_cache *c, struct slice word, const struct long_key *k,
                         const uint32_t *ids, uint32_t n)
{
    struct cached_long *l = &c->longs[k->place];
    uint32_t text = text_units(word);
    if (memcmp(l[0].key, k->key, sizeof k->key) != 0)
        memmove(l + 1, l, (CACHE_LONG_WAYS - 1) * sizeof *l);
    memcpy(l[0].key, k->key, sizeof k->key);
    l[0].n = n;
    if (!text && n <= CACHE_LONG_IDS) {
        memcpy(l[0].ids, ids, n * sizeof *ids);
        return;
    }
    uint32_t *room = ring_room(c, text + n, l[0].ids);
    memcpy(room, word.p, text ? word.n : 0);
    memcpy(room + text, ids, n * sizeof *ids);
}
