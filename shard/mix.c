/* Weights, the blending rule, epochs, and the end. */
#include "shard/mix.h"
#include <math.h>
#include <stdlib.h>
#include "core/mem.h"
#include "shard/blend.h"

struct mix {
    struct mix_plan plan;
    uint64_t given;
    struct mix_source *v;
    size_t n;
    bool begun;
    double *share;
    struct blend blend;
    struct arena skipped;           /* of a document that another slice gives */
};

struct mix *mix_new(const struct mix_plan *p)
{
    struct mix *m = mem_zero(sizeof *m);
    m->plan = *p;
    arena_init(&m->skipped);
    return m;
}

void mix_free(struct mix *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->n; i++)
        mix_source_free(&m->v[i]);
    mem_free(m->v);
    mem_free(m->share);
    if (m->begun)
        blend_free(&m->blend);
    arena_free(&m->skipped);
    mem_free(m);
}

size_t mix_sources(const struct mix *m) { return m->n; }
const struct mix_source *mix_source(const struct mix *m, size_t i) { return &m->v[i]; }
double mix_share(const struct mix *m, size_t i) { return m->share[i]; }

/* ---- sources ------------------------------------------------------------------------------ */

static char *copy(struct slice s)
{
    char *p = mem_alloc(s.n + 1);
    memcpy(p, s.p, s.n);
    p[s.n] = '\0';
    return p;
}

static struct mix_source *find(struct mix *m, struct slice name)
{
    for (size_t i = 0; i < m->n; i++)
        if (slice_is(name, m->v[i].name))
            return &m->v[i];
    m->v = mem_grow_array(m->v, m->n + 1, sizeof *m->v);
    struct mix_source *s = &m->v[m->n++];
    *s = (struct mix_source){.name = copy(name), .epoch = 1};
    return s;
}

/* The weight between '=' and ':'; a budget may end with K, M or G. */
static int parse_weight(const struct mix *m, struct slice text, double *w)
{
    char number[64], *end;
    uint64_t v;
    if (!text.n || text.n >= sizeof number)
        return -1;
    memcpy(number, text.p, text.n);
    number[text.n] = '\0';
    if (m->plan.shares == SHARES_BUDGETS) {
        *w = 0;
        if (shard_parse_count(number, &v))
            return -1;
        *w = (double)v;
        return v ? 0 : -1;
    }
    *w = strtod(number, &end);
    return *end || !(*w > 0) || !isfinite(*w) ? -1 : 0;
}

int mix_add(struct mix *m, const char *spec, struct err *e)
{
    struct slice all = slice_str(spec), file;
    size_t colon = slice_find_byte(all, ':');
    size_t eq = slice_find_byte(slice_upto(all, colon), '=');
    const bool made = m->plan.shares == SHARES_TEMPERATURE || m->plan.shares == SHARES_UNIMAX;
    double w = 0;
    if (eq == 0 || colon + 1 >= all.n || (!made && eq == colon))
        return err_set(e, ERR_USAGE, "'%s' is not NAME=WEIGHT:FILE[,FILE...]", spec);
    if (made && eq < colon)
        return err_set(e, ERR_USAGE, "'%s': weights are made from sizes: NAME:FILE[,FILE...]",
                       spec);
    if (!made && parse_weight(m, slice_from(slice_upto(all, colon), eq + 1), &w))
        return err_set(e, ERR_USAGE, "'%s': the weight is not a number above 0", spec);
    struct mix_source *s = find(m, slice_upto(all, eq));
    if (s->files.n && s->weight != w)
        return err_set(e, ERR_USAGE, "source %s has two weights", s->name);
    s->weight = w;
    struct slice rest = slice_from(all, colon + 1);
    while (slice_next(&rest, ',', &file)) {
        if (!file.n)
            return err_set(e, ERR_USAGE, "'%s': a file without a name", spec);
        s->files.v = mem_grow_array(s->files.v, s->files.n + 1, sizeof *s->files.v);
        s->files.v[s->files.n++] = copy(file);
    }
    return 0;
}

/* ---- weights ------------------------------------------------------------------------------ */

static int make_weights(struct mix *m, double *w, struct err *e)
{
    const struct mix_plan *p = &m->plan;
    uint64_t *size = mem_array(m->n, sizeof *size);
    int rc = 0;
    for (size_t i = 0; !rc && i < m->n; i++) {
        rc = mix_source_size(&m->v[i], p->unit, &size[i], e);
        if (!rc && !size[i])
            rc = err_set(e, ERR_DATA, "source %s is empty", m->v[i].name);
    }
    if (!rc && p->shares == SHARES_TEMPERATURE)
        shares_temperature(size, m->n, p->temperature, w);
    else if (!rc)
        shares_unimax(size, m->n, p->total, p->epochs_max, w);
    mem_free(size);
    return rc;
}

int mix_begin(struct mix *m, struct err *e)
{
    double *w = mem_array(m->n, sizeof *w), sum = 0;
    int rc = 0;
    for (size_t i = 0; !rc && i < m->n; i++) {
        rc = mix_source_open(&m->v[i], &m->plan.order, &m->plan.wish, e);
        w[i] = m->v[i].weight;
    }
    if (!rc && (m->plan.shares == SHARES_TEMPERATURE || m->plan.shares == SHARES_UNIMAX))
        rc = make_weights(m, w, e);
    if (!rc) {
        m->share = mem_array(m->n, sizeof *m->share);
        for (size_t i = 0; i < m->n; i++)
            sum += w[i];
        for (size_t i = 0; i < m->n; i++)
            m->share[i] = w[i] / sum;
        if (m->plan.shares == SHARES_BUDGETS)
            m->plan.total = (uint64_t)sum;
        blend_init(&m->blend, w, m->n);
        m->begun = true;
    }
    mem_free(w);
    return rc;
}

/* ---- documents ---------------------------------------------------------------------------- */

static void label(const struct mix_source *s, struct doc *d)
{
    struct arena *a = d->arena;
    if (s->epoch > 1) {
        struct slice id = arena_fmt(a, "%.*s#%llu", (int)d->id.n, d->id.p,
                                    (unsigned long long)s->epoch);
        doc_set_str(d, "id", id);
        d->id = id;
    }
    doc_set_str(d, "metadata.mix.source", slice_str(s->name));
    doc_set_u64(d, "metadata.mix.epoch", s->epoch);
}

/* A source has run dry: the end, an error if more was asked for, or on with the others. */
static int dry(struct mix *m, size_t i, struct err *e)
{
    const struct mix_plan *p = &m->plan;
    if (p->until_last) {
        blend_close(&m->blend, i);
        return 0;
    }
    if (p->total)
        return err_set(e, ERR_DATA, "source %s is used up after %llu epochs and %llu of %llu "
                       "units: raise --epochs-max or give --until last", m->v[i].name,
                       (unsigned long long)m->v[i].epoch, (unsigned long long)m->given,
                       (unsigned long long)p->total);
    return 1;
}

/* Whether the document that begins at unit `at` belongs to this slice: that of its first unit. */
static bool ours(const struct mix_plan *p, uint64_t at)
{
    if (p->slices == 1)
        return true;
    const double part = (double)p->total / (double)p->slices;
    return at >= (uint64_t)(part * (double)p->slice) &&
           (p->slice + 1 == p->slices || at < (uint64_t)(part * (double)(p->slice + 1)));
}

/* The next document of source i into d, or past it when it is another slice's: 2. */
static int take(struct mix *m, size_t i, struct arena *a, struct doc *d, uint64_t *units,
                struct err *e)
{
    const struct mix_plan *p = &m->plan;
    const bool mine = ours(p, m->given);
    struct doc other = {0};
    if (!mine)
        arena_reset(&m->skipped);
    int rc = mix_source_next(&m->v[i], &p->order, p->unit, p->epochs_max,
                             mine ? a : &m->skipped, mine ? d : &other, units, e);
    if (rc <= 0)
        return rc;
    blend_give(&m->blend, i, *units);
    m->given += *units;
    return mine ? 1 : 2;
}

int mix_next(struct mix *m, struct arena *a, struct doc *d, struct slice *source,
             uint64_t *units, struct err *e)
{
    const struct mix_plan *p = &m->plan;
    while (!p->total || m->given < p->total) {
        size_t i = blend_pick(&m->blend);
        if (i == m->n)
            break;
        int rc = take(m, i, a, d, units, e);
        if (rc < 0)
            return -1;
        if (rc == 0) {
            rc = dry(m, i, e);
            if (rc)
                return rc < 0 ? -1 : 0;
        } else if (rc == 1) {
            label(&m->v[i], d);
            *source = slice_str(m->v[i].name);
            return 1;
        }
    }
    if (p->total && m->given < p->total)
        return err_set(e, ERR_DATA, "all sources are used up after %llu of %llu units",
                       (unsigned long long)m->given, (unsigned long long)p->total);
    return 0;
}

int mix_check(const struct mix *m, double tolerance, struct err *e)
{
    for (size_t i = 0; i < m->n; i++) {
        double share = m->given ? (double)m->v[i].units / (double)m->given : 0;
        if (fabs(share - m->share[i]) > tolerance)
            return err_set(e, ERR_VERIFY, "source %s has a share of %.4f, %.4f was wanted; "
                           "--tolerance is %g", m->v[i].name, share, m->share[i], tolerance);
    }
    return 0;
}
