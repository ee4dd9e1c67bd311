/* tokmill dedup-lines: strike lines, paragraphs or sentences that occur elsewhere. */
#include "core/mem.h"
#include "core/stage.h"
#include "dedup/pieces.h"
#include "dedup/repeats.h"

enum { MATCH_FOLDED, MATCH_EXACT, KEEP_FIRST = 0, KEEP_NONE };      /* as in the options */

struct conf {
    int unit, match, keep;
    uint64_t span, over, bucket, min_words;
    struct repeats *repeats;
};

struct scratch {
    struct cutter *cutter;
    struct place_cursor *cursor;
    struct buf text;
    bool *struck;
    size_t cap;
};

struct found {                      /* of one document, from prepare to commit */
    struct hash128 *keys;           /* one a run */
    size_t n;
};

static const struct opt opts[] = {
    OPT_CHOICE(0, "unit", "line|paragraph|sentence", "line", struct conf, unit, "what is compared"),
    OPT_U64(0, "span", "N", NULL, struct conf, span,
            "compare runs of N units (default 1; sentences 3)"),
    OPT_CHOICE(0, "match", "folded|exact", "folded", struct conf, match,
               "without case, accents, punctuation and numbers' values, or to the byte"),
    OPT_U64(0, "over", "N", "1", struct conf, over, "N occurrences are no duplicates yet"),
    OPT_CHOICE(0, "keep", "first|none", "first", struct conf, keep,
               "of what occurs more often, keep the first N, or none"),
    OPT_U64(0, "bucket", "DOCS", NULL, struct conf, bucket,
            "count within so many documents at a time (default: all)"),
    OPT_U64(0, "min-words", "N", "1", struct conf, min_words, "leave units of fewer words alone"),
    OPT_END};

static int open_lines(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    if (!c->span)
        c->span = c->unit == PIECE_SENTENCE ? 3 : 1;
    if (c->span > 1000)
        return err_set(e, ERR_USAGE, "--span: at most 1000");
    if (!c->over || c->over > REPEATS_ALLOWED_MAX)
        return err_set(e, ERR_USAGE, "--over: 1 to %d", REPEATS_ALLOWED_MAX);
    struct repeats_about about = {c->over, c->keep == KEEP_NONE, c->bucket, s->memory, s->tmp_max,
                                  s->tmp};
    c->repeats = repeats_new(&about);
    return 0;
}

static void close_lines(void *conf)
{
    struct conf *c = conf;
    repeats_free(c->repeats);
}

static void *new_scratch(const void *conf)
{
    const struct conf *c = conf;
    struct scratch *s = mem_zero(sizeof *s);
    s->cutter = cutter_new((enum piece_kind)c->unit, c->match == MATCH_EXACT, c->min_words);
    s->cursor = place_cursor_new();
    buf_init(&s->text, BUF_NO_LIMIT);
    return s;
}

static void free_scratch(void *scratch)
{
    struct scratch *s = scratch;
    cutter_free(s->cutter);
    place_cursor_free(s->cursor);
    buf_free(&s->text);
    mem_free(s->struck);
    mem_free(s);
}

static enum verdict prepare(const void *conf, struct job *j, struct doc *d)
{
    const struct conf *c = conf;
    struct scratch *s = j->scratch;
    struct found *f = arena_zero(j->arena, sizeof *f);
    struct hash128 parts[1000];
    const struct piece_key *v;
    size_t n;
    if (cutter_run(s->cutter, d->text, &v, &n) || n >> REPEATS_RUNS_BITS)
        return job_bad(j, "oversize", "a text of too many units");
    f->n = n < c->span ? 0 : n - c->span + 1;
    f->keys = arena_alloc(j->arena, (f->n + 1) * sizeof *f->keys);
    for (size_t i = 0; i < f->n; i++) {
        for (size_t k = 0; k < c->span; k++)
            parts[k] = v[i + k].key;
        f->keys[i] = c->span == 1 ? parts[0] : hash128(slice_of((const char *)parts,
                                                                c->span * sizeof *parts));
    }
    job_count(j, "units", n);
    d->slot = f;
    return DOC_KEEP;
}

static enum verdict commit(void *conf, struct job *j, struct doc *d)
{
    struct conf *c = conf;
    const struct found *f = d->slot;
    for (size_t i = 0; i < f->n; i++)
        if (repeats_add(c->repeats, d->index, i, f->keys[i], j->err))
            return DOC_FAIL;
    return DOC_KEEP;
}

static int decide(void *conf, const struct setup *s, struct spool *docs, struct err *e)
{
    struct conf *c = conf;
    (void)s, (void)docs;
    return repeats_decide(c->repeats, e);
}

/* Marks the units of duplicate runs, from run `first` on; *struck is their number. */
static int mark(const struct conf *c, struct scratch *s, const struct doc *d, uint64_t first,
                size_t n, size_t *struck, struct err *e)
{
    uint64_t run = first;
    int rc = 1;
    if (n > s->cap) {
        s->cap = n;
        s->struck = mem_grow(s->struck, n);
    }
    memset(s->struck, 0, n);
    for (; rc > 0; rc = repeats_find(c->repeats, s->cursor, d->index, run + 1, &run, e))
        memset(s->struck + run, true, c->span);
    *struck = 0;
    for (size_t i = 0; i < n; i++)
        *struck += s->struck[i];
    return rc;
}

static enum verdict strike(struct job *j, struct doc *d, const struct piece_key *v, size_t n,
                           size_t struck)
{
    struct scratch *s = j->scratch;
    job_count(j, "struck_units", struck);
    job_note_f64(j, "units", (double)n);
    job_note_f64(j, "struck", (double)struck);
    if (struck == cutter_worded(s->cutter))
        return job_drop(j, "nothing-left");
    if (j->annotate)
        return DOC_KEEP;
    buf_clear(&s->text);
    cutter_strike(d->text, v, s->struck, n, &s->text);
    doc_set_text(d, arena_copy(j->arena, buf_slice(&s->text)));
    doc_set_u64(d, "metadata.tokmill.dedup-lines.struck", struck);
    return DOC_KEEP;
}

static enum verdict give(const void *conf, struct job *j, struct doc *d)
{
    const struct conf *c = conf;
    struct scratch *s = j->scratch;
    const struct piece_key *v;
    size_t n, struck;
    uint64_t first;
    int rc = repeats_find(c->repeats, s->cursor, d->index, 0, &first, j->err);
    if (rc == 0)
        return DOC_KEEP;
    if (rc < 0 || cutter_run(s->cutter, d->text, &v, &n) ||
        mark(c, s, d, first, n, &struck, j->err))
        return DOC_FAIL;
    return strike(j, d, v, n, struck);
}

extern const struct stage stage_dedup_lines;
const struct stage stage_dedup_lines = {
    .name = "dedup-lines",
    .summary = "strike lines, paragraphs or sentences that occur elsewhere",
    .operands = "[FILE...]",
    .example = "tokmill dedup-lines --over 6 --keep none --bucket 30000000 docs.jsonl -o o.jsonl",
    .by_ranks = "one process between steps by ranks",
    .form = FORM_BARRIER,
    .opts = opts,
    .conf_size = sizeof(struct conf),
    .open = open_lines,
    .close = close_lines,
    .scratch_new = new_scratch,
    .scratch_free = free_scratch,
    .prepare = prepare,
    .commit = commit,
    .decide = decide,
    .give = give,
};
