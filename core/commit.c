/* commit - what happens to a batch in input order: accounts, bad records, side files, output. */
#include "core/json.h"
#include "core/output.h"
#include "core/segment.h"

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

static int commit_side(struct writer *w, const struct side_text *s, struct frame **frames,
                       struct err *e)
{
    return w && s->n ? writer_append(w, buf_slice(&s->text), s->n, frames, e) : 0;
}

static int commit_sides(struct segment *g, struct batch *b, struct frame **frames, struct err *e)
{
    for (size_t i = 0; i < g->n_steps; i++)
        if (commit_side(step_at(g, i)->rejects, &b->rejects[i], frames, e) ||
            commit_side(step_at(g, i)->attributes, &b->attributes[i], frames, e))
            return -1;
    return 0;
}

/* The document's record goes to the spool, its index to the barrier. */
static int commit_barrier(struct segment *g, struct batch *b, struct job *jobs, struct err *e)
{
    struct step *s = g->end;
    for (size_t k = 0; k < b->n; k++) {
        size_t from = k ? b->ends[k - 1] : 0;
        walk_ready(b, &jobs[g->end_step], g->end_step);
        for (; g->units_to && g->unit < b->units[k]; g->unit++)
            g->units_to[g->unit + 1] = spool_count(g->to);
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
        walk_ready(b, &jobs[g->end_step], g->end_step);
        d->index = g->docs_out++;
        if (s->stage->commit)
            v = s->stage->commit(s->conf, &jobs[g->end_step], d);
        walk_settle(g, b, g->end_step, &jobs[g->end_step], d, v);
        if (b->err.kind != ERR_NONE) {
            *e = b->err;
            return -1;
        }
    }
    return 0;
}

int commit_batch(struct segment *g, struct batch *b, struct job *jobs,
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
    if (commit_notices(g, b, e) || commit_sides(g, b, frames, e))
        return -1;
    if (g->to)
        rc = commit_barrier(g, b, jobs, e);
    else if (!g->end)
        rc = outlet_append(g->out, b, frames, e);
    return rc;
}
