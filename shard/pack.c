/* pack - see pack.h. */
#include "shard/pack.h"
#include <stdlib.h>
#include "core/mem.h"
#include "shard/bitset.h"

#define NONE SIZE_MAX

struct entry {                  /* a document of the window */
    size_t at, n;               /* its ids in the window's array, with the end-of-document id */
    size_t id, source;          /* their places in `names`, and lengths */
    size_t n_id, n_source;
    uint64_t place;
};

struct part {
    size_t entry;
    uint64_t from;
    uint32_t n;
};

struct packer {
    struct pack_plan plan;
    int (*emit)(void *to, const struct pack_row *r, struct err *e);
    void *to;
    struct pack_counts counts;
    uint32_t *ids;              /* of the window */
    size_t n_ids, cap_ids;
    struct entry *v;
    size_t n, cap;
    struct buf names;
    uint32_t *row;              /* the sequence being made */
    uint32_t used;
    struct part *parts;         /* of that sequence */
    struct pack_part *told;     /* the same for emit() */
    size_t n_parts, cap_parts;
};

const char *pack_mode_name(enum pack_mode m)
{
    static const char *const names[] = {"none", "concat", "best-fit", "crop"};
    return names[m];
}

struct packer *pack_new(const struct pack_plan *plan,
                        int (*emit)(void *to, const struct pack_row *r, struct err *e), void *to)
{
    struct packer *p = mem_zero(sizeof *p);
    p->plan = *plan;
    p->emit = emit;
    p->to = to;
    p->row = mem_array(plan->length, sizeof *p->row);
    buf_init(&p->names, BUF_NO_LIMIT);
    return p;
}

void pack_free(struct packer *p)
{
    if (!p)
        return;
    buf_free(&p->names);
    mem_free(p->ids);
    mem_free(p->v);
    mem_free(p->row);
    mem_free(p->parts);
    mem_free(p->told);
    mem_free(p);
}

const struct pack_counts *pack_counts(const struct packer *p) { return &p->counts; }

/* ---- the sequence being made -------------------------------------------------------------- */

static void put(struct packer *p, size_t entry, size_t from, uint32_t n)
{
    const struct entry *x = &p->v[entry];
    if (p->n_parts == p->cap_parts) {
        p->cap_parts = p->cap_parts ? 2 * p->cap_parts : 64;
        p->parts = mem_grow_array(p->parts, p->cap_parts, sizeof *p->parts);
        p->told = mem_grow_array(p->told, p->cap_parts, sizeof *p->told);
    }
    memcpy(p->row + p->used, p->ids + x->at + from, n * sizeof *p->row);
    p->used += n;
    p->parts[p->n_parts++] = (struct part){entry, from, n};
}

static int end_row(struct packer *p, struct err *e)
{
    const uint32_t length = p->plan.length;
    for (uint32_t i = p->used; i < length; i++)
        p->row[i] = p->plan.pad_id;
    for (size_t i = 0; i < p->n_parts; i++) {
        const struct entry *x = &p->v[p->parts[i].entry];
        p->told[i] = (struct pack_part){
            .doc = {.id = slice_of(p->names.p + x->id, x->n_id),
                    .source = slice_of(p->names.p + x->source, x->n_source), .place = x->place},
            .from = p->parts[i].from, .n = p->parts[i].n};
    }
    p->counts.sequences++;
    p->counts.padding += length - p->used;
    const struct pack_row r = {p->row, p->told, p->n_parts, p->used};
    p->used = 0;
    p->n_parts = 0;
    return p->emit(p->to, &r, e);
}

/* ---- the window --------------------------------------------------------------------------- */

static void grow(struct packer *p, size_t n)
{
    if (p->n_ids + n > p->cap_ids) {
        p->cap_ids = 2 * (p->n_ids + n);
        p->ids = mem_grow_array(p->ids, p->cap_ids, sizeof *p->ids);
    }
    if (p->n == p->cap) {
        p->cap = p->cap ? 2 * p->cap : 1024;
        p->v = mem_grow_array(p->v, p->cap, sizeof *p->v);
    }
}

static void keep(struct packer *p, const uint32_t *ids, size_t n, const struct shard_doc *d)
{
    const struct pack_plan *o = &p->plan;
    const size_t all = n + (o->eod != EOD_NONE);
    grow(p, all);
    struct entry *x = &p->v[p->n++];
    *x = (struct entry){.at = p->n_ids, .n = all, .id = p->names.n, .n_id = d->id.n,
                        .source = p->names.n + d->id.n, .n_source = d->source.n,
                        .place = d->place};
    buf_add_slice(&p->names, d->id);
    buf_add_slice(&p->names, d->source);
    if (o->eod == EOD_FIRST)
        p->ids[p->n_ids++] = o->eod_id;
    if (n)
        memcpy(p->ids + p->n_ids, ids, n * sizeof *ids);
    p->n_ids += n;
    if (o->eod == EOD_LAST)
        p->ids[p->n_ids++] = o->eod_id;
    p->counts.documents++;
    p->counts.tokens += all;
}

static void forget(struct packer *p)
{
    p->n = p->n_ids = 0;
    buf_clear(&p->names);
}

/* ---- concat ------------------------------------------------------------------------------- */

/* Of documents gone by only the names are needed, and only for the parts of the unfinished row. */
static void drop_front(struct packer *p)
{
    const size_t first = p->n_parts ? p->parts[0].entry : p->n;
    p->n_ids = 0;
    if (!p->n || (first < 1024 && first < p->n))
        return;
    const size_t names = first < p->n ? p->v[first].id : p->names.n;
    buf_drop_front(&p->names, names);
    memmove(p->v, p->v + first, (p->n - first) * sizeof *p->v);
    p->n -= first;
    for (size_t i = 0; i < p->n; i++) {
        p->v[i].id -= names;
        p->v[i].source -= names;
    }
    for (size_t i = 0; i < p->n_parts; i++)
        p->parts[i].entry -= first;
}

/* The document just kept. */
static int concat(struct packer *p, struct err *e)
{
    const size_t last = p->n - 1, n = p->v[last].n;
    for (size_t at = 0; at < n;) {
        size_t room = p->plan.length - p->used, left = n - at;
        uint32_t now = (uint32_t)(left < room ? left : room);
        p->counts.cut += at == 0 && now < left;
        put(p, last, at, now);
        at += now;
        if (p->used == p->plan.length && end_row(p, e))
            return -1;
    }
    return 0;
}

/* ---- best fit ----------------------------------------------------------------------------- */

struct piece {
    size_t doc, from;
    uint32_t n;
    size_t next;                /* in the same sequence */
};
struct bin {
    size_t first, last;         /* pieces */
    uint32_t room;
    size_t below;               /* another bin with the same room */
};

/* Pieces, each at most a sequence long, longest first; equal ones in the order of documents. */
static struct piece *cut_pieces(const struct packer *p, size_t *n)
{
    const uint32_t length = p->plan.length;
    size_t *at = mem_array((size_t)length + 2, sizeof *at);
    for (size_t i = 0; i < p->n; i++) {
        at[length] += p->v[i].n / length;
        at[p->v[i].n % length]++;
    }
    at[0] = 0;                          /* no rest, or an empty document */
    size_t sum = 0;
    for (uint32_t k = length; k > 0; k--) {
        size_t count = at[k];
        at[k] = sum;
        sum += count;
    }
    struct piece *v = mem_array(sum ? sum : 1, sizeof *v);
    for (size_t i = 0; i < p->n; i++)
        for (size_t from = 0; from < p->v[i].n;) {
            size_t left = p->v[i].n - from;
            uint32_t k = left < length ? (uint32_t)left : length;
            v[at[k]++] = (struct piece){.doc = i, .from = from, .n = k, .next = NONE};
            from += k;
        }
    mem_free(at);
    *n = sum;
    return v;
}

/* Every piece into a bin; returns the bins in the order in which they were begun. */
static struct bin *fill_bins(const struct packer *p, struct piece *v, size_t n, size_t *n_bins)
{
    const uint32_t length = p->plan.length;
    struct bin *bins = mem_array(n ? n : 1, sizeof *bins);
    size_t *top = mem_array((size_t)length + 1, sizeof *top);   /* bins by room, from 1; 0: none */
    struct bitset rooms;
    size_t k = 0;
    bitset_init(&rooms, length + 1);
    for (size_t i = 0; i < n; i++) {
        uint32_t room = bitset_from(&rooms, v[i].n);
        size_t b;
        if (room == BITSET_NONE) {
            b = k++;
            bins[b] = (struct bin){.first = i, .last = i, .room = length - v[i].n};
        } else {
            b = top[room] - 1;
            top[room] = bins[b].below;
            if (!top[room])
                bitset_remove(&rooms, room);
            v[bins[b].last].next = i;
            bins[b].last = i;
            bins[b].room = room - v[i].n;
        }
        bins[b].below = top[bins[b].room];
        top[bins[b].room] = b + 1;
        if (bins[b].room)
            bitset_add(&rooms, bins[b].room);
    }
    bitset_free(&rooms);
    mem_free(top);
    *n_bins = k;
    return bins;
}

struct turn {
    size_t doc, from, bin;
};

static int by_document(const void *a, const void *b)
{
    const struct turn *x = a, *y = b;
    if (x->doc != y->doc)
        return x->doc < y->doc ? -1 : 1;
    return x->from < y->from ? -1 : x->from > y->from;
}

/* Sequences in the order of their earliest piece, which keeps about the order of documents. */
static struct turn *take_turns(const struct piece *v, const struct bin *bins, size_t n)
{
    struct turn *t = mem_array(n ? n : 1, sizeof *t);
    for (size_t b = 0; b < n; b++) {
        t[b] = (struct turn){NONE, NONE, b};
        for (size_t i = bins[b].first; i != NONE; i = v[i].next)
            if (v[i].doc < t[b].doc || (v[i].doc == t[b].doc && v[i].from < t[b].from))
                t[b] = (struct turn){v[i].doc, v[i].from, b};
    }
    if (n)
        qsort(t, n, sizeof *t, by_document);
    return t;
}

static int best_fit(struct packer *p, struct err *e)
{
    size_t n, n_bins;
    struct piece *v = cut_pieces(p, &n);
    struct bin *bins = fill_bins(p, v, n, &n_bins);
    struct turn *t = take_turns(v, bins, n_bins);
    int rc = 0;
    for (size_t i = 0; i < p->n; i++)
        p->counts.cut += p->v[i].n > p->plan.length;
    for (size_t k = 0; !rc && k < n_bins; k++) {
        for (size_t i = bins[t[k].bin].first; i != NONE; i = v[i].next)
            put(p, v[i].doc, v[i].from, v[i].n);
        rc = end_row(p, e);
    }
    mem_free(t);
    mem_free(bins);
    mem_free(v);
    forget(p);
    return rc;
}

/* ---- crop --------------------------------------------------------------------------------- */

/* Documents by length, the earliest first; those longer than a sequence under length + 1. */
struct lengths {
    struct bitset set;
    size_t *first, *last, *next;
};

static uint32_t key_of(const struct packer *p, size_t i)
{
    return p->v[i].n > p->plan.length ? p->plan.length + 1 : (uint32_t)p->v[i].n;
}

static void lengths_init(struct lengths *l, const struct packer *p)
{
    const size_t keys = (size_t)p->plan.length + 2;
    bitset_init(&l->set, p->plan.length + 2);
    l->first = mem_array(keys, sizeof *l->first);
    l->last = mem_array(keys, sizeof *l->last);
    l->next = mem_array(p->n ? p->n : 1, sizeof *l->next);
    for (size_t i = 0; i < p->n; i++) {
        uint32_t k = key_of(p, i);
        if (!k)
            continue;
        l->next[i] = NONE;
        if (bitset_upto(&l->set, k) == k)
            l->next[l->last[k]] = i;
        else
            l->first[k] = i;
        l->last[k] = i;
        bitset_add(&l->set, k);
    }
}

static void lengths_free(struct lengths *l)
{
    bitset_free(&l->set);
    mem_free(l->first);
    mem_free(l->last);
    mem_free(l->next);
}

static size_t lengths_take(struct lengths *l, uint32_t k)
{
    size_t i = l->first[k];
    l->first[k] = l->next[i];
    if (l->first[k] == NONE)
        bitset_remove(&l->set, k);
    return i;
}

/* The next document for the row: the longest that fits, else the shortest, to be cropped. */
static size_t choose(struct lengths *l, uint32_t room)
{
    uint32_t k = bitset_upto(&l->set, room);
    if (k == BITSET_NONE)
        k = bitset_from(&l->set, room + 1);
    return k == BITSET_NONE ? NONE : lengths_take(l, k);
}

/* Documents with n = 0 are used up; the others move together. */
static void compact(struct packer *p)
{
    size_t n = 0, at = 0, names = 0;
    for (size_t i = 0; i < p->n; i++) {
        struct entry x = p->v[i];
        if (!x.n)
            continue;
        memmove(p->ids + at, p->ids + x.at, x.n * sizeof *p->ids);
        if (x.n_id + x.n_source)
            memmove(p->names.p + names, p->names.p + x.id, x.n_id + x.n_source);
        x.at = at;
        x.id = names;
        x.source = names + x.n_id;
        at += x.n;
        names += x.n_id + x.n_source;
        p->v[n++] = x;
    }
    p->n = n;
    p->n_ids = at;
    p->names.n = names;
}

/* Makes sequences until half of the window is left, or nothing. */
static int crop(struct packer *p, bool all, struct err *e)
{
    struct lengths l;
    size_t left = p->n_ids, i;
    int rc = 0;
    lengths_init(&l, p);
    while (!rc && left && (all || left > p->plan.window / 2)) {
        while (p->used < p->plan.length &&
               (i = choose(&l, p->plan.length - p->used)) != NONE) {
            size_t room = p->plan.length - p->used, n = p->v[i].n < room ? p->v[i].n : room;
            put(p, i, 0, (uint32_t)n);
            p->counts.dropped += p->v[i].n - n;
            p->counts.cut += p->v[i].n > n;
            left -= p->v[i].n;
            p->v[i].n = 0;
        }
        rc = end_row(p, e);
    }
    lengths_free(&l);
    compact(p);
    return rc;
}

/* ---- */

int pack_add(struct packer *p, const uint32_t *ids, size_t n, const struct shard_doc *d,
             struct err *e)
{
    if (p->plan.mode == PACK_CONCAT)
        drop_front(p);
    keep(p, ids, n, d);
    if (p->plan.mode == PACK_CONCAT)
        return concat(p, e);
    if (p->n_ids < p->plan.window)
        return 0;
    return p->plan.mode == PACK_BEST_FIT ? best_fit(p, e) : crop(p, false, e);
}

int pack_finish(struct packer *p, struct err *e)
{
    if (p->plan.mode == PACK_CONCAT)
        return p->used ? end_row(p, e) : 0;
    return p->plan.mode == PACK_BEST_FIT ? best_fit(p, e) : crop(p, true, e);
}
