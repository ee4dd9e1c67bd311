/* filter - drop documents by rules over signals: published rule sets by name, or one's own.
 * Signals are in filter/signals.c, sets in filter/rules_*.c; this file names options and wires. */
#include <pthread.h>
#include "core/json.h"
#include "core/mem.h"
#include "core/stage.h"
#include "filter/expr.h"
#include "filter/rules.h"

struct conf {
    struct opt_list rules, where, set;
    const char *show;
    bool list_rules, list_signals, explain;
    struct spacy *spacy;
    pthread_mutex_t *large;         /* held while a document with much scratch is at work */
    struct rules **sets;
    struct expr **exprs;
};

static const struct opt OPTS[] = {
    OPT_LIST(0, "rules", "NAME|FILE", struct conf, rules,
             "a rule set: a name of --list-rules, or a file as --show prints it"),
    OPT_LIST(0, "where", "EXPR", struct conf, where,
             "keep only documents for which this holds, such as 'dt_words >= 100'"),
    OPT_LIST(0, "set", "REASON=X", struct conf, set,
             "another threshold for the rule of that reason; none switches it off"),
    OPT_BOOL(0, "explain", struct conf, explain,
             "with --annotate: write each rule with value and threshold as well"),
    OPT_STR(0, "show", "NAME|FILE", NULL, struct conf, show, "print a rule set and end"),
    OPT_BOOL(0, "list-rules", struct conf, list_rules, "print the rule sets and end"),
    OPT_BOOL(0, "list-signals", struct conf, list_signals, "print the signals and end"),
    OPT_END,
};

/* ---- listings ----------------------------------------------------------------------------- */

static int override_all(const struct conf *c, struct rules *const *sets, size_t n, struct err *e)
{
    for (size_t i = 0; i < c->set.n; i++) {
        int found = 0;
        for (size_t k = 0; k < n; k++) {
            int rows = rules_override(sets[k], c->set.v[i], e);
            if (rows < 0)
                return -1;
            found += rows;
        }
        if (!found)
            return err_set(e, ERR_USAGE, "--set %s: no rule has this reason", c->set.v[i]);
    }
    return 0;
}

static int tell(const void *conf, struct buf *out, struct err *e)
{
    const struct conf *c = conf;
    if (c->show) {
        struct rules *r = rules_load(c->show, e);
        if (!r || override_all(c, &r, 1, e))
            return rules_free(r), -1;
        rules_show(r, out);
        rules_free(r);
        return 1;
    }
    for (size_t i = 0; c->list_rules && rule_sets[i]; i++)
        buf_add_fmt(out, "%-20s %-18s %s\n", rule_sets[i]->name, rule_sets[i]->version,
                    rule_sets[i]->about);
    for (size_t i = 0; c->list_signals && i < signal_count(); i++) {
        const struct signal *s = signal_at(i);
        buf_add_fmt(out, "%-26s %-10s %-5s %-15s %s\n", s->name, s->unit, s->range, s->source,
                    s->meaning);
    }
    return c->list_rules || c->list_signals;
}

/* ---- making ready ------------------------------------------------------------------------- */

static int load_where(struct conf *c, struct err *e)
{
    for (size_t i = 0; i < c->where.n; i++) {
        if (!(c->exprs[i] = expr_parse(c->where.v[i], e)))
            return -1;
        for (size_t k = 0; k < expr_names(c->exprs[i]); k++) {
            struct slice name = expr_name(c->exprs[i], k);
            if (signal_find(name) == SIGNAL_NONE)
                return err_set(e, ERR_USAGE, "--where: there is no signal '%.*s' "
                               "(--list-signals shows all)", (int)name.n, name.p);
        }
    }
    return 0;
}

static int open_filter(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    (void)s;
    if (!c->rules.n && !c->where.n)
        return err_set(e, ERR_USAGE, "filter needs --rules NAME or --where EXPR");
    c->sets = mem_array(c->rules.n + 1, sizeof *c->sets);
    c->exprs = mem_array(c->where.n + 1, sizeof *c->exprs);
    for (size_t i = 0; i < c->rules.n; i++)
        if (!(c->sets[i] = rules_load(c->rules.v[i], e)))
            return -1;
    if (override_all(c, c->sets, c->rules.n, e) || load_where(c, e))
        return -1;
    c->spacy = spacy_new();
    c->large = mem_alloc(sizeof *c->large);
    pthread_mutex_init(c->large, NULL);
    return 0;
}

static void close_filter(void *conf)
{
    struct conf *c = conf;
    for (size_t i = 0; c->sets && i < c->rules.n; i++)
        rules_free(c->sets[i]);
    for (size_t i = 0; c->exprs && i < c->where.n; i++)
        expr_free(c->exprs[i]);
    mem_free(c->sets);
    mem_free(c->exprs);
    spacy_free(c->spacy);
    if (c->large)
        pthread_mutex_destroy(c->large);
    mem_free(c->large);
}

struct scratch {
    struct measure *measure;
    bool thresholds_told;           /* to the statistics, once a worker */
    uint8_t *noted;                 /* by signal: its value is in the document's notes */
};

static void *scratch_new(const void *conf)
{
    struct scratch *s = mem_zero(sizeof *s);
    s->measure = measure_new(((const struct conf *)conf)->spacy);
    s->noted = mem_zero(signal_count());
    return s;
}

static void scratch_free(void *scratch)
{
    struct scratch *s = scratch;
    measure_free(s->measure);
    mem_free(s->noted);
    mem_free(s);
}

/* ---- rules over one document --------------------------------------------------------------- */

static void tell_thresholds(const struct conf *c, struct job *j)
{
    for (size_t i = 0; i < c->rules.n; i++)
        for (size_t k = 0; k < c->sets[i]->n; k++)
            if (!c->sets[i]->v[k].off && !c->sets[i]->v[k].edit)
                job_hist_threshold(j, c->sets[i]->v[k].signal->name, c->sets[i]->v[k].threshold);
}

/* A signal's first value: an edit may change it for later sets. */
static void note(struct job *j, size_t signal, double value)
{
    struct scratch *scratch = j->scratch;
    if (j->annotate && !scratch->noted[signal]) {
        scratch->noted[signal] = 1;
        job_note_f64(j, signal_at(signal)->name, value);
    }
}

/* [{"rule":...,"signal":...,"value":...,"op":...,"threshold":...,"fails":...}, ...] */
static void explain(struct buf *out, const struct check *k, double value)
{
    buf_add_str(out, out->n ? ",{" : "{");
    json_put_str(out, "rule", slice_str(k->reason));
    json_put_str(out, "signal", slice_str(k->signal->name));
    json_put_f64(out, "value", value);
    json_put_str(out, "op", slice_str(rule_op_name(k->op)));
    json_put_f64(out, "threshold", k->threshold);
    json_put_bool(out, "fails", check_fails(k, value));
    buf_add_byte(out, '}');
}

struct fall {                       /* the step that drops the document */
    const struct check *check;      /* or NULL */
    double value;
};

/* The text of the rest of the run is another. False: nothing is left, and that drops. */
static bool edit_text(const struct check *k, struct measure *m, struct doc *d)
{
    struct buf out;
    buf_init(&out, BUF_NO_LIMIT);
    bool changed = k->edit->run(k->edit, m, k->threshold, &out), left = true;
    if (changed && !measure_full(m)) {
        doc_set_text(d, arena_copy(d->arena, slice_of(out.n ? out.p : "", out.n)));
        measure_start(m, d, m->budget);
    }
    left = d->text.n || !k->edit->emptied;
    buf_free(&out);
    return left;
}

/* Takes the steps of a set until one drops; with --annotate all of them. */
static void run_set(const struct rules *r, struct job *j, struct measure *m, struct doc *d,
                    struct buf *why, struct fall *fall)
{
    measure_rules(m, r->c4);
    for (size_t i = 0; i < r->n && (!fall->check || j->annotate) && !measure_full(m); i++) {
        const struct check *k = &r->v[i];
        if (k->off)
            continue;
        if (k->edit) {
            if (!edit_text(k, m, d) && !fall->check)
                *fall = (struct fall){k, 0};
            continue;
        }
        double value = k->signal->compute(m);
        if (k->first) {
            job_hist(j, k->signal->name, value);
            note(j, k->number, value);
        }
        if (why)
            explain(why, k, value);
        if (!fall->check && check_fails(k, value))
            *fall = (struct fall){k, value};
    }
}

static enum verdict run_sets(const struct conf *c, struct job *j, struct measure *m,
                             struct doc *d, struct buf *why)
{
    struct fall fall = {NULL, 0};
    struct doc before = *d;
    for (size_t i = 0; i < c->rules.n && (!fall.check || j->annotate); i++) {
        struct doc unedited = *d;
        struct fall here = {NULL, 0};
        run_set(c->sets[i], j, m, d, why, &here);
        if (!here.check)
            continue;
        *d = unedited;              /* --annotate: sets behind see what they would without this */
        measure_start(m, d, m->budget);
        fall = fall.check ? fall : here;
    }
    if (!fall.check)
        return DOC_KEEP;
    *d = before;                    /* what is dropped is not edited */
    measure_start(m, d, m->budget);
    return fall.check->edit ? job_drop(j, fall.check->reason)
                            : job_drop_value(j, fall.check->reason, fall.value,
                                             fall.check->threshold);
}

struct names {
    const struct expr *x;
    struct measure *m;
};

static struct expr_value get_signal(void *ctx, size_t i)
{
    const struct names *n = ctx;
    double value = signal_at(signal_find(expr_name(n->x, i)))->compute(n->m);
    return (struct expr_value){EXPR_NUMBER, value, {NULL, 0}};
}

static enum verdict run_where(const struct conf *c, struct job *j, struct measure *m)
{
    enum verdict v = DOC_KEEP;
    measure_rules(m, NULL);
    for (size_t i = 0; i < c->where.n; i++) {
        struct names n = {c->exprs[i], m};
        for (size_t k = 0; j->annotate && k < expr_names(n.x); k++)
            note(j, signal_find(expr_name(n.x, k)), get_signal(&n, k).number);
        if (v == DOC_KEEP && !expr_holds(n.x, get_signal, &n))
            v = job_drop(j, "where");
    }
    return v;
}

/* ---- memory -------------------------------------------------------------------------------- */

/* Scratch is at most about this many bytes a byte of text: a text of marks has as many words. */
enum { SCRATCH_A_BYTE = 48 };

/* Of --memory, what the record and its text leave, and an eighth for other workers' scratch. */
static size_t budget_of(const struct job *j, const struct doc *d)
{
    uint64_t memory = 2 * j->setup->memory, least = 16 << 20;
    bool apart = d->text.p < d->text_json.p || d->text.p > d->text_json.p + d->text_json.n;
    uint64_t held = d->text_json.n + d->shell.n + (apart ? d->text.n : 0) + memory / 16;
    return held + least < memory ? memory - held : least;
}

static bool is_large(const struct job *j, const struct doc *d)
{
    return d->text.n > 2 * j->setup->memory / 16 / SCRATCH_A_BYTE / (uint64_t)j->setup->threads;
}

/* ---- one document -------------------------------------------------------------------------- */

static enum verdict judge(const struct conf *c, struct job *j, struct measure *m, struct doc *d,
                          struct buf *why)
{
    measure_start(m, d, budget_of(j, d));
    enum verdict v = run_sets(c, j, m, d, why);
    if (v == DOC_KEEP || j->annotate) {
        enum verdict where = run_where(c, j, m);
        v = v == DOC_KEEP ? where : v;
    }
    measure_end(m);
    if (measure_full(m))
        return job_bad(j, "oversize", "%llu bytes of text need more memory for their words than "
                       "--memory leaves", (unsigned long long)d->text.n);
    return v;
}

static void note_rules(struct job *j, struct buf *why)
{
    buf_add_byte(why, ']');
    json_key(&j->notes, "rules");
    buf_add_byte(&j->notes, '[');
    buf_add_slice(&j->notes, buf_slice(why));
}

static enum verdict filter(const void *conf, struct job *j, struct doc *d)
{
    const struct conf *c = conf;
    struct scratch *s = j->scratch;
    struct buf why;
    if (!d->has_text)
        return job_bad(j, "no-text", "a document without text");
    if (d->text.n >= UINT32_MAX)
        return job_bad(j, "oversize", "a text of 4 GiB or more");
    if (!s->thresholds_told)
        tell_thresholds(c, j);
    s->thresholds_told = true;
    if (j->annotate)
        memset(s->noted, 0, signal_count());
    buf_init(&why, BUF_NO_LIMIT);
    bool large = is_large(j, d);
    if (large)
        pthread_mutex_lock(c->large);
    enum verdict v = judge(c, j, s->measure, d, c->explain && j->annotate ? &why : NULL);
    if (large)
        pthread_mutex_unlock(c->large);
    if (why.n)
        note_rules(j, &why);
    buf_free(&why);
    return v;
}

const struct stage stage_filter = {
    .name = "filter",
    .summary = "drop documents by rule sets or expressions over signals",
    .operands = "[FILE...]",
    .example = "tokmill filter --rules gopher-quality --rules c4 docs.jsonl.zst -o good.jsonl.zst",
    .form = FORM_MAP,
    .opts = OPTS,
    .conf_size = sizeof(struct conf),
    .tell = tell,
    .open = open_filter,
    .close = close_filter,
    .scratch_new = scratch_new,
    .scratch_free = scratch_free,
    .map = filter,
};
