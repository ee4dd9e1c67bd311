/* sets - see sets.h. On disk: number of shingles, then the shingles, 64 bits each. */
#include "dedup/sets.h"
#include <pthread.h>
#include "core/mem.h"
#include "dedup/sorter.h"
#include "core/temp.h"

enum { BLOCK = 4096 };

struct sets {
    struct sets_about about;
    struct temp *file;
    pthread_mutex_t lock;           /* of file, while sets are made */
};

struct set_maker {
    struct sets *sets;
    struct shingler *shingler;
    uint64_t *v, *other;            /* other: for sorting */
    size_t n, cap;
};

struct sets *sets_new(const struct sets_about *about, struct err *e)
{
    struct temp *file = temp_new(about->tmp, about->tmp_max, e);
    if (!file)
        return NULL;
    struct sets *s = mem_zero(sizeof *s);
    s->about = *about;
    s->file = file;
    pthread_mutex_init(&s->lock, NULL);
    return s;
}

void sets_free(struct sets *s)
{
    if (!s)
        return;
    pthread_mutex_destroy(&s->lock);
    temp_free(s->file);
    mem_free(s);
}

int sets_seal(struct sets *s, struct err *e) { return temp_seal(s->file, e); }

/* ---- making --------------------------------------------------------------------------------- */

struct set_maker *set_maker_new(struct sets *s, enum shingle_kind kind, unsigned words)
{
    struct set_maker *m = mem_zero(sizeof *m);
    m->sets = s;
    m->shingler = shingler_new(kind, words);
    return m;
}

void set_maker_free(struct set_maker *m)
{
    if (!m)
        return;
    shingler_free(m->shingler);
    mem_free(m->v);
    mem_free(m->other);
    mem_free(m);
}

/* Shingles are uniform: three passes by their upper 24 bits leave next to nothing to insert. */
static void sort(struct set_maker *m)
{
    for (int shift = 40; shift < 64; shift += 8) {
        size_t start[257] = {0};
        for (size_t i = 0; i < m->n; i++)
            start[(m->v[i] >> shift & 255) + 1]++;
        for (size_t d = 1; d < 256; d++)
            start[d] += start[d - 1];
        for (size_t i = 0; i < m->n; i++)
            m->other[start[m->v[i] >> shift & 255]++] = m->v[i];
        uint64_t *swap = m->v;
        m->v = m->other;
        m->other = swap;
    }
    for (size_t i = 1; i < m->n; i++) {
        uint64_t x = m->v[i];
        size_t k = i;
        for (; k > 0 && m->v[k - 1] > x; k--)
            m->v[k] = m->v[k - 1];
        m->v[k] = x;
    }
}

static int write_set(struct sets *s, const uint64_t *v, uint64_t n, uint64_t *place,
                     struct err *e)
{
    pthread_mutex_lock(&s->lock);
    *place = temp_size(s->file);
    int rc = temp_add(s->file, &n, sizeof n, e) || temp_add(s->file, v, n * sizeof *v, e);
    pthread_mutex_unlock(&s->lock);
    return rc ? -1 : 0;
}

/* Reads what the sorter gives, each once, into a file of its own, whose size is then known. */
static int write_unique(struct sets *s, struct sorter *sorter, struct temp *own, uint64_t *place,
                        struct err *e)
{
    const void *next;
    uint64_t last = 0, n = 0, block[BLOCK];
    int rc;
    while ((rc = sorter_next(sorter, &next, e)) > 0) {
        uint64_t v;
        memcpy(&v, next, sizeof v);
        if (n && v == last)
            continue;
        if (temp_add(own, &v, sizeof v, e))
            return -1;
        last = v;
        n++;
    }
    if (rc < 0 || temp_seal(own, e))
        return -1;
    pthread_mutex_lock(&s->lock);
    *place = temp_size(s->file);
    rc = temp_add(s->file, &n, sizeof n, e);
    for (uint64_t i = 0; i < n && !rc; i += BLOCK) {
        size_t k = n - i < BLOCK ? (size_t)(n - i) : BLOCK;
        rc = temp_read(own, i * sizeof *block, block, k * sizeof *block, e) ||
             temp_add(s->file, block, k * sizeof *block, e);
    }
    pthread_mutex_unlock(&s->lock);
    return rc ? -1 : 0;
}

/* A text with more shingles than memory allows: sorted on disk. */
static int make_large(struct set_maker *m, uint64_t *place, struct err *e)
{
    struct sets_about a = m->sets->about;
    struct temp *own = temp_new(a.tmp, a.tmp_max, e);
    struct sorter *sorter =
        sorter_new(&(struct sorter_about){sizeof *m->v, 1, a.memory, a.tmp, a.tmp_max});
    int rc = own ? 0 : -1;
    while (!rc && m->n) {
        for (size_t i = 0; i < m->n && !rc; i++)
            rc = sorter_add(sorter, &m->v[i], e);
        m->n = shingler_next(m->shingler, m->v);
    }
    if (!rc && !sorter_sort(sorter, e))
        rc = write_unique(m->sets, sorter, own, place, e);
    else
        rc = -1;
    sorter_free(sorter);
    temp_free(own);
    return rc;
}

int set_make(struct set_maker *m, struct slice text, uint64_t *place, struct err *e)
{
    /* Two buffers, each up to twice as large as it must be. */
    size_t got, most = m->sets->about.memory / 4 / sizeof *m->v, kept = 0;
    m->n = 0;
    shingler_start(m->shingler, text);
    for (;;) {
        if (m->n + SHINGLE_ROOM > m->cap) {
            m->cap = m->cap ? m->cap * 2 : 2 * SHINGLE_ROOM;
            m->v = mem_grow_array(m->v, m->cap, sizeof *m->v);
            m->other = mem_grow_array(m->other, m->cap, sizeof *m->other);
        }
        if (!(got = shingler_next(m->shingler, m->v + m->n)))
            break;
        if ((m->n += got) > most)
            return make_large(m, place, e);
    }
    sort(m);
    for (size_t i = 0; i < m->n; i++)
        if (!i || m->v[i] != m->v[kept - 1])
            m->v[kept++] = m->v[i];
    return write_set(m->sets, m->v, kept, place, e);
}

/* ---- from one place to another --------------------------------------------------------------- */

int sets_begin(struct sets *s, uint64_t shingles, uint64_t *place, struct err *e)
{
    *place = temp_size(s->file);
    return temp_add(s->file, &shingles, sizeof shingles, e);
}

int sets_append(struct sets *s, const uint64_t *shingles, size_t n, struct err *e)
{
    return temp_add(s->file, shingles, n * sizeof *shingles, e);
}

int sets_count(const struct sets *s, uint64_t place, uint64_t *n, struct err *e)
{
    return temp_read(s->file, place, n, sizeof *n, e);
}

int sets_get(const struct sets *s, uint64_t place, uint64_t i, uint64_t *out, size_t n,
             struct err *e)
{
    return temp_read(s->file, place + (1 + i) * sizeof *out, out, n * sizeof *out, e);
}

/* ---- comparing ------------------------------------------------------------------------------ */

struct side {
    uint64_t at, left;              /* in the file, behind the block; shingles there */
    size_t n, i;                    /* the block */
    uint64_t v[BLOCK];
};

struct set_reader {
    const struct sets *sets;
    struct side a, b;
};

struct set_reader *set_reader_new(const struct sets *s)
{
    struct set_reader *r = mem_zero(sizeof *r);
    r->sets = s;
    return r;
}

void set_reader_free(struct set_reader *r) { mem_free(r); }

static int fill(const struct set_reader *r, struct side *s, struct err *e)
{
    s->n = s->left < BLOCK ? (size_t)s->left : BLOCK;
    s->i = 0;
    if (temp_read(r->sets->file, s->at, s->v, s->n * sizeof *s->v, e))
        return -1;
    s->at += s->n * sizeof *s->v;
    s->left -= s->n;
    return 0;
}

static int begin(const struct set_reader *r, struct side *s, uint64_t place, struct err *e)
{
    if (temp_read(r->sets->file, place, &s->left, sizeof s->left, e))
        return -1;
    s->at = place + sizeof s->left;
    s->n = s->i = 0;
    return 0;
}

static uint64_t common_in_blocks(struct side *a, struct side *b)
{
    uint64_t common = 0;
    while (a->i < a->n && b->i < b->n) {
        uint64_t x = a->v[a->i], y = b->v[b->i];
        common += x == y;
        a->i += x <= y;
        b->i += y <= x;
    }
    return common;
}

static double jaccard(uint64_t common, uint64_t a, uint64_t b)
{
    return (double)common / (double)(a + b - common);
}

int sets_jaccard(struct set_reader *r, uint64_t a, uint64_t b, double floor, double *j,
                 struct err *e)
{
    uint64_t common = 0;
    *j = -1;
    if (begin(r, &r->a, a, e) || begin(r, &r->b, b, e))
        return -1;
    uint64_t na = r->a.left, nb = r->b.left;
    if (!na || !nb)
        return 0;
    for (;;) {
        uint64_t left_a = r->a.left + r->a.n - r->a.i, left_b = r->b.left + r->b.n - r->b.i;
        uint64_t most = common + (left_a < left_b ? left_a : left_b);
        if (jaccard(most, na, nb) < floor)
            return 0;
        if (!left_a || !left_b)
            break;
        if ((r->a.i == r->a.n && fill(r, &r->a, e)) || (r->b.i == r->b.n && fill(r, &r->b, e)))
            return -1;
        common += common_in_blocks(&r->a, &r->b);
    }
    *j = jaccard(common, na, nb);
    return 0;
}
