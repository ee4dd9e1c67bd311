/* Sources and epochs around the blending rule. */
#include "shard/mix.h"
#include <math.h>
#include <stdlib.h>
#include "core/mem.h"
#include "shard/blend.h"

struct mix_source {
    char *name;
    double weight;
    char **files;
    size_t n_files, next;
    struct docs *in;
    uint64_t epoch;                 /* from 1 */
    uint64_t in_epoch;              /* documents of this epoch so far */
};

struct mix {
    enum mix_unit unit;
    uint64_t total, epochs_max, given;
    bool until_last, started;
    struct mix_source *v;
    size_t n;
    struct blend blend;
};

struct mix *mix_new(enum mix_unit unit, uint64_t total, uint64_t epochs_max, bool until_last)
{
    struct mix *m = mem_zero(sizeof *m);
    m->unit = unit;
    m->total = total;
    m->epochs_max = epochs_max;
    m->until_last = until_last;
    return m;
}

void mix_free(struct mix *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->n; i++) {
        struct mix_source *s = &m->v[i];
        if (s->in)
            docs_close(s->in);
        for (size_t k = 0; k < s->n_files; k++)
            mem_free(s->files[k]);
        mem_free(s->files);
        mem_free(s->name);
    }
    mem_free(m->v);
    if (m->started)
        blend_free(&m->blend);
    mem_free(m);
}

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

int mix_add(struct mix *m, const char *spec, struct err *e)
{
    struct slice all = slice_str(spec), file;
    size_t eq = slice_find_byte(all, '='), colon = slice_find_byte(all, ':');
    char *end;
    if (eq == 0 || eq >= colon || colon + 1 >= all.n)
        return err_set(e, ERR_USAGE, "'%s' is not NAME=WEIGHT:FILE[,FILE...]", spec);
    double w = strtod(spec + eq + 1, &end);
    if (end != spec + colon || !(w > 0) || !isfinite(w))
        return err_set(e, ERR_USAGE, "'%s': the weight is not a number above 0", spec);
    struct mix_source *s = find(m, slice_upto(all, eq));
    if (s->n_files && s->weight != w)
        return err_set(e, ERR_USAGE, "source %s has two weights", s->name);
    s->weight = w;
    struct slice rest = slice_from(all, colon + 1);
    while (slice_next(&rest, ',', &file)) {
        if (!file.n)
            return err_set(e, ERR_USAGE, "'%s': a file without a name", spec);
        s->files = mem_grow_array(s->files, s->n_files + 1, sizeof *s->files);
        s->files[s->n_files++] = copy(file);
    }
    return 0;
}

size_t mix_sources(const struct mix *m) { return m->n; }

/* The next document of s in its present epoch: 1, 0 at its end, -1. */
static int read_one(struct mix_source *s, struct arena *a, struct doc *d, struct err *e)
{
    for (;;) {
        if (!s->in && s->next == s->n_files)
            return 0;
        if (!s->in && !(s->in = docs_open(s->files[s->next++], &doc_fields_default, e)))
            return -1;
        int rc = docs_next(s->in, a, d, e);
        if (rc)
            return rc;
        docs_close(s->in);
        s->in = NULL;
    }
}

/* The same over epochs: 0 when all of them are used up. A source without documents ends at once. */
static int read_epochs(const struct mix *m, struct mix_source *s, struct arena *a, struct doc *d,
                       struct err *e)
{
    for (;;) {
        int rc = read_one(s, a, d, e);
        if (rc) {
            s->in_epoch++;
            return rc;
        }
        if (!s->in_epoch || s->epoch == m->epochs_max)
            return 0;
        s->epoch++;
        s->in_epoch = 0;
        s->next = 0;
    }
}

static int units_of(const struct mix *m, struct doc *d, uint64_t *units, struct err *e)
{
    if (m->unit == MIX_TOKENS && doc_ids(d))
        return err_set(e, ERR_DATA, "document %.*s has no input_ids to count",
                       (int)(d->id.n < 200 ? d->id.n : 200), d->id.p);
    *units = m->unit == MIX_DOCS ? 1 : m->unit == MIX_BYTES ? d->text.n : d->n_ids;
    return 0;
}

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

static void begin(struct mix *m)
{
    double *w = mem_array(m->n, sizeof *w);
    for (size_t i = 0; i < m->n; i++)
        w[i] = m->v[i].weight;
    blend_init(&m->blend, w, m->n);
    m->started = true;
    mem_free(w);
}

/* A source has run dry: the end, an error if more was asked for, or on with the others. */
static int dry(struct mix *m, size_t i, struct err *e)
{
    if (m->until_last) {
        blend_close(&m->blend, i);
        return 0;
    }
    if (m->total)
        return err_set(e, ERR_DATA, "source %s is used up after %llu epochs and %llu of %llu "
                       "units: raise --epochs-max or give --until last", m->v[i].name,
                       (unsigned long long)m->v[i].epoch, (unsigned long long)m->given,
                       (unsigned long long)m->total);
    return 1;
}

int mix_next(struct mix *m, struct arena *a, struct doc *d, struct slice *source,
             uint64_t *units, struct err *e)
{
    if (!m->started)
        begin(m);
    while (!m->total || m->given < m->total) {
        size_t i = blend_pick(&m->blend);
        if (i == m->n)
            break;
        int rc = read_epochs(m, &m->v[i], a, d, e);
        if (rc < 0)
            return -1;
        if (rc == 0) {
            rc = dry(m, i, e);
            if (rc)
                return rc < 0 ? -1 : 0;
            continue;
        }
        if (units_of(m, d, units, e))
            return -1;
        blend_give(&m->blend, i, *units);
        m->given += *units;
        label(&m->v[i], d);
        *source = slice_str(m->v[i].name);
        return 1;
    }
    if (m->total && m->given < m->total)
        return err_set(e, ERR_DATA, "all sources are used up after %llu of %llu units",
                       (unsigned long long)m->given, (unsigned long long)m->total);
    return 0;
}
