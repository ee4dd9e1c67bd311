/* top - keep the best part of a corpus by a number that the documents carry. */
#include <math.h>
#include <stdlib.h>
#include "core/hash.h"
#include "core/json.h"
#include "core/mem.h"
#include "core/stage.h"

struct entry {
    double value;                   /* NaN: has none */
    uint64_t id, index;             /* hash of its id */
};

struct conf {
    const char *by, *share, *count;
    bool lowest;
    double part;                    /* of the documents that have a value; < 0: not given */
    uint64_t most;
    struct entry *v;
    uint64_t n, cap, kept;
    double least;                   /* value of the last one kept */
    bool *keep;                     /* by index */
};

static const struct opt OPTS[] = {
    OPT_STR(0, "by", "FIELD", NULL, struct conf, by,
            "the number: a dotted name, such as class_score"),
    OPT_STR(0, "share", "P%", NULL, struct conf, share, "keep this part of the documents"),
    OPT_STR(0, "count", "N", NULL, struct conf, count, "keep so many"),
    OPT_BOOL(0, "lowest", struct conf, lowest, "keep the lowest, as for perplexities"),
    OPT_END,
};

static int open_top(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    char *end = NULL;
    (void)s;
    c->part = -1;
    if (!c->by || !*c->by)
        return err_set(e, ERR_USAGE, "top needs --by FIELD");
    if (!c->share == !c->count)
        return err_set(e, ERR_USAGE, "top needs --share P%% or --count N");
    if (c->count && !json_u64(slice_str(c->count), &c->most))
        return err_set(e, ERR_USAGE, "--count: '%.40s' is no number", c->count);
    if (!c->share)
        return 0;
    c->part = strtod(c->share, &end) / 100;
    if (end == c->share || strcmp(end, "%") || !(c->part >= 0 && c->part <= 1))
        return err_set(e, ERR_USAGE, "--share: '%.40s' is not a share such as 10%%", c->share);
    return 0;
}

static void close_top(void *conf)
{
    struct conf *c = conf;
    mem_free(c->v);
    mem_free(c->keep);
}

/* The number as it stands, or under metadata, as select looks for names. */
static double value_of(const struct conf *c, const struct doc *d, struct arena *a)
{
    double v;
    struct slice json = doc_get(d, c->by);
    if (!json.p)
        json = doc_get(d, arena_str(a, arena_fmt(a, "metadata.%s", c->by)));
    return json.p && json_f64(json, &v) ? v : (double)NAN;
}

static enum verdict prepare(const void *conf, struct job *j, struct doc *d)
{
    struct entry *e = arena_alloc(j->arena, sizeof *e);
    *e = (struct entry){value_of(conf, d, j->arena), hash64(d->id), 0};
    d->slot = e;
    return DOC_KEEP;
}

static enum verdict commit(void *conf, struct job *j, struct doc *d)
{
    struct conf *c = conf;
    if (c->n == c->cap) {
        c->cap = c->cap ? 2 * c->cap : 4096;
        if (c->cap * (sizeof *c->v + 1) > j->setup->memory) {
            err_set(j->err, ERR_NOMEM, "more than %llu documents do not fit into --memory, %zu "
                    "bytes each", (unsigned long long)c->n, sizeof *c->v + 1);
            return DOC_FAIL;
        }
        c->v = mem_grow_array(c->v, c->cap, sizeof *c->v);
    }
    c->v[c->n] = *(const struct entry *)d->slot;
    c->v[c->n].index = c->n;
    c->n++;
    return DOC_KEEP;
}

/* Highest first; equal values by the hash of the id, then by place; what has no value last. */
static int by_value(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    bool has_x = !isnan(x->value), has_y = !isnan(y->value);
    if (has_x != has_y)
        return has_x ? -1 : 1;
    if (has_x && x->value != y->value)
        return x->value > y->value ? -1 : 1;
    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static int decide(void *conf, const struct setup *s, struct spool *docs, struct err *e)
{
    struct conf *c = conf;
    uint64_t valued = 0, most = c->most;
    (void)s, (void)docs, (void)e;
    for (uint64_t i = 0; i < c->n; i++) {
        valued += !isnan(c->v[i].value);
        if (c->lowest)
            c->v[i].value = -c->v[i].value;
    }
    if (c->n)
        qsort(c->v, c->n, sizeof *c->v, by_value);
    if (c->part >= 0)
        most = (uint64_t)llround(c->part * (double)valued);
    c->keep = mem_array(c->n + 1, sizeof *c->keep);
    for (uint64_t i = 0; i < valued && i < most; i++) {
        c->keep[c->v[i].index] = true;
        c->least = c->lowest ? -c->v[i].value : c->v[i].value;
    }
    mem_free(c->v);
    c->v = NULL;
    return 0;
}

static enum verdict give(const void *conf, struct job *j, struct doc *d)
{
    const struct conf *c = conf;
    double v = value_of(c, d, j->arena);
    if (isnan(v))
        return job_drop(j, "no-value");
    job_note_f64(j, "value", v);
    job_hist(j, "value", v);
    job_hist_threshold(j, "value", c->least);
    return c->keep[d->index] ? DOC_KEEP : job_drop_value(j, "top", v, c->least);
}

const struct stage stage_top = {
    .name = "top",
    .summary = "keep the best part of a corpus by a score",
    .operands = "[FILE...]",
    .example = "tokmill top --by class_score --share 10% scored.jsonl.zst -o best.jsonl.zst",
    .form = FORM_BARRIER,
    .opts = OPTS,
    .conf_size = sizeof(struct conf),
    .open = open_top,
    .close = close_top,
    .prepare = prepare,
    .commit = commit,
    .decide = decide,
    .give = give,
};
