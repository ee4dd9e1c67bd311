/* run - see run.h. One function a worker runs; ordered sections are gates entered by serial. */
#include "core/run.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include "core/batch_internal.h"
#include "core/feed.h"
#include "core/json.h"
#include "core/lines.h"
#include "core/mem.h"
#include "core/output.h"
#include "core/writer.h"

static const struct slice none = {"", 0};

struct gate {
    uint64_t next;                  /* serial of the batch that may enter */
};

/* A run of steps between two barriers (or the ends of the chain). */
struct segment {
    struct chain *chain;
    const struct stage *source;     /* what parses pieces; NULL for a pull stage */
    const void *source_conf;
    size_t source_step;             /* statistics of reading go here */
    bool source_counts;             /* the source is a stage of the chain: documents are made */
    size_t first, last;             /* steps [first, last) that see each document */
    struct step *end;               /* sink or barrier, or NULL: documents are written */
    size_t end_step;
    struct spool *from, *to;        /* of the barrier before, of the one at the end */
    struct writer *out;
    struct feed *feed;
    uint64_t serial, docs_in, docs_out;
    pthread_mutex_t feed_lock, lock;
    pthread_cond_t moved;
    struct gate *gates;             /* one a step, then limit, then commit */
    size_t n_steps;                 /* of the chain */
    atomic_bool stop;
    struct err *err;                /* the first, by serial */
};

struct worker {
    struct segment *seg;
    struct job *jobs;               /* one a step of the chain */
    pthread_t thread;
};

/* ---- gates ---------------------------------------------------------------------------------- */

static void enter(struct segment *g, size_t gate, uint64_t serial)
{
    pthread_mutex_lock(&g->lock);
    while (g->gates[gate].next != serial)
        pthread_cond_wait(&g->moved, &g->lock);
    pthread_mutex_unlock(&g->lock);
}

static void leave(struct segment *g, size_t gate)
{
    pthread_mutex_lock(&g->lock);
    g->gates[gate].next++;
    pthread_cond_broadcast(&g->moved);
    pthread_mutex_unlock(&g->lock);
}

static size_t limit_gate(const struct segment *g) { return g->n_steps; }
static size_t commit_gate(const struct segment *g) { return g->n_steps + 1; }

/* ---- one document through one step ---------------------------------------------------------- */

static struct step *step_at(const struct segment *g, size_t i) { return &g->chain->steps[i]; }

static void drop_json(const struct step *s, const struct job *j, struct buf *out)
{
    buf_add_byte(out, '{');
    json_put_str(out, "stage", slice_str(s->stage->name));
    json_put_str(out, "rule", j->rule);
    if (j->has_value)
        json_put_f64(out, "value", j->value);
    if (j->has_threshold)
        json_put_f64(out, "threshold", j->threshold);
    buf_add_byte(out, '}');
}

/* --rejects-text: all, none, or sample:N (one in N, by hash of the id). */
static bool wants_text(const struct step *s, const struct doc *d, uint64_t seed)
{
    const char *how = s->o.rejects_text;
    if (!strcmp(how, "none"))
        return false;
    if (strncmp(how, "sample:", 7))
        return true;
    uint64_t n = 0;
    return json_u64(slice_str(how + 7), &n) && n && hash64_seed(d->id, seed) % n == 0;
}

static void reject(struct segment *g, struct batch *b, size_t i, struct job *j,
                   const struct doc *d)
{
    struct step *s = step_at(g, i);
    if (!s->o.rejects)
        return;
    struct doc copy = *d;
    struct buf why;
    buf_init(&why, 1 << 20);
    drop_json(s, j, &why);
    if (copy.has_text && !wants_text(s, d, g->chain->o.seed))
        doc_set_text(&copy, none);
    doc_format_with(&copy, &b->rejects[i], "_drop", buf_slice(&why));
    b->n_rejects[i]++;
    buf_free(&why);
}

static void annotate(const struct step *s, struct job *j, struct doc *d, bool dropped)
{
    char path[96];
    struct buf all;
    buf_init(&all, 1 << 20);
    buf_add_byte(&all, '{');
    buf_add_slice(&all, buf_slice(&j->notes));
    if (dropped) {
        json_key(&all, "drop");
        drop_json(s, j, &all);
    }
    buf_add_byte(&all, '}');
    snprintf(path, sizeof path, "metadata.tokmill.%s", s->stage->name);
    doc_set(d, path, buf_slice(&all));
    buf_free(&all);
}

static void count_edit(struct tally *t, struct slice before, const struct doc *d)
{
    if (d->text.p == before.p && d->text.n == before.n)
        return;
    tally_add(t, TALLY_ADDED, none, none, 1, d->text.n > before.n ? d->text.n - before.n : 0);
    tally_add(t, TALLY_REMOVED, none, none, 1, d->text.n < before.n ? before.n - d->text.n : 0);
}

/* Applies a callback's verdict: true if the document goes on. */
static bool settle(struct segment *g, struct batch *b, size_t i, struct job *j, struct doc *d,
                   enum verdict v)
{
    struct step *s = step_at(g, i);
    if (v == DOC_FAIL) {
        if (b->err.kind == ERR_NONE)
            err_set(&b->err, ERR_BUG, "%s failed without a reason", s->stage->name);
        return false;
    }
    if (v == DOC_BAD) {
        struct buf raw;
        buf_init(&raw, BUF_NO_LIMIT);
        doc_format(d, &raw);
        char kind[64];
        snprintf(kind, sizeof kind, "%.*s", (int)j->rule.n, j->rule.p);
        b->step = i;
        b->file = d->id;
        batch_notice(b, arena_str(&b->arena, slice_str(kind)), ERR_NO_POS, ERR_NO_POS,
                     slice_upto(buf_slice(&raw), raw.n - 1), j->bad_text, false);
        buf_free(&raw);
        return false;
    }
    if (j->annotate) {
        annotate(s, j, d, v == DOC_DROP);
        v = DOC_KEEP;
    }
    if (v == DOC_KEEP) {
        tally_add(&b->tally[i], TALLY_OUT, none, none, 1, d->text.n);
        return true;
    }
    tally_add(&b->tally[i], TALLY_DROPPED, j->rule, none, 1, d->text.n);
    reject(g, b, i, j, d);
    return false;
}

static void ready(struct batch *b, struct job *j, size_t i)
{
    j->arena = &b->arena;
    j->tally = &b->tally[i];
    j->err = &b->err;
    buf_clear(&j->notes);
}

typedef enum verdict call(struct step *s, struct job *j, struct doc *d);

static enum verdict call_map(struct step *s, struct job *j, struct doc *d)
{
    return s->stage->map(s->conf, j, d);
}
static enum verdict call_give(struct step *s, struct job *j, struct doc *d)
{
    return s->stage->give(s->conf, j, d);
}
static enum verdict call_prepare(struct step *s, struct job *j, struct doc *d)
{
    return s->stage->prepare(s->conf, j, d);
}
static enum verdict call_fold(struct step *s, struct job *j, struct doc *d)
{
    return s->stage->fold(s->conf, j, d);
}

/* Runs `fn` over the batch's documents and closes the gaps that drops leave. */
static void each(struct segment *g, struct batch *b, struct job *jobs, size_t i, call *fn,
                 bool final)
{
    size_t kept = 0;
    for (size_t k = 0; k < b->n && b->err.kind == ERR_NONE; k++) {
        struct doc *d = &b->docs[k];
        struct slice before = d->text;
        ready(b, &jobs[i], i);
        enum verdict v = fn(step_at(g, i), &jobs[i], d);
        if (final) {
            count_edit(&b->tally[i], before, d);
            if (!settle(g, b, i, &jobs[i], d, v))
                continue;
        } else if (v == DOC_BAD || v == DOC_FAIL) {
            settle(g, b, i, &jobs[i], d, v);
            continue;
        }
        b->docs[kept++] = *d;
    }
    b->n = kept;
}

static void count_in(struct batch *b, size_t i, enum tally_kind kind)
{
    uint64_t bytes = 0;
    for (size_t k = 0; k < b->n; k++)
        bytes += b->docs[k].text.n;
    if (b->n)
        tally_add(&b->tally[i], kind, none, none, b->n, bytes);
}

static void fold_step(struct segment *g, struct batch *b, struct job *jobs, size_t i)
{
    if (step_at(g, i)->stage->prepare)
        each(g, b, jobs, i, call_prepare, false);
    enter(g, i, b->serial);
    if (!g->stop)
        each(g, b, jobs, i, call_fold, true);
    leave(g, i);
}

/* ---- a batch through the segment ------------------------------------------------------------ */

/* metadata.origin of a document just read; one that a reader before us wrote stands. */
static void set_origin(const struct segment *g, const struct piece *p, struct doc *d)
{
    uint64_t record = d->record ? d->record : g->source->source.entries ? 1 : 0;
    if (doc_get(d, "metadata.origin").p)
        return;
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_add_byte(&b, '{');
    json_put_str(&b, "name", p->name);
    if (record)
        json_put_u64(&b, "record", record);
    buf_add_byte(&b, '}');
    doc_set(d, "metadata.origin", buf_slice(&b));
    buf_free(&b);
}

static void parse_pieces(struct segment *g, struct batch *b, struct job *jobs)
{
    struct job *j = &jobs[g->source_step];
    b->step = g->source_step;
    b->fields = &g->chain->fields;
    for (size_t i = 0; i < b->n_pieces && b->err.kind == ERR_NONE; i++) {
        const struct piece *p = &b->pieces[i];
        size_t before = b->n;
        b->file = p->name;
        ready(b, j, g->source_step);
        if (g->source->source.parse(g->source_conf, j, p, b)) {
            if (b->err.kind == ERR_NONE)
                err_set(&b->err, ERR_BUG, "%s failed without a reason", g->source->name);
            err_at(&b->err, p->name, p->record, p->offset);
        }
        if (!g->source_counts)
            continue;
        tally_add(j->tally, TALLY_YIELDING, none, none, b->n - before, 0);
        for (size_t k = before; k < b->n; k++)
            set_origin(g, p, &b->docs[k]);
    }
    for (size_t k = 0; k < b->n; k++)
        b->docs[k].index = b->first_index + k;
}

static void made(struct segment *g, struct batch *b)
{
    if (!g->source_counts)
        return;
    count_in(b, g->source_step, TALLY_MADE);
    count_in(b, g->source_step, TALLY_OUT);
}

static void limit(struct segment *g, struct batch *b)
{
    uint64_t most = g->chain->o.limit;
    if (!most || g->from)
        return;
    enter(g, limit_gate(g), b->serial);
    uint64_t room = most - g->docs_in;
    if (b->n >= room)
        b->n = room;
    g->docs_in += b->n;
    leave(g, limit_gate(g));
}

static void format(struct batch *b, bool ends)
{
    if (ends && b->cap_ends < b->n) {
        b->cap_ends = b->cap;
        b->ends = mem_grow_array(b->ends, b->cap_ends, sizeof *b->ends);
    }
    for (size_t k = 0; k < b->n; k++) {
        doc_format(&b->docs[k], &b->out);
        if (ends)
            b->ends[k] = b->out.n;
    }
}

static void walk(struct segment *g, struct batch *b, struct job *jobs)
{
    if (g->source)
        parse_pieces(g, b, jobs);
    limit(g, b);
    made(g, b);
    for (size_t i = g->first; i < g->last; i++) {
        bool again = g->from && i == g->first;      /* a barrier giving its documents back */
        if (!again)
            count_in(b, i, TALLY_IN);
        if (step_at(g, i)->stage->form == FORM_FOLD)
            fold_step(g, b, jobs, i);
        else
            each(g, b, jobs, i, again ? call_give : call_map, true);
    }
    if (g->end) {
        count_in(b, g->end_step, TALLY_IN);
        if (g->end->stage->prepare)
            each(g, b, jobs, g->end_step, call_prepare, false);
    }
    if (!g->end || g->to)
        format(b, g->to != NULL);
}

/* ---- commit, in order ----------------------------------------------------------------------- */

static void add_base64(struct buf *out, struct slice s)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < s.n; i += 3) {
        uint32_t v = 0;
        for (size_t k = 0; k < 3; k++)
            v = v << 8 | (i + k < s.n ? (unsigned char)s.p[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            buf_add_byte(out, i + k > s.n ? '=' : digits[v >> (18 - 6 * k) & 63]);
    }
}

static int write_bad(struct step *s, const struct notice *n, struct err *e)
{
    struct buf b;
    buf_init(&b, BUF_NO_LIMIT);
    buf_add_byte(&b, '{');
    json_put_str(&b, "stage", slice_str(s->stage->name));
    json_put_str(&b, "kind", slice_str(n->kind));
    json_put_str(&b, "file", n->file);
    if (n->record != ERR_NO_POS)
        json_put_u64(&b, "record", n->record);
    if (n->offset != ERR_NO_POS)
        json_put_u64(&b, "offset", n->offset);
    json_put_str(&b, "why", n->text);
    json_key(&b, "raw");
    buf_add_byte(&b, '"');
    add_base64(&b, n->raw);
    buf_add_str(&b, "\"}\n");
    int rc = output_write(s->bad, b.p, b.n, e);
    buf_free(&b);
    return rc;
}

/* --on-bad: a damaged container may be skipped only with an explicit --max-bad. */
static int judge_bad(struct step *s, const struct notice *n, struct err *e)
{
    bool limited = s->max_bad_n != UINT64_MAX || s->max_bad_share >= 0;
    if (s->o.on_bad == 0 || (n->damaged && !limited)) {
        err_at(e, n->file, n->record, n->offset);
        return err_set(e, ERR_DATA, "%.*s", (int)n->text.n, n->text.p);
    }
    if (s->bad && write_bad(s, n, e))
        return -1;
    uint64_t bad = tally_total(&s->total, TALLY_BAD).n;
    if (bad > s->max_bad_n) {
        err_at(e, n->file, n->record, n->offset);
        return err_set(e, ERR_VERIFY, "more than --max-bad %s bad records; the last: %.*s",
                       s->o.max_bad, (int)n->text.n, n->text.p);
    }
    return 0;
}

static int commit_notices(struct segment *g, struct batch *b, struct err *e)
{
    for (size_t i = 0; i < b->n_notices; i++)
        if (judge_bad(step_at(g, b->notices[i].step), &b->notices[i], e))
            return -1;
    return 0;
}

static int commit_rejects(struct segment *g, struct batch *b, struct err *e)
{
    for (size_t i = 0; i < g->n_steps; i++) {
        struct frame *frames = NULL;
        struct writer *w = step_at(g, i)->rejects;
        if (!w || !b->rejects[i].n)
            continue;
        if (writer_append(w, buf_slice(&b->rejects[i]), b->n_rejects[i], &frames, e) ||
            writer_write(w, frames, e))
            return -1;
    }
    return 0;
}

/* The document's record goes to the spool, its index to the barrier. */
static int commit_barrier(struct segment *g, struct batch *b, struct job *jobs, struct err *e)
{
    struct step *s = g->end;
    for (size_t k = 0; k < b->n; k++) {
        size_t from = k ? b->ends[k - 1] : 0;
        ready(b, &jobs[g->end_step], g->end_step);
        b->docs[k].index = spool_count(g->to);
        if (s->stage->commit(s->conf, &jobs[g->end_step], &b->docs[k]) != DOC_KEEP) {
            if (b->err.kind != ERR_NONE)
                *e = b->err;
            return err_set(e, ERR_BUG, "%s did not take a document", s->stage->name);
        }
        if (spool_add(g->to, slice_of(b->out.p + from, b->ends[k] - from), e))
            return -1;
    }
    return 0;
}

static int commit_sink(struct segment *g, struct batch *b, struct job *jobs, struct err *e)
{
    struct step *s = g->end;
    for (size_t k = 0; k < b->n; k++) {
        struct doc *d = &b->docs[k];
        enum verdict v = DOC_KEEP;
        ready(b, &jobs[g->end_step], g->end_step);
        d->index = g->docs_out++;
        if (s->stage->commit)
            v = s->stage->commit(s->conf, &jobs[g->end_step], d);
        settle(g, b, g->end_step, &jobs[g->end_step], d, v);
        if (b->err.kind != ERR_NONE) {
            *e = b->err;
            return -1;
        }
    }
    return 0;
}

static int commit_batch(struct segment *g, struct batch *b, struct job *jobs,
                        struct frame **frames, struct err *e)
{
    int rc = 0;
    if (b->err.kind != ERR_NONE) {
        *e = b->err;
        return -1;
    }
    if (g->end && !g->to && commit_sink(g, b, jobs, e))
        return -1;
    for (size_t i = 0; i < g->n_steps; i++)
        tally_merge(&step_at(g, i)->total, &b->tally[i]);
    if (commit_notices(g, b, e) || commit_rejects(g, b, e))
        return -1;
    if (g->to)
        rc = commit_barrier(g, b, jobs, e);
    else if (!g->end)
        rc = writer_append(g->out, buf_slice(&b->out), b->n, frames, e);
    return rc;
}

static void show_progress(struct segment *g)
{
    struct progress_now now = {.docs_out = g->serial};
    const struct chain *c = g->chain;
    now.docs_in = tally_total(&c->steps[0].total, TALLY_IN).n +
                  tally_total(&c->steps[0].total, TALLY_MADE).n;
    now.docs_out = tally_total(&c->steps[c->n - 1].total, TALLY_OUT).n;
    pthread_mutex_lock(&g->feed_lock);
    feed_position(g->feed, &now.stored_at, &now.stored_size);
    pthread_mutex_unlock(&g->feed_lock);
    cli_progress(c, now, false);
}

/* ---- workers -------------------------------------------------------------------------------- */

static bool next_batch(struct segment *g, struct batch *b)
{
    pthread_mutex_lock(&g->feed_lock);
    b->step = g->source_step;
    b->fields = &g->chain->fields;
    bool done = g->stop || (g->chain->o.limit && !g->from && g->docs_in >= g->chain->o.limit);
    bool more = !done && feed_next(g->feed, b) > 0;
    if (more)
        b->serial = g->serial++;
    pthread_mutex_unlock(&g->feed_lock);
    return more;
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct segment *g = w->seg;
    struct batch b;
    struct err late;
    batch_init(&b, g->n_steps);
    while (next_batch(g, &b)) {
        struct frame *frames = NULL;
        walk(g, &b, w->jobs);
        enter(g, commit_gate(g), b.serial);
        if (!g->stop && commit_batch(g, &b, w->jobs, &frames, g->err))
            g->stop = true;
        if (!g->stop)
            show_progress(g);
        leave(g, commit_gate(g));
        err_init(&late);
        if (frames && writer_write(g->out, frames, &late)) {
            pthread_mutex_lock(&g->lock);
            if (g->err->kind == ERR_NONE)
                *g->err = late;
            g->stop = true;
            pthread_mutex_unlock(&g->lock);
        }
        batch_reset(&b, g->n_steps);
    }
    batch_free(&b, g->n_steps);
    return NULL;
}

static struct job *new_jobs(const struct chain *c)
{
    struct job *jobs = mem_array(c->n, sizeof *jobs);
    for (size_t i = 0; i < c->n; i++) {
        const struct step *s = &c->steps[i];
        jobs[i].setup = &c->setup;
        jobs[i].annotate = s->o.annotate;
        buf_init(&jobs[i].notes, 1 << 20);
        if (s->stage->scratch_new)
            jobs[i].scratch = s->stage->scratch_new(s->conf);
    }
    return jobs;
}

static void free_jobs(const struct chain *c, struct job *jobs)
{
    for (size_t i = 0; i < c->n; i++) {
        buf_free(&jobs[i].notes);
        if (jobs[i].scratch && c->steps[i].stage->scratch_free)
            c->steps[i].stage->scratch_free(jobs[i].scratch);
    }
    mem_free(jobs);
}

static void run_segment(struct segment *g, struct worker *workers, int n)
{
    int started = 0;
    g->gates = mem_array(g->n_steps + 2, sizeof *g->gates);
    pthread_mutex_init(&g->feed_lock, NULL);
    pthread_mutex_init(&g->lock, NULL);
    pthread_cond_init(&g->moved, NULL);
    for (int i = 0; i < n; i++)
        workers[i].seg = g;
    for (int i = 1; i < n; i++, started++)
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]))
            break;                  /* fewer threads give the same bytes */
    work(&workers[0]);
    for (int i = 1; i <= started; i++)
        pthread_join(workers[i].thread, NULL);
    pthread_cond_destroy(&g->moved);
    pthread_mutex_destroy(&g->lock);
    pthread_mutex_destroy(&g->feed_lock);
    mem_free(g->gates);
}

/* ---- the chain ------------------------------------------------------------------------------ */

static bool starts_with_source(const struct chain *c)
{
    return c->steps[0].stage->form == FORM_SOURCE;
}

/* Where reading comes from for the segment that starts at step `at`. */
static void set_source(struct segment *g, size_t at, struct worker *workers)
{
    struct chain *c = g->chain;
    struct step *s = &c->steps[at];
    g->first = at;
    g->source = &stage_lines;
    g->source_conf = &c->fields;
    g->source_step = at;
    if (g->from) {
        g->feed = feed_spool(g->from);
    } else if (s->stage->form == FORM_PULL) {
        g->source = NULL;
        g->source_counts = true;
        g->first = at + 1;
        g->feed = feed_pull(s, &workers[0].jobs[at]);
    } else {
        if (starts_with_source(c)) {
            g->source = s->stage;
            g->source_conf = s->conf;
            g->source_counts = true;
            g->first = at + 1;
        }
        g->feed = feed_inputs(c, g->source, g->source_conf);
    }
}

static size_t set_end(struct segment *g, size_t at)
{
    struct chain *c = g->chain;
    size_t i = at + (g->from != NULL);      /* a barrier that gives is not one that takes */
    while (i < c->n && c->steps[i].stage->form != FORM_BARRIER &&
           c->steps[i].stage->form != FORM_SINK)
        i++;
    g->last = i;
    g->end = i < c->n ? &c->steps[i] : NULL;
    g->end_step = i;
    return i;
}

static int finish_end(struct segment *g, struct worker *workers, int n, struct err *e)
{
    struct step *s = g->end;
    int rc = 0;
    if (!s)
        return 0;
    if (g->to)
        return spool_seal(g->to, e) || s->stage->decide(s->conf, &g->chain->setup, g->to, e);
    if (s->stage->finish) {
        void **scratch = mem_array((size_t)n, sizeof *scratch);
        for (int i = 0; i < n; i++)
            scratch[i] = workers[i].jobs[g->end_step].scratch;
        rc = s->stage->finish(s->conf, &g->chain->setup, scratch, n, e);
        mem_free(scratch);
    }
    return rc;
}

static int run_segments(struct chain *c, struct writer *out, struct worker *workers, int n,
                        struct err *e)
{
    struct spool *from = NULL;
    size_t at = 0;
    int rc = 0;
    do {
        struct segment g = {.chain = c, .from = from, .out = out, .n_steps = c->n, .err = e};
        set_source(&g, at, workers);
        at = set_end(&g, at);
        if (g.end && g.end->stage->form == FORM_BARRIER &&
            !(g.to = spool_new(c->setup.tmp, c->setup.tmp_max, e)))
            rc = -1;
        if (!rc)
            run_segment(&g, workers, n);
        if (e->kind != ERR_NONE || (!rc && finish_end(&g, workers, n, e)))
            rc = -1;
        feed_free(g.feed);
        spool_free(from);
        from = g.to;
    } while (!rc && from);
    spool_free(from);
    return rc;
}

static int open_side_files(struct chain *c, struct err *e)
{
    for (size_t i = 0; i < c->n; i++) {
        struct step *s = &c->steps[i];
        if (s->o.rejects && s->o.rejects == c->shared_rejects && i)
            s->rejects = c->steps[0].rejects;
        else if (s->o.rejects && !(s->rejects = writer_open(s->o.rejects, 0, e)))
            return -1;
        if (s->o.bad && i && s->o.bad == c->defaults.bad)
            s->bad = c->steps[0].bad;
        else if (s->o.bad && !(s->bad = output_open(s->o.bad, e)))
            return -1;
    }
    return 0;
}

static int close_side_files(struct chain *c, int rc, struct err *e)
{
    for (size_t i = 0; i < c->n; i++) {
        struct step *s = &c->steps[i];
        bool shared = i && s->rejects && s->rejects == c->steps[0].rejects;
        bool shared_bad = i && s->bad && s->bad == c->steps[0].bad;
        if (rc && s->rejects && !shared)
            writer_abort(s->rejects);
        else if (s->rejects && !shared)
            rc = writer_commit(s->rejects, e);
        if (s->bad && !shared_bad) {
            if (rc)
                output_abort(s->bad);
            else
                rc = output_commit(s->bad, e);
        }
    }
    for (size_t i = 0; i < c->n; i++) {
        c->steps[i].rejects = NULL;
        c->steps[i].bad = NULL;
    }
    return rc;
}

static int run_documents(struct chain *c, struct err *e)
{
    const struct stage *last = c->steps[c->n - 1].stage;
    struct writer *out = NULL;
    int n = c->setup.threads, rc = open_side_files(c, e);
    if (!rc && last->form != FORM_SINK && !(out = writer_open(c->o.out, 0, e)))
        rc = -1;
    struct worker *workers = mem_array((size_t)n, sizeof *workers);
    for (int i = 0; i < n; i++)
        workers[i].jobs = new_jobs(c);
    if (!rc)
        rc = run_segments(c, out, workers, n, e);
    for (int i = 0; i < n; i++)
        free_jobs(c, workers[i].jobs);
    mem_free(workers);
    if (!rc)
        rc = finish_accounts(c, e);
    rc = close_side_files(c, rc, e);
    if (rc)
        writer_abort(out);
    else if (out)
        rc = writer_commit(out, e);
    return rc;
}

int run_chain(struct chain *c, struct err *e)
{
    struct timespec from, to;
    int rc = 0;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (size_t i = 0; i < c->n && !rc; i++) {
        struct step *s = &c->steps[i];
        s->opened = true;
        if (s->stage->open)
            rc = s->stage->open(s->conf, &c->setup, e);
    }
    if (!rc)
        rc = c->steps[0].stage->form == FORM_TOOL
                 ? c->steps[0].stage->run(c->steps[0].conf, &c->setup, e)
                 : run_documents(c, e);
    clock_gettime(CLOCK_MONOTONIC, &to);
    if (!rc && c->o.stats)
        rc = finish_stats(c, (double)(to.tv_sec - from.tv_sec) +
                                 1e-9 * (double)(to.tv_nsec - from.tv_nsec), e);
    for (size_t i = 0; i < c->n; i++)
        if (c->steps[i].opened && c->steps[i].stage->close)
            c->steps[i].stage->close(c->steps[i].conf);
    return rc;
}
