/* walk - a batch of documents through the steps of its segment, on one worker. */
#include <stdio.h>
#include "core/json.h"
#include "core/mem.h"
#include "core/sample.h"
#include "core/segment.h"

static const struct slice none = {"", 0};

/* ---- one document through one step ---------------------------------------------------------- */

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
    doc_format_with(&copy, &b->rejects[i].text, "_drop", buf_slice(&why));
    b->rejects[i].n++;
    buf_free(&why);
}

/* What the stage noted of the document, and why it would have gone, as one object in j->notes. */
static struct slice notes_json(const struct step *s, struct job *j, bool dropped)
{
    struct buf all;
    buf_init(&all, BUF_NO_LIMIT);
    buf_add_byte(&all, '{');
    buf_add_slice(&all, buf_slice(&j->notes));
    if (dropped) {
        json_key(&all, "drop");
        drop_json(s, j, &all);
    }
    buf_add_byte(&all, '}');
    struct slice json = arena_copy(j->arena, buf_slice(&all));
    buf_free(&all);
    return json;
}

static const char *note_name(const struct step *s)
{
    return s->o.annotate_as ? s->o.annotate_as : s->stage->name;
}

static void annotate(const struct step *s, struct job *j, struct doc *d, bool dropped)
{
    char path[96];
    snprintf(path, sizeof path, "metadata.tokmill.%s", note_name(s));
    doc_set(d, path, notes_json(s, j, dropped));
}

/* --attributes: a line of the side file, shaped as the document that --annotate would make; the
 * document itself goes on as it came. */
static void set_apart(const struct step *s, struct side_text *side, struct job *j, struct doc *d,
                      const struct doc *was, bool dropped)
{
    struct buf *b = &side->text;
    buf_add_byte(b, '{');
    json_put_str(b, "id", was->id);
    json_key(b, "metadata");
    buf_add_str(b, "{\"tokmill\":{");
    json_key(b, note_name(s));
    buf_add_slice(b, notes_json(s, j, dropped));
    buf_add_str(b, "}}}\n");
    side->n++;
    struct views *views = d->text.p == was->text.p ? d->views : was->views;
    *d = *was;
    d->views = views;
}

static void count_edit(struct tally *t, struct slice before, const struct doc *d)
{
    if (d->text.p == before.p && d->text.n == before.n)
        return;
    tally_add(t, TALLY_ADDED, none, none, 1, d->text.n > before.n ? d->text.n - before.n : 0);
    tally_add(t, TALLY_REMOVED, none, none, 1, d->text.n < before.n ? before.n - d->text.n : 0);
}

bool walk_settle(struct segment *g, struct batch *b, size_t i, struct job *j, struct doc *d,
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
    if (s->o.annotate) {
        annotate(s, j, d, v == DOC_DROP);
        v = DOC_KEEP;
    }
    if (v == DOC_KEEP) {
        tally_add(&b->tally[i], TALLY_OUT, none, d->group, 1, d->text.n);
        if (s->kept)
            sample_add(s->kept, d, none, g->chain->o.seed);
        return true;
    }
    tally_add(&b->tally[i], TALLY_DROPPED, j->rule, d->group, 1, d->text.n);
    if (s->dropped)
        sample_add(s->dropped, d, j->rule, g->chain->o.seed);
    reject(g, b, i, j, d);
    return false;
}

void walk_ready(struct batch *b, struct job *j, size_t i)
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

static void look_ahead(struct segment *g, struct batch *b, struct job *jobs, size_t i)
{
    const struct step *s = step_at(g, i);
    if (!s->stage->look_ahead || !b->n || b->err.kind != ERR_NONE)
        return;
    walk_ready(b, &jobs[i], i);
    s->stage->look_ahead(s->conf, &jobs[i], b->docs, b->n);
}

/* Runs `fn` over the batch's documents and closes the gaps that drops leave. */
static void each(struct segment *g, struct batch *b, struct job *jobs, size_t i, call *fn,
                 bool final)
{
    struct step *s = step_at(g, i);
    size_t kept = 0;
    for (size_t k = 0; k < b->n && b->err.kind == ERR_NONE; k++) {
        struct doc *d = &b->docs[k];
        const struct doc was = *d;
        walk_ready(b, &jobs[i], i);
        enum verdict v = fn(s, &jobs[i], d);
        if (final) {
            if (s->attributes && (v == DOC_KEEP || v == DOC_DROP)) {
                set_apart(s, &b->attributes[i], &jobs[i], d, &was, v == DOC_DROP);
                v = DOC_KEEP;
            }
            count_edit(&b->tally[i], was.text, d);
            if (!walk_settle(g, b, i, &jobs[i], d, v))
                continue;
        } else if (v == DOC_BAD || v == DOC_FAIL) {
            walk_settle(g, b, i, &jobs[i], d, v);
            continue;
        }
        b->docs[kept++] = *d;
    }
    b->n = kept;
}

/* The values of the group's members as one JSON array, or nothing when nobody asks. */
static void set_groups(const struct segment *g, struct batch *b)
{
    const struct chain *c = g->chain;
    struct buf key;
    if (!c->n_group_by)
        return;
    buf_init(&key, 1 << 20);
    for (size_t k = 0; k < b->n; k++) {
        buf_clear(&key);
        buf_add_byte(&key, '[');
        for (size_t i = 0; i < c->n_group_by; i++) {
            if (i)
                buf_add_byte(&key, ',');
            json_add_string(&key, doc_get_text(&b->docs[k], c->group_by[i]));
        }
        buf_add_byte(&key, ']');
        b->docs[k].group = arena_copy(&b->arena, buf_slice(&key));
    }
    buf_free(&key);
}

static void count_in(const struct segment *g, struct batch *b, size_t i, enum tally_kind kind)
{
    uint64_t bytes = 0;
    set_groups(g, b);
    for (size_t k = 0; k < b->n; k++) {
        bytes += b->docs[k].text.n;
        if (g->chain->n_group_by)
            tally_add(&b->tally[i], kind, none, b->docs[k].group, 1, b->docs[k].text.n);
    }
    if (b->n && !g->chain->n_group_by)
        tally_add(&b->tally[i], kind, none, none, b->n, bytes);
}

static void fold_step(struct segment *g, struct batch *b, struct job *jobs, size_t i)
{
    if (step_at(g, i)->stage->prepare)
        each(g, b, jobs, i, call_prepare, false);
    segment_enter(g, i, b);
    if (!g->stop)
        each(g, b, jobs, i, call_fold, true);
    segment_leave(g, i, b);
}

/* ---- a batch through the segment ------------------------------------------------------------ */

/* --origin full: where to seek to. In a plain file the record itself; in a compressed one the
 * member that holds its first byte, which for a web archive is the record. */
static void put_place(const struct piece *p, const struct doc *d, struct buf *b)
{
    uint64_t at = d->at, length = d->length;
    if (!p->is_stored_plain && !p->n_members)
        return;                     /* standard input, or one member too large to be cut */
    if (!p->is_stored_plain) {
        size_t i = p->n_members - 1;
        while (i && p->members[i].decoded > d->at)
            i--;
        at = p->members[i].stored;
        length = p->members[i].length;
    }
    json_put_u64(b, "offset", at);
    if (length)
        json_put_u64(b, "length", length);
}

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
    if (g->chain->o.origin == ORIGIN_FULL && d->length)
        put_place(p, d, &b);
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
        walk_ready(b, j, g->source_step);
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
    const struct step *s = step_at(g, g->source_step);
    count_in(g, b, g->source_step, TALLY_MADE);
    count_in(g, b, g->source_step, TALLY_OUT);
    for (size_t k = 0; s->kept && k < b->n; k++)
        sample_add(s->kept, &b->docs[k], none, g->chain->o.seed);
}

static size_t limit_gate(const struct segment *g) { return g->n_steps; }

static void limit(struct segment *g, struct batch *b)
{
    uint64_t most = g->chain->o.limit;
    if (!most || g->from)
        return;
    segment_enter(g, limit_gate(g), b);
    uint64_t room = most - g->docs_in;
    if (b->n >= room)
        b->n = room;
    g->docs_in += b->n;
    segment_leave(g, limit_gate(g), b);
}

/* The unit a document belongs to: of the operand it was read from, or, behind a barrier, of its
 * place among the documents taken in. */
static size_t unit_of(const struct segment *g, const struct batch *b, const struct doc *d)
{
    const struct chain *c = g->chain;
    if (!g->from)
        return c->unit_of_input[b->input];
    size_t low = 0, high = c->plan.n - 1;
    while (low < high) {            /* the last unit that starts at or before d */
        size_t mid = (low + high + 1) / 2;
        if (g->units_from[mid] <= d->index)
            low = mid;
        else
            high = mid - 1;
    }
    return low;
}

static void format(struct segment *g, struct batch *b)
{
    bool routed = g->chain->unit_of_input != NULL, ends = g->to || routed;
    if (ends && b->cap_ends < b->n) {
        b->cap_ends = b->cap;
        b->ends = mem_grow_array(b->ends, b->cap_ends, sizeof *b->ends);
        if (routed)
            b->units = mem_grow_array(b->units, b->cap_ends, sizeof *b->units);
    }
    const struct step *last = g->to ? NULL : step_at(g, g->n_steps - 1);
    for (size_t k = 0; k < b->n; k++) {
        if (!last || !last->stage->format ||
            !last->stage->format(last->conf, &b->docs[k], &b->out))
            doc_format(&b->docs[k], &b->out);
        if (ends)
            b->ends[k] = b->out.n;
        if (routed)
            b->units[k] = unit_of(g, b, &b->docs[k]);
    }
}

void walk_batch(struct segment *g, struct batch *b, struct job *jobs)
{
    if (g->source)
        parse_pieces(g, b, jobs);
    limit(g, b);
    made(g, b);
    for (size_t i = g->first; i < g->last; i++) {
        bool again = g->from && i == g->first;      /* a barrier giving its documents back */
        if (again)
            set_groups(g, b);
        else
            count_in(g, b, i, TALLY_IN);
        if (!again)
            look_ahead(g, b, jobs, i);
        if (step_at(g, i)->stage->form == FORM_FOLD)
            fold_step(g, b, jobs, i);
        else
            each(g, b, jobs, i, again ? call_give : call_map, true);
    }
    if (g->end) {
        count_in(g, b, g->end_step, TALLY_IN);
        if (g->end->stage->prepare)
            each(g, b, jobs, g->end_step, call_prepare, false);
    }
    if (!g->end || g->to)
        format(g, b);
}
