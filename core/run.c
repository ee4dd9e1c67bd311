/* run - see run.h. One function a worker runs; ordered sections are gates entered by serial. */
#include "core/run.h"
#include <time.h>
#include "core/lines.h"
#include "core/mem.h"
#include "core/output.h"
#include "core/sample.h"
#include "core/segment.h"
#include "core/units.h"

enum { LARGE_BYTES = 8 << 20 };

struct worker {
    struct segment *seg;
    struct job *jobs;               /* one a step of the chain */
    pthread_t thread;
};

/* ---- gates ---------------------------------------------------------------------------------- */

void segment_enter(struct segment *g, size_t gate, const struct batch *b)
{
    pthread_mutex_lock(&g->lock);
    while (g->gates[gate].next != b->serial)
        pthread_cond_wait(&g->moved, &g->lock);
    pthread_mutex_unlock(&g->lock);
}

void segment_leave(struct segment *g, size_t gate, const struct batch *b)
{
    if (!b->last)
        return;
    pthread_mutex_lock(&g->lock);
    g->gates[gate].next++;
    pthread_cond_broadcast(&g->moved);
    pthread_mutex_unlock(&g->lock);
}

/* A batch that ends before its last round leaves the gates that its rounds went through. */
static void leave_all(struct segment *g, const struct batch *b)
{
    pthread_mutex_lock(&g->lock);
    for (size_t i = 0; i < g->n_steps + 3; i++)
        g->gates[i].next += g->gates[i].next == b->serial;
    pthread_cond_broadcast(&g->moved);
    pthread_mutex_unlock(&g->lock);
}

static size_t commit_gate(const struct segment *g) { return g->n_steps + 1; }
static size_t join_gate(const struct segment *g) { return g->n_steps + 2; }

static void show_progress(struct segment *g, bool last)
{
    struct progress_now now = {.docs_out = g->serial};
    const struct chain *c = g->chain;
    if (!cli_wants_progress(c))
        return;
    now.docs_in = tally_total(&c->steps[0].total, TALLY_IN).n +
                  tally_total(&c->steps[0].total, TALLY_MADE).n;
    now.docs_out = tally_total(&c->steps[c->n - 1].total, TALLY_OUT).n;
    now.stored_at = g->stored_at;
    now.stored_size = g->stored_size;
    cli_progress(c, now, last);
}

/* Batches are about 1 MiB, but one record may be a quarter of --memory, and it is held in several
 * forms (stored, decoded, formatted). Only one such batch is at work at a time. The lock is taken
 * in serial order and given back after the commit, so it cannot close a circle with the gates. */
static void take_turn_if_large(struct segment *g, struct batch *b)
{
    uint64_t share = g->chain->o.memory / (16 * (uint64_t)g->chain->setup.threads);
    if (b->is_large || b->block.n <= (share > LARGE_BYTES ? share : LARGE_BYTES))
        return;
    pthread_mutex_lock(&g->large);
    b->is_large = true;
}

static void end_turn(struct segment *g, struct batch *b)
{
    if (b->is_large)
        pthread_mutex_unlock(&g->large);
    b->is_large = false;
}

/* ---- workers -------------------------------------------------------------------------------- */

static bool next_batch(struct segment *g, struct batch *b)
{
    pthread_mutex_lock(&g->feed_lock);
    b->step = g->source_step;
    b->fields = &g->chain->fields;
    bool done = g->stop || (g->chain->o.limit && !g->from && g->docs_in >= g->chain->o.limit);
    bool more = !done && feed_next(g->feed, b) > 0;
    if (more) {
        uint64_t at, size;
        b->serial = g->serial++;
        feed_position(g->feed, &at, &size);
        g->stored_at = at;
        g->stored_size = size;
        if (!feed_needs_join(g->feed))
            take_turn_if_large(g, b);
    }
    pthread_mutex_unlock(&g->feed_lock);
    return more;
}

/* Decodes the batch's chunk, on any thread, and cuts it into pieces, in order. */
static void get_pieces(struct segment *g, struct batch *b)
{
    b->step = g->source_step;
    b->bad_counts_in = !g->source_counts;
    b->last = true;
    if (!feed_needs_join(g->feed))
        return;
    feed_decode(g->feed, b);
    b->last = false;
    segment_enter(g, join_gate(g), b);
    if (!g->stop)
        feed_join(g->feed, b);
    b->last = g->stop || b->chunk.done || b->err.kind != ERR_NONE;
    take_turn_if_large(g, b);
    segment_leave(g, join_gate(g), b);
}

static void fail_late(struct segment *g, const struct err *late)
{
    pthread_mutex_lock(&g->lock);
    if (g->err->kind == ERR_NONE)
        *g->err = *late;
    g->stop = true;
    pthread_mutex_unlock(&g->lock);
}

static void commit(struct segment *g, struct batch *b, struct job *jobs)
{
    struct frame *frames = NULL;
    struct err late;
    segment_enter(g, commit_gate(g), b);
    if (!g->stop && commit_batch(g, b, jobs, &frames, g->err))
        g->stop = true;
    if (!g->stop)
        show_progress(g, false);
    segment_leave(g, commit_gate(g), b);
    err_init(&late);
    if ((frames && writer_write(frames, &late)) || (g->out && outlet_settle(g->out, &late)))
        fail_late(g, &late);
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct segment *g = w->seg;
    struct batch b;
    batch_init(&b, g->n_steps);
    while (next_batch(g, &b)) {
        do {
            get_pieces(g, &b);
            walk_batch(g, &b, w->jobs);
            commit(g, &b, w->jobs);
            batch_reset(&b, g->n_steps);
        } while (!b.last && !g->stop);
        end_turn(g, &b);
        if (!b.last)
            leave_all(g, &b);
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
        jobs[i].annotate = s->o.annotate || s->o.attributes;
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
    g->gates = mem_array(g->n_steps + 3, sizeof *g->gates);
    pthread_mutex_init(&g->feed_lock, NULL);
    pthread_mutex_init(&g->lock, NULL);
    pthread_mutex_init(&g->large, NULL);
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
    pthread_mutex_destroy(&g->large);
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
    g->source = &lines_source;
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

static int finish_folds(struct segment *g, struct err *e)
{
    for (size_t i = g->first; i < g->last; i++) {
        struct step *s = step_at(g, i);
        if (s->stage->form == FORM_FOLD && s->stage->finish &&
            s->stage->finish(s->conf, &g->chain->setup, NULL, 0, e))
            return -1;
    }
    return 0;
}

static int finish_end(struct segment *g, struct worker *workers, int n, struct err *e)
{
    struct step *s = g->end;
    int rc = 0;
    if (finish_folds(g, e))
        return -1;
    if (!s)
        return 0;
    if (g->to)
        return spool_seal(g->to, e) || s->stage->decide(s->conf, &g->chain->setup, g->to, e);
    if (finish_accounts(g->chain, e))       /* before anything stands under a final name */
        return -1;
    if (s->stage->finish) {
        void **scratch = mem_array((size_t)n, sizeof *scratch);
        for (int i = 0; i < n; i++)
            scratch[i] = workers[i].jobs[g->end_step].scratch;
        rc = s->stage->finish(s->conf, &g->chain->setup, scratch, n, e);
        mem_free(scratch);
    }
    return rc;
}

static int open_spool(struct segment *g, struct err *e)
{
    const struct setup *s = &g->chain->setup;
    if (g->chain->unit_of_input)
        g->units_to = mem_array(g->chain->plan.n, sizeof *g->units_to);
    uint64_t at, size = 0;
    feed_position(g->feed, &at, &size);
    cli_may_spill(g->chain, &g->chain->steps[g->end_step], size);
    g->to = spool_new(s->tmp, s->tmp_max, e);
    return g->to ? 0 : -1;
}

static int run_segments(struct chain *c, struct outlet *out, struct worker *workers, int n,
                        struct err *e)
{
    struct spool *from = NULL;
    uint64_t *units_from = NULL;
    size_t at = 0;
    int rc = 0;
    do {
        struct segment g = {.chain = c, .from = from, .units_from = units_from, .out = out,
                            .n_steps = c->n, .err = e};
        set_source(&g, at, workers);
        at = set_end(&g, at);
        if (g.end && g.end->stage->form == FORM_BARRIER)
            rc = open_spool(&g, e);
        if (!rc)
            run_segment(&g, workers, n);
        if (!rc && !g.to)
            show_progress(&g, true);
        if (e->kind != ERR_NONE || (!rc && finish_end(&g, workers, n, e)))
            rc = -1;
        for (; g.units_to && g.unit + 1 < c->plan.n; g.unit++)
            g.units_to[g.unit + 1] = spool_count(g.to);
        feed_free(g.feed);
        spool_free(from);
        mem_free(units_from);
        from = g.to;
        units_from = g.units_to;
    } while (!rc && from);
    spool_free(from);
    mem_free(units_from);
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
        if (s->o.attributes && !(s->attributes = writer_open(s->o.attributes, 0, e)))
            return -1;
        if (s->o.bad && i && s->o.bad == c->defaults.bad)
            s->bad = c->steps[0].bad;
        else if (s->o.bad && !(s->bad = output_open(s->o.bad, e)))
            return -1;
    }
    return 0;
}

static int close_side_file(struct writer *w, int rc, struct err *e)
{
    if (w && rc)
        writer_abort(w);
    return w && !rc ? writer_commit(w, e) : rc;
}

static int close_side_files(struct chain *c, int rc, struct err *e)
{
    for (size_t i = 0; i < c->n; i++) {
        struct step *s = &c->steps[i];
        bool shared = i && s->rejects && s->rejects == c->steps[0].rejects;
        bool shared_bad = i && s->bad && s->bad == c->steps[0].bad;
        rc = close_side_file(shared ? NULL : s->rejects, rc, e);
        rc = close_side_file(s->attributes, rc, e);
        if (s->bad && !shared_bad) {
            if (rc)
                output_abort(s->bad);
            else
                rc = output_commit(s->bad, e);
        }
    }
    for (size_t i = 0; i < c->n; i++) {
        c->steps[i].rejects = c->steps[i].attributes = NULL;
        c->steps[i].bad = NULL;
    }
    return rc;
}

static int run_documents(struct chain *c, struct folder *folder, size_t first, size_t n_units,
                         struct err *e)
{
    const struct stage *last = c->steps[c->n - 1].stage;
    struct outlet *out = NULL;
    int n = c->setup.threads, rc = open_side_files(c, e);
    if (!rc && last->form != FORM_SINK && !(out = outlet_open(c, folder, first, n_units, e)))
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
        outlet_abort(out);
    else if (out)
        rc = outlet_commit(out, e);
    return rc;
}

static void begin_samples(struct chain *c)
{
    for (size_t i = 0; c->o.stats && i < c->n; i++) {
        struct step *s = &c->steps[i];
        sample_free(s->kept);
        sample_free(s->dropped);
        s->kept = sample_new();
        s->dropped = sample_new();
    }
}

/* One run from inputs to statistics: of the whole chain, or of one unit. */
static int run_once(struct chain *c, struct folder *folder, size_t first, size_t n, struct err *e)
{
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    begin_samples(c);
    int rc = c->steps[0].stage->form == FORM_TOOL
                 ? c->steps[0].stage->run(c->steps[0].conf, &c->setup, e)
                 : run_documents(c, folder, first, n, e);
    clock_gettime(CLOCK_MONOTONIC, &to);
    if (!rc && c->o.stats)
        rc = finish_stats(c, (double)(to.tv_sec - from.tv_sec) +
                                 1e-9 * (double)(to.tv_nsec - from.tv_nsec), e);
    return rc;
}

/* ---- a folder of outputs -------------------------------------------------------------------- */

/* Side files for the run as a whole, or stages that must see everything: the units run as one. */
static bool runs_as_one(const struct chain *c)
{
    bool plain_files = c->o.stats && !folder_named(c->o.stats);
    for (size_t i = 0; i < c->n; i++) {
        const struct step_opts *o = &c->steps[i].o;
        plain_files |= (o->rejects && !folder_named(o->rejects)) ||
                       (o->attributes && !folder_named(o->attributes)) ||
                       (o->bad && !folder_named(o->bad));
    }
    return chain_sees_everything(c) ||
           (plain_files && !c->o.plan && c->o.world == 1 && !chain_is_by_unit(c));
}

static bool all_done(const struct chain *c, const struct folder *f)
{
    for (size_t i = 0; i < c->plan.n; i++)
        if (!folder_unit_done(f, &c->plan.v[i]))
            return false;
    return true;
}

static int run_as_one(struct chain *c, struct folder *f, struct err *e)
{
    size_t n = 0, at = 0;
    bool side_files = c->o.stats != NULL;
    for (size_t i = 0; i < c->n; i++)
        side_files |= c->steps[i].o.rejects || c->steps[i].o.attributes || c->steps[i].o.bad;
    if (!side_files && all_done(c, f)) {
        c->units_before = c->plan.n;
        return 0;
    }
    for (size_t i = 0; i < c->plan.n; i++) {
        if (plan_check(&c->plan.v[i], e))
            return -1;
        n += c->plan.v[i].inputs.n;
    }
    c->seen = mem_array(n, sizeof *c->seen);
    c->unit_of_input = mem_array(n, sizeof *c->unit_of_input);
    for (size_t i = 0; i < c->plan.n; i++)
        for (size_t k = 0; k < c->plan.v[i].inputs.n; k++)
            c->unit_of_input[at++] = i;
    if (run_once(c, f, 0, c->plan.n, e))
        return -1;
    c->units_done = c->plan.n;
    return 0;
}

static int run_folder(struct chain *c, struct err *e)
{
    const struct step *first = &c->steps[0];
    int rc = -1;
    if (stage_divides_itself(first->stage) &&
        first->stage->plan(first->conf, &c->setup, &c->plan, e))
        return -1;
    struct folder *f = folder_open(c, c->o.out, e);
    if (f && c->plan.n)
        rc = runs_as_one(c) ? run_as_one(c, f, e) : units_run(c, f, run_once, e);
    else if (f)
        rc = 0;
    if (!rc)
        rc = folder_finish(f, e);
    folder_close(f);
    return rc;
}

int run_chain(struct chain *c, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; i < c->n && !rc; i++) {
        struct step *s = &c->steps[i];
        if (c->by_units && units_reopen(s->stage))
            continue;
        s->opened = true;
        if (s->stage->open)
            rc = s->stage->open(s->conf, &c->setup, e);
    }
    if (!rc)
        cli_opened(c);
    if (!rc)
        rc = c->by_units ? run_folder(c, e) : run_once(c, NULL, 0, 0, e);
    for (size_t i = 0; i < c->n; i++)
        if (c->steps[i].opened && c->steps[i].stage->close)
            c->steps[i].stage->close(c->steps[i].conf);
    return rc;
}
