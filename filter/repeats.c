/* See repeats.h. */
#include "filter/repeats.h"
#include "core/hash.h"
#include "core/mem.h"

void piece_counts_start(struct pieces *p, struct slice text)
{
    if (p->slots)
        memset(p->slot, 0, p->slots * sizeof *p->slot);
    p->base = text.p;
    p->n = 0;
    p->full = false;
    p->count = p->again = p->again_chars = p->copies = p->copies_chars = p->chars = 0;
}

void piece_counts_free(struct pieces *p)
{
    mem_free(p->v);
    mem_free(p->slot);
    *p = (struct pieces){.limit = p->limit};
}

size_t piece_counts_held(const struct pieces *p)
{
    return p->cap * sizeof *p->v + p->slots * sizeof *p->slot;
}

static struct slice piece_of(const struct pieces *p, size_t i)
{
    return slice_of(p->base + p->v[i].at, p->v[i].n);
}

static size_t piece_slot(const struct pieces *p, struct slice piece)
{
    size_t at = hash64(piece) & (p->slots - 1);
    while (p->slot[at] && !slice_eq(piece_of(p, p->slot[at] - 1), piece))
        at = (at + 1) & (p->slots - 1);
    return at;
}

static bool piece_counts_grow(struct pieces *p)
{
    size_t cap = p->cap ? 2 * p->cap : 64;
    if (p->limit && cap * (sizeof *p->v + 2 * sizeof *p->slot) > p->limit) {
        p->full = true;
        return false;
    }
    p->v = mem_grow_array(p->v, cap, sizeof *p->v);
    mem_free(p->slot);
    p->cap = cap;
    p->slots = 2 * cap;
    p->slot = mem_array(p->slots, sizeof *p->slot);
    for (size_t i = 0; i < p->n; i++)
        p->slot[piece_slot(p, piece_of(p, i))] = (uint32_t)i + 1;
    return true;
}

void piece_counts_add(struct pieces *p, struct slice piece)
{
    if (p->full || (p->n == p->cap && !piece_counts_grow(p)))
        return;
    size_t at = piece_slot(p, piece), chars = utf8_count(piece);
    p->count++;
    p->chars += chars;
    if (p->slot[at]) {
        struct piece_at *first = &p->v[p->slot[at] - 1];
        unsigned copies = first->again ? 1 : 2;
        first->again = true;
        p->again++;
        p->again_chars += chars;
        p->copies += copies;
        p->copies_chars += copies * chars;
        return;
    }
    p->v[p->n++] = (struct piece_at){(uint32_t)(piece.p - p->base), (uint32_t)piece.n, false};
    p->slot[at] = (uint32_t)p->n;
}
