/* places - see places.h. */
#include "dedup/places.h"
#include "core/mem.h"
#include "core/temp.h"

enum { BLOCK = 1024 };

struct places {
    struct temp *file;
    uint64_t count;
    uint64_t *firsts;               /* of each block */
    size_t n, cap;
};

struct place_cursor {
    const struct places *of;
    size_t block, n;
    uint64_t v[BLOCK];
};

struct places *places_new(const char *tmp, uint64_t tmp_max, struct err *e)
{
    struct temp *file = temp_new(tmp, tmp_max, e);
    if (!file)
        return NULL;
    struct places *p = mem_zero(sizeof *p);
    p->file = file;
    return p;
}

int places_add(struct places *p, uint64_t place, struct err *e)
{
    if (p->count++ % BLOCK == 0) {
        if (p->n == p->cap) {
            p->cap = p->cap ? p->cap * 2 : 64;
            p->firsts = mem_grow_array(p->firsts, p->cap, sizeof *p->firsts);
        }
        p->firsts[p->n++] = place;
    }
    return temp_add(p->file, &place, sizeof place, e);
}

int places_seal(struct places *p, struct err *e) { return temp_seal(p->file, e); }

void places_free(struct places *p)
{
    if (!p)
        return;
    temp_free(p->file);
    mem_free(p->firsts);
    mem_free(p);
}

struct place_cursor *place_cursor_new(void) { return mem_zero(sizeof(struct place_cursor)); }
void place_cursor_free(struct place_cursor *c) { mem_free(c); }

static int load(const struct places *p, struct place_cursor *c, size_t block, struct err *e)
{
    if (c->of == p && c->block == block)
        return 0;
    uint64_t at = (uint64_t)block * BLOCK, left = p->count - at;
    c->of = NULL;
    c->n = left < BLOCK ? (size_t)left : BLOCK;
    if (temp_read(p->file, at * sizeof c->v[0], c->v, c->n * sizeof c->v[0], e))
        return -1;
    c->of = p;
    c->block = block;
    return 0;
}

/* The first index in v[0..n) with a value of at least `from`. */
static size_t lower_bound(const uint64_t *v, size_t n, uint64_t from)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (v[mid] < from)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

int places_find(const struct places *p, struct place_cursor *c, uint64_t from, uint64_t *place,
                struct err *e)
{
    size_t block = lower_bound(p->firsts, p->n, from);
    if (block > 0) {                /* or in the block before, which begins below `from` */
        if (load(p, c, block - 1, e))
            return -1;
        size_t i = lower_bound(c->v, c->n, from);
        if (i < c->n) {
            *place = c->v[i];
            return 1;
        }
    }
    if (block == p->n)
        return 0;
    *place = p->firsts[block];
    return 1;
}
