/* alike - see alike.h. */
#include "dedup/alike.h"
#include <inttypes.h>
#include <stdlib.h>
#include "core/arena.h"
#include "core/hash.h"
#include "core/mem.h"
#include "dedup/sorter.h"
#include "dedup/winnow.h"

enum { NO_ROOM = 1 };               /* beside 0 and -1 */

struct ranked {                     /* a place in the order of the policy */
    uint64_t at, doc, rank;
    struct slice id;
};

struct around {                     /* one of the different surroundings */
    size_t bytes_at;                /* in the pool */
    uint32_t n, left;               /* units; of them before the gram */
    uint64_t first;                 /* best place that has it */
    uint64_t places;
};

struct window {                     /* a stretch seen */
    uint64_t hash;
    uint32_t around, offset;        /* 1 + index; unit in it */
    uint32_t count;
};

struct alike {
    struct alike_about about;
    size_t gram;
    uint64_t *places;
    size_t n, cap;
    struct ranked *ranked;
    size_t cap_ranked;
    struct arena ids;
    struct buf id, pool, context;
    struct around *arounds;
    size_t n_arounds, cap_arounds;
    uint32_t *slots;                /* of arounds, by hash: 1 + index */
    struct window *windows;
    size_t n_slots, n_windows;      /* in use for the gram at hand, powers of 2 */
    size_t cap_slots, cap_windows;
};

struct alike *alike_new(const struct alike_about *about)
{
    struct alike *a = mem_zero(sizeof *a);
    a->about = *about;
    a->gram = winnow_gram(about->length);
    arena_init(&a->ids);
    buf_init(&a->id, BUF_NO_LIMIT);
    buf_init(&a->pool, BUF_NO_LIMIT);
    buf_init(&a->context, BUF_NO_LIMIT);
    return a;
}

void alike_free(struct alike *a)
{
    if (!a)
        return;
    arena_free(&a->ids);
    buf_free(&a->id);
    buf_free(&a->pool);
    buf_free(&a->context);
    mem_free(a->places);
    mem_free(a->ranked);
    mem_free(a->arounds);
    mem_free(a->slots);
    mem_free(a->windows);
    mem_free(a);
}

static uint64_t place_bytes(const struct alike *a)
{
    return a->cap * sizeof *a->places + a->cap_ranked * sizeof *a->ranked + a->ids.total;
}

static bool fits(const struct alike *a, uint64_t windows)
{
    return place_bytes(a) + a->pool.cap + a->cap_arounds * sizeof *a->arounds +
               a->cap_slots * sizeof *a->slots + windows <= a->about.memory;
}

static int check_places(const struct alike *a, struct err *e)
{
    if (place_bytes(a) <= a->about.memory)
        return 0;
    return err_set(e, ERR_NOMEM, "%zu places share %zu units: %" PRIu64 " MiB of memory are needed "
                   "for them (--memory)", a->n, a->gram, (place_bytes(a) >> 20) + 1);
}

int alike_add(struct alike *a, uint64_t at, struct err *e)
{
    if (a->n == a->cap) {
        a->cap = a->cap ? 2 * a->cap : 256;
        a->places = mem_grow_array(a->places, a->cap, sizeof *a->places);
        if (check_places(a, e))
            return -1;
    }
    a->places[a->n++] = at;
    return 0;
}

/* ---- the order of the policy ---------------------------------------------------------------- */

static int by_policy(const void *x, const void *y)
{
    const struct ranked *a = x, *b = y;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    int c = slice_cmp(a->id, b->id);
    return c ? c : a->at < b->at ? -1 : a->at > b->at;
}

static int order(struct alike *a, struct err *e)
{
    if (a->n > a->cap_ranked) {
        a->cap_ranked = a->n;
        a->ranked = mem_grow_array(a->ranked, a->cap_ranked, sizeof *a->ranked);
    }
    for (size_t i = 0; i < a->n; i++) {
        struct ranked *p = &a->ranked[i];
        *p = (struct ranked){.at = a->places[i]};
        if (a->about.owner(a->about.to, p->at, &p->doc, &p->rank, e) ||
            (a->about.names && names_get(a->about.names, p->doc, &a->id, e)))
            return -1;
        p->id = arena_copy(&a->ids, buf_slice(&a->id));
    }
    qsort(a->ranked, a->n, sizeof *a->ranked, by_policy);
    for (size_t i = 0; i < a->n; i++)
        a->places[i] = a->ranked[i].at;
    return check_places(a, e);
}

/* ---- surroundings --------------------------------------------------------------------------- */

static bool is_gap(const struct alike *a, const char *unit)
{
    static const unsigned char gap[4] = {0xFF, 0xFF, 0xFF, 0xFF};
    return !memcmp(unit, gap, a->about.unit);
}

/* The units around a gram, to the nearest gap or as far as a stretch with the gram reaches. */
static int read_around(struct alike *a, uint64_t at, struct around *out, struct slice *bytes,
                       struct err *e)
{
    size_t unit = a->about.unit, reach = a->about.length - a->gram;
    uint64_t from = at > reach ? at - reach : 0, end = temp_size(a->about.file) / unit;
    uint64_t to = at + a->about.length < end ? at + a->about.length : end;
    size_t n = (size_t)(to - from), left = (size_t)(at - from);
    buf_clear(&a->context);
    char *p = buf_reserve(&a->context, n * unit);
    if (temp_read(a->about.file, from * unit, p, n * unit, e))
        return -1;
    size_t begin = left, stop = left + a->gram;
    while (begin > 0 && !is_gap(a, p + (begin - 1) * unit))
        begin--;
    while (stop < n && !is_gap(a, p + stop * unit))
        stop++;
    *bytes = slice_of(p + begin * unit, (stop - begin) * unit);
    *out = (struct around){.n = (uint32_t)(stop - begin), .left = (uint32_t)(left - begin),
                           .first = at, .places = 1};
    return 0;
}

static struct slice bytes_of(const struct alike *a, const struct around *r)
{
    return slice_of(a->pool.p + r->bytes_at, r->n * a->about.unit);
}

static uint64_t hash_around(const struct around *r, struct slice bytes)
{
    return hash64_seed(bytes, r->left);
}

static void grow_slots(struct alike *a)
{
    size_t cap = a->n_slots = a->n_slots ? 2 * a->n_slots : 64;
    if (cap > a->cap_slots) {
        mem_free(a->slots);
        a->slots = mem_alloc(cap * sizeof *a->slots);
        a->cap_slots = cap;
    }
    memset(a->slots, 0, cap * sizeof *a->slots);
    for (size_t k = 0; k < a->n_arounds; k++) {
        size_t i = hash_around(&a->arounds[k], bytes_of(a, &a->arounds[k])) & (cap - 1);
        while (a->slots[i])
            i = (i + 1) & (cap - 1);
        a->slots[i] = (uint32_t)k + 1;
    }
}

/* The index of equal surroundings, or of new ones. */
static size_t intern(struct alike *a, const struct around *r, struct slice bytes)
{
    if (2 * (a->n_arounds + 1) > a->n_slots)
        grow_slots(a);
    size_t i = hash_around(r, bytes) & (a->n_slots - 1);
    for (; a->slots[i]; i = (i + 1) & (a->n_slots - 1)) {
        struct around *known = &a->arounds[a->slots[i] - 1];
        if (known->left == r->left && slice_eq(bytes_of(a, known), bytes)) {
            known->places++;
            return a->slots[i] - 1;
        }
    }
    if (a->n_arounds == a->cap_arounds) {
        a->cap_arounds = a->cap_arounds ? 2 * a->cap_arounds : 64;
        a->arounds = mem_grow_array(a->arounds, a->cap_arounds, sizeof *a->arounds);
    }
    a->arounds[a->n_arounds] = *r;
    a->arounds[a->n_arounds++].bytes_at = a->pool.n;
    a->slots[i] = (uint32_t)a->n_arounds;
    buf_add_slice(&a->pool, bytes);
    return a->n_arounds - 1;
}

/* ---- stretches ------------------------------------------------------------------------------ */

static struct slice window_bytes(const struct alike *a, uint32_t around, size_t offset)
{
    const struct around *r = &a->arounds[around];
    size_t unit = a->about.unit;
    return slice_of(a->pool.p + r->bytes_at + offset * unit, a->about.length * unit);
}

/* The slot of an equal stretch that has the gram at the same place, or a free one. (Where a text
 * repeats with a short period, equal stretches may have it at several: only those with it at the
 * same one come in the order of their grams.) */
static struct window *find_window(struct alike *a, uint32_t around, size_t offset)
{
    struct slice bytes = window_bytes(a, around, offset);
    size_t gram = a->arounds[around].left - offset;
    uint64_t hash = hash64_seed(bytes, gram);
    size_t i = hash & (a->n_windows - 1);
    for (; a->windows[i].around; i = (i + 1) & (a->n_windows - 1)) {
        const struct window *w = &a->windows[i];
        if (w->hash == hash && a->arounds[w->around - 1].left - w->offset == gram &&
            slice_eq(window_bytes(a, w->around - 1, w->offset), bytes))
            return &a->windows[i];
    }
    a->windows[i].hash = hash;
    return &a->windows[i];
}

/* False if there is no memory for them. */
static bool new_windows(struct alike *a)
{
    size_t n = 0, cap = 64;
    for (size_t i = 0; i < a->n_arounds; i++)
        n += a->arounds[i].n >= a->about.length ? a->arounds[i].n - a->about.length + 1 : 0;
    while (cap < 2 * n)
        cap *= 2;
    if (!fits(a, cap * sizeof *a->windows))
        return false;
    if (cap > a->cap_windows) {
        mem_free(a->windows);
        a->windows = mem_alloc(cap * sizeof *a->windows);
        a->cap_windows = cap;
    }
    a->n_windows = cap;
    memset(a->windows, 0, cap * sizeof *a->windows);
    return true;
}

static int strike(struct alike *a, uint64_t at, const struct around *r, size_t from, size_t to,
                  struct err *e)
{
    uint64_t start = at - r->left;
    return a->about.strike(a->about.to, start + from, start + to, e);
}

/* Surroundings `k`, at their best place: strikes the stretches that are `again`. */
static int strike_windows(struct alike *a, uint32_t k, bool (*again)(struct window *, uint32_t,
                          size_t), struct err *e)
{
    const struct around *r = &a->arounds[k];
    size_t from = 0, to = 0;                    /* to > from: a stretch not yet given */
    for (size_t i = 0; i + a->about.length <= r->n; i++) {
        if (!again(find_window(a, k, i), k, i))
            continue;
        if (to > from && i <= to) {
            to = i + a->about.length;
            continue;
        }
        if (to > from && strike(a, r->first, r, from, to, e))
            return -1;
        from = i;
        to = i + a->about.length;
    }
    return to > from ? strike(a, r->first, r, from, to, e) : 0;
}

/* True if it was there before; else it is noted. */
static bool seen_before(struct window *w, uint32_t around, size_t offset)
{
    if (w->around)
        return true;
    w->around = around + 1;
    w->offset = (uint32_t)offset;
    return false;
}

static bool note(struct window *w, uint32_t around, size_t offset)
{
    seen_before(w, around, offset);
    w->count++;
    return false;
}

static bool seen_twice(struct window *w, uint32_t around, size_t offset)
{
    (void)around, (void)offset;
    return w->count > 1;
}

static int strike_different(struct alike *a, struct err *e)
{
    if (a->n_arounds == 1 && a->arounds[0].places > 1 && a->about.all)
        return 0;                               /* struck as a whole */
    if (!new_windows(a))
        return NO_ROOM;
    for (uint32_t k = 0; k < a->n_arounds && a->about.all; k++)
        if (strike_windows(a, k, note, e))
            return -1;
    for (uint32_t k = 0; k < a->n_arounds; k++)
        if (!(a->about.all && a->arounds[k].places > 1) &&
            strike_windows(a, k, a->about.all ? seen_twice : seen_before, e))
            return -1;
    return 0;
}

/* Surroundings that several places share are struck whole at all of them but the best. */
static int strike_equal(struct alike *a, struct err *e)
{
    struct around r;
    struct slice bytes;
    size_t k;
    for (size_t i = 0; i < a->n; i++) {
        if (read_around(a, a->places[i], &r, &bytes, e))
            return -1;
        k = intern(a, &r, bytes);
        if (!fits(a, 0))
            return NO_ROOM;
        bool better = a->arounds[k].places > 1;
        if (better && r.n >= a->about.length && strike(a, r.first, &r, 0, r.n, e))
            return -1;
    }
    for (k = 0; k < a->n_arounds && a->about.all; k++) {
        const struct around *known = &a->arounds[k];
        if (known->places > 1 && known->n >= a->about.length &&
            strike(a, known->first, known, 0, known->n, e))
            return -1;
    }
    return 0;
}

/* ---- too many for memory --------------------------------------------------------------------- */

struct sorted {                     /* a stretch by its units and its gram's place in it, hashed */
    uint64_t hi, lo, from;
};

static int sort_windows(struct alike *a, struct sorter *s, struct err *e)
{
    struct around r;
    struct slice bytes;
    size_t unit = a->about.unit;
    for (size_t i = 0; i < a->n; i++) {
        if (read_around(a, a->places[i], &r, &bytes, e))
            return -1;
        for (size_t k = 0; k + a->about.length <= r.n; k++) {
            struct hash128 h = hash128(slice_of(bytes.p + k * unit, a->about.length * unit));
            struct sorted w = {h.hi, h.lo ^ hash_mix(r.left - k), r.first - r.left + k};
            if (sorter_add(s, &w, e))
                return -1;
        }
    }
    return sorter_sort(s, e);
}

/* Stretches of one hash come best place first: sorting keeps the order in which they were added. */
static int strike_sorted(struct alike *a, struct err *e)
{
    struct sorter *s = sorter_new(&(struct sorter_about){sizeof(struct sorted), 2,
                                                         a->about.memory / 2, a->about.tmp,
                                                         a->about.tmp_max});
    struct sorted first = {0};
    const void *next;
    uint64_t n = 0;
    int rc = sort_windows(a, s, e) ? -1 : 1;
    while (rc > 0 && (rc = sorter_next(s, &next, e)) > 0) {
        const struct sorted *w = next;
        if (!n || w->hi != first.hi || w->lo != first.lo) {
            first = *w;
            n = 1;
            continue;
        }
        if ((n++ == 1 && a->about.all &&
             a->about.strike(a->about.to, first.from, first.from + a->about.length, e)) ||
            a->about.strike(a->about.to, w->from, w->from + a->about.length, e))
            rc = -1;
    }
    sorter_free(s);
    return rc;
}

int alike_end(struct alike *a, struct err *e)
{
    int rc = !a->about.in_order && order(a, e) ? -1 : strike_equal(a, e);
    if (!rc)
        rc = strike_different(a, e);
    if (rc == NO_ROOM)              /* what was struck until here stands */
        rc = strike_sorted(a, e);
    a->n = a->n_arounds = a->n_slots = 0;
    buf_clear(&a->pool);
    arena_reset(&a->ids);
    return rc ? -1 : 0;
}
