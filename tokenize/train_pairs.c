/* Pairs, candidates and lists of places: the containers of a training run. */
#include <stdlib.h>
#include "core/mem.h"
#include "tokenize/train_internal.h"

/* ---- pairs -------------------------------------------------------------------------------- */

void pairs_clear(struct trainer *t, uint64_t size)
{
    if (!t->pairs || t->pairs_mask + 1 != size) {
        mem_free(t->pairs);
        t->pairs = mem_alloc(size * sizeof *t->pairs);
        mem_huge(t->pairs, size * sizeof *t->pairs);
        t->pairs_mask = size - 1;
        t->pairs_shift = 64 - __builtin_ctzll(size);
    }
    for (uint64_t i = 0; i < size; i++)
        t->pairs[i].key = PAIR_FREE;
    t->n_pairs = 0;
}

struct pair *pair_find(const struct trainer *t, uint64_t key)
{
    for (uint64_t i = pair_slot(t, key);; i = (i + 1) & t->pairs_mask) {
        if (t->pairs[i].key == key)
            return &t->pairs[i];
        if (t->pairs[i].key == PAIR_FREE)
            return NULL;
    }
}

static void pairs_grow(struct trainer *t)
{
    struct pair *old = t->pairs;
    uint64_t size = t->pairs_mask + 1, n = t->n_pairs;
    t->pairs = NULL;
    pairs_clear(t, size * 2);
    for (uint64_t i = 0; i < size; i++) {
        if (old[i].key == PAIR_FREE)
            continue;
        uint64_t j = pair_slot(t, old[i].key);
        while (t->pairs[j].key != PAIR_FREE)
            j = (j + 1) & t->pairs_mask;
        t->pairs[j] = old[i];
    }
    t->n_pairs = n;
    mem_free(old);
}

struct pair *pair_make(struct trainer *t, uint64_t key)
{
    if (t->n_pairs * 2 > t->pairs_mask)
        pairs_grow(t);
    for (uint64_t i = pair_slot(t, key);; i = (i + 1) & t->pairs_mask) {
        struct pair *p = &t->pairs[i];
        if (p->key == key)
            return p;
        if (p->key == PAIR_FREE) {
            *p = (struct pair){.key = key};
            t->n_pairs++;
            return p;
        }
    }
}

/* ---- candidates: a heap of four children ---------------------------------------------------- */

static inline bool before(struct candidate a, struct candidate b)
{
    return a.count > b.count || (a.count == b.count && a.key < b.key);
}

static void sift_down(struct trainer *t, struct candidate x)
{
    struct candidate *h = t->heap;
    size_t i = 0;
    for (;;) {
        size_t c = 4 * i + 1, end = c + 4 < t->n_heap ? c + 4 : t->n_heap;
        if (c >= t->n_heap)
            break;
        size_t best = c;
        for (size_t k = c + 1; k < end; k++)
            if (before(h[k], h[best]))
                best = k;
        if (!before(h[best], x))
            break;
        h[i] = h[best];
        i = best;
    }
    h[i] = x;
}

void heap_add(struct trainer *t, uint64_t count, uint64_t key)
{
    if (t->n_heap == t->cap_heap) {
        t->cap_heap = t->cap_heap ? t->cap_heap * 2 : 1 << 14;
        t->heap = mem_grow_array(t->heap, t->cap_heap, sizeof *t->heap);
    }
    struct candidate x = {count, key};
    size_t i = t->n_heap++;
    for (; i && before(x, t->heap[(i - 1) / 4]); i = (i - 1) / 4)
        t->heap[i] = t->heap[(i - 1) / 4];
    t->heap[i] = x;
}

void heap_pop(struct trainer *t)
{
    struct candidate x = t->heap[--t->n_heap];
    if (t->n_heap)
        sift_down(t, x);
}

void heap_lower(struct trainer *t, uint64_t count)
{
    struct candidate x = {count, t->heap[0].key};
    sift_down(t, x);
}

/* ---- places ------------------------------------------------------------------------------- */

uint64_t places_reserve(struct trainer *t, size_t n)
{
    if (t->n_places + n > t->cap_places) {
        t->cap_places = (t->n_places + n) * 3 / 2 + 1024;
        t->places = mem_grow_array(t->places, t->cap_places, sizeof *t->places);
        mem_huge(t->places + t->n_places, (t->cap_places - t->n_places) * sizeof *t->places);
    }
    t->n_places += n;
    return t->n_places - n;
}

static bool is_live(const struct trainer *t, uint64_t key, struct place p)
{
    uint32_t left = (uint32_t)(key >> 24), right = (uint32_t)key & 0xFFFFFF;
    return t->symbols[p.at] == left && (t->symbols[p.at + t->length[left]] & SYMBOL) == right;
}

static uint32_t move_list(struct trainer *t, struct place *to, size_t *n, uint64_t key,
                          const struct place *from, uint32_t count)
{
    size_t start = *n;
    for (uint32_t i = 0; i < count; i++)
        if (is_live(t, key, from[i]))
            to[(*n)++] = from[i];
    return (uint32_t)(*n - start);
}

void places_tidy(struct trainer *t)
{
    uint64_t used = 0;
    for (uint64_t i = 0; i <= t->pairs_mask; i++)
        used += t->pairs[i].key != PAIR_FREE ? t->pairs[i].n : 0;
    if (used * 2 > t->n_places)
        return;
    struct place *old = t->places, *to = mem_alloc((used + 1024) * 2 * sizeof *to);
    size_t n = 0;
    for (uint64_t i = 0; i <= t->pairs_mask; i++) {
        struct pair *p = &t->pairs[i];
        if (p->key == PAIR_FREE)
            continue;
        size_t first = n;
        p->n = move_list(t, to, &n, p->key, old + p->first, p->n);
        p->first = first;
    }
    mem_free(old);
    t->places = to;
    t->n_places = n;
    t->cap_places = (used + 1024) * 2;
}

uint64_t trainer_weight(const struct trainer *t, struct place p)
{
    size_t lo = 0, hi = t->n_big;
    if (p.weight != BIG)
        return p.weight;
    while (hi - lo > 1) {
        size_t mid = (lo + hi) / 2;
        if (t->big[mid].start <= p.at)
            lo = mid;
        else
            hi = mid;
    }
    return t->big[lo].weight;
}
