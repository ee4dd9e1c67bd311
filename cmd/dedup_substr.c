/* tokmill dedup-substr: strike stretches of text that occur elsewhere. */
#include "core/mem.h"
#include "core/stage.h"
#include "dedup/policy.h"
#include "dedup/snap.h"
#include "dedup/substr.h"

enum { UNIT_BYTES, UNIT_TOKENS };           /* as in the option */

struct conf {
    uint64_t length;
    int unit, snap;
    const char *keep;
    struct policy policy;
    struct substr *substr;
    struct names *names;
    struct winnower *winnower;              /* for commit() */
};

struct scratch {
    struct winnower *winnower;
    struct place_cursor *cursor;
    struct buf out;
};

struct found {                              /* of one document, from prepare to commit */
    struct fingerprint *prints;             /* NULL: too many to be kept; commit() makes them */
    size_t n;
    uint64_t rank;
};

static const struct opt opts[] = {
    OPT_U64(0, "length", "L", "100", struct conf, length,
            "units in a row that must occur twice: 16 to 4096"),
    OPT_CHOICE(0, "unit", "bytes|tokens", "bytes", struct conf, unit,
               "bytes of text, or ids of input_ids"),
    OPT_STR(0, "keep", "POLICY", "first", struct conf, keep,
            "which one stays: none, first, longest, min-id, field:NAME, source:A,B,..."),
    OPT_CHOICE(0, "snap", "chars|words|lines", "chars", struct conf, snap,
               "cut at whole characters, words or lines, never more than is repeated"),
    OPT_END};

static int open_substr(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    bool none = !strcmp(c->keep, "none");
    if (c->length < WINNOW_LENGTH_MIN || c->length > WINNOW_LENGTH_MAX)
        return err_set(e, ERR_USAGE, "--length: %d to %d", WINNOW_LENGTH_MIN, WINNOW_LENGTH_MAX);
    if (policy_parse(&c->policy, none ? "first" : c->keep, e))
        return -1;
    struct substr_about about = {
        .length = c->length, .unit = c->unit == UNIT_TOKENS ? sizeof(uint32_t) : 1,
        .keep = none ? SUBSTR_ALL : SUBSTR_BEST, .by_id = policy_by_id(&c->policy),
        .memory = s->memory, .tmp_max = s->tmp_max, .tmp = s->tmp};
    c->winnower = winnower_new(about.length, about.unit);
    c->substr = substr_new(&about, e);
    c->names = c->substr ? names_new(s->tmp, s->tmp_max, e) : NULL;
    return c->names ? 0 : -1;
}

static void close_substr(void *conf)
{
    struct conf *c = conf;
    substr_free(c->substr);
    names_free(c->names);
    winnower_free(c->winnower);
}

static void *new_scratch(const void *conf)
{
    const struct conf *c = conf;
    struct scratch *s = mem_zero(sizeof *s);
    s->winnower = winnower_new(c->length, c->unit == UNIT_TOKENS ? sizeof(uint32_t) : 1);
    s->cursor = place_cursor_new();
    buf_init(&s->out, BUF_NO_LIMIT);
    return s;
}

static void free_scratch(void *scratch)
{
    struct scratch *s = scratch;
    winnower_free(s->winnower);
    place_cursor_free(s->cursor);
    buf_free(&s->out);
    mem_free(s);
}

/* What is searched: the text, or the ids as bytes. */
static struct slice units_of(const struct conf *c, const struct doc *d)
{
    return c->unit == UNIT_TOKENS ? slice_of((const char *)d->ids, d->n_ids * sizeof *d->ids)
                                  : d->text;
}

static enum verdict prepare(const void *conf, struct job *j, struct doc *d)
{
    const struct conf *c = conf;
    struct scratch *s = j->scratch;
    struct found *f = arena_zero(j->arena, sizeof *f);
    if (c->unit == UNIT_TOKENS && !d->has_ids)
        return job_bad(j, "no-ids", "no input_ids: run encode first");
    if (c->unit == UNIT_TOKENS && doc_ids(d))
        return job_bad(j, "ids", "input_ids is no array of ids");
    struct slice units = units_of(c, d);
    /* About a place in length / 4 is chosen; more where a text repeats with a short period. */
    size_t room = 8 * units.n / c->length + 64;
    f->rank = policy_rank(&c->policy, d);
    f->prints = arena_alloc(j->arena, room * sizeof *f->prints);
    winnow_start(s->winnower, units);
    f->n = winnow_next(s->winnower, f->prints, room);
    if (f->n == room)
        f->prints = NULL;
    d->slot = f;
    return DOC_KEEP;
}

static int add_prints(struct conf *c, const struct fingerprint *v, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++)
        if (substr_print(c->substr, &v[i], e))
            return -1;
    return 0;
}

static enum verdict commit(void *conf, struct job *j, struct doc *d)
{
    struct conf *c = conf;
    const struct found *f = d->slot;
    struct fingerprint some[256];
    size_t n;
    if (names_add(c->names, d->id, j->err) ||
        substr_text(c->substr, d->index, f->rank, units_of(c, d), j->err))
        return DOC_FAIL;
    if (f->prints)
        return add_prints(c, f->prints, f->n, j->err) ? DOC_FAIL : DOC_KEEP;
    winnow_start(c->winnower, units_of(c, d));
    while ((n = winnow_next(c->winnower, some, sizeof some / sizeof *some)) > 0)
        if (add_prints(c, some, n, j->err))
            return DOC_FAIL;
    return DOC_KEEP;
}

static int decide(void *conf, const struct setup *s, struct spool *docs, struct err *e)
{
    struct conf *c = conf;
    (void)s, (void)docs;
    return names_seal(c->names, e) || substr_decide(c->substr, c->names, e) ? -1 : 0;
}

/* What stays of the units, into the scratch buffer; *cut is the number of units struck. */
static int strike(const struct conf *c, struct scratch *s, const struct doc *d, size_t *cut,
                  struct err *e)
{
    struct slice units = units_of(c, d);
    size_t unit = c->unit == UNIT_TOKENS ? sizeof(uint32_t) : 1, end = 0, kept_to = 0;
    struct stretch r;
    int rc;
    *cut = 0;
    buf_clear(&s->out);
    while ((rc = substr_find(c->substr, s->cursor, d->index, end, &r, e)) > 0) {
        end = r.to;
        if (unit == 1 && !snap_shrink((enum snap)c->snap, units, &r.from, &r.to))
            continue;
        buf_add(&s->out, units.p + kept_to * unit, (r.from - kept_to) * unit);
        kept_to = r.to;
        *cut += r.to - r.from;
    }
    if (*cut)
        buf_add_slice(&s->out, slice_from(units, kept_to * unit));
    return rc;
}

static enum verdict give(const void *conf, struct job *j, struct doc *d)
{
    const struct conf *c = conf;
    struct scratch *s = j->scratch;
    size_t cut;
    if (c->unit == UNIT_TOKENS && doc_ids(d))
        return job_bad(j, "ids", "input_ids is no array of ids");
    if (strike(c, s, d, &cut, j->err))
        return DOC_FAIL;
    if (!cut)
        return DOC_KEEP;
    job_count(j, "struck", cut);
    job_note_f64(j, "struck", (double)cut);
    struct slice left = buf_slice(&s->out);
    if (!(c->unit == UNIT_TOKENS ? left.n : slice_trim(left).n))
        return job_drop_value(j, "nothing-left", (double)cut, 0);
    if (j->annotate)
        return DOC_KEEP;
    left = arena_copy(j->arena, left);
    if (c->unit == UNIT_TOKENS)
        doc_set_ids(d, (const uint32_t *)(const void *)left.p, left.n / sizeof(uint32_t));
    else
        doc_set_text(d, left);
    doc_set_u64(d, "metadata.tokmill.dedup-substr.struck", cut);
    return DOC_KEEP;
}

extern const struct stage stage_dedup_substr;
const struct stage stage_dedup_substr = {
    .name = "dedup-substr",
    .summary = "strike stretches of text that occur elsewhere",
    .operands = "[FILE...]",
    .example = "tokmill dedup-substr --length 200 --snap words docs.jsonl.zst -o cut.jsonl.zst",
    .by_ranks = "one process between steps by ranks",
    .form = FORM_BARRIER,
    .opts = opts,
    .conf_size = sizeof(struct conf),
    .open = open_substr,
    .close = close_substr,
    .scratch_new = new_scratch,
    .scratch_free = free_scratch,
    .prepare = prepare,
    .commit = commit,
    .decide = decide,
    .give = give,
};
