/* tokmill dedup-lines: strike lines, paragraphs or sentences that occur elsewhere. */
#include "core/mem.h"
#include "core/stage.h"
#include "dedup/overlap.h"
#include "dedup/pieces.h"
#include "dedup/repeats.h"
#include "dedup/shingle.h"

enum { MATCH_FOLDED, MATCH_EXACT, KEEP_FIRST = 0, KEEP_NONE };      /* as in the options */

struct conf {
    int unit, match, keep;
    uint64_t span, over, bucket, min_words, ngrams;
    double overlap;
    struct repeats *repeats;        /* or, with --ngrams: */
    struct overlap *overlaps;
};

struct scratch {
    struct cutter *cutter;
    struct shingler *shingler;      /* with --ngrams */
    struct place_cursor *cursor;
    struct buf text;
    bool *struck;
    size_t cap;
};

struct found {                      /* of one document, from prepare to commit */
    struct hash128 *keys;           /* one a run */
    size_t n;
    uint64_t *grams;                /* with --ngrams: of all units, */
    size_t *ends;                   /* and where each unit's end */
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
    OPT_U64(0, "ngrams", "N", NULL, struct conf, ngrams,
            "units are duplicates if their n-grams of N words occur before (DCLM: 13)"),
    OPT_F64(0, "overlap", "P", "0.8", struct conf, overlap,
            "if more than this share of them do; so is a whole document"),
    OPT_U64(0, "min-words", "N", "1", struct conf, min_words, "leave units of fewer words alone"),
    OPT_END};

static int open_ngrams(struct conf *c, const struct setup *s, struct err *e)
{
    struct overlap_about about = {c->overlap, s->memory, s->tmp_max, s->tmp};
    if (c->ngrams > SHINGLE_WORDS_MAX)
        return err_set(e, ERR_USAGE, "--ngrams: at most %d words", SHINGLE_WORDS_MAX);
    if (!(c->overlap >= 0 && c->overlap < 1))
        return err_set(e, ERR_USAGE, "--overlap: from 0 to below 1");
    if (c->span != 1 || c->over != 1 || c->keep != KEEP_FIRST || c->bucket ||
        c->match != MATCH_FOLDED)
        return err_set(e, ERR_USAGE, "--ngrams goes with --unit, --overlap and --min-words only");
    c->min_words = c->min_words > c->ngrams ? c->min_words : c->ngrams;
    c->overlaps = overlap_new(&about, e);
    return c->overlaps ? 0 : -1;
}

static int open_lines(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    if (!c->span)
        c->span = c->unit == PIECE_SENTENCE && !c->ngrams ? 3 : 1;
    if (c->span > 1000)
        return err_set(e, ERR_USAGE, "--span: at most 1000");
    if (!c->over || c->over > REPEATS_ALLOWED_MAX)
        return err_set(e, ERR_USAGE, "--over: 1 to %d", REPEATS_ALLOWED_MAX);
    if (c->ngrams)
        return open_ngrams(c, s, e);
    struct repeats_about about = {c->over, c->keep == KEEP_NONE, c->bucket, s->memory, s->tmp_max,
                                  s->tmp};
    c->repeats = repeats_new(&about);
    return 0;
}

static void close_lines(void *conf)
{
    struct conf *c = conf;
    repeats_free(c->repeats);
    overlap_free(c->overlaps);
}

static void *new_scratch(const void *conf)
{
    const struct conf *c = conf;
    struct scratch *s = mem_zero(sizeof *s);
    s->cutter = cutter_new((enum piece_kind)c->unit, c->match == MATCH_EXACT, c->min_words);
    s->cursor = place_cursor_new();
    s->shingler = c->ngrams ? shingler_new(SHINGLE_WORDS, (unsigned)c->ngrams) : NULL;
    buf_init(&s->text, BUF_NO_LIMIT);
    return s;
}

static void free_scratch(void *scratch)
{
    struct scratch *s = scratch;
    cutter_free(s->cutter);
    shingler_free(s->shingler);
    place_cursor_free(s->cursor);
    buf_free(&s->text);
    mem_free(s->struck);
    mem_free(s);
}

/* N-grams of all units, which have at least as many words each. */
static void find_grams(struct scratch *s, struct job *j, const struct doc *d,
                       const struct piece_key *v, struct found *f)
{
    uint64_t out[SHINGLE_ROOM];
    size_t n = 0;
    f->grams = arena_alloc(j->arena, (d->text.n / 2 + f->n + 16) * sizeof *f->grams);
    f->ends = arena_alloc(j->arena, (f->n + 1) * sizeof *f->ends);
    for (size_t i = 0; i < f->n; i++) {
        shingler_start(s->shingler, slice_of(d->text.p + v[i].at, v[i].n));
        for (size_t got; (got = shingler_next(s->shingler, out)) > 0; n += got)
            memcpy(f->grams + n, out, got * sizeof *out);
        f->ends[i] = n;
    }
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
    job_count(j, "units", n);
    d->slot = f;
    if (c->ngrams) {
        find_grams(s, j, d, v, f);
        return DOC_KEEP;
    }
    f->keys = arena_alloc(j->arena, (f->n + 1) * sizeof *f->keys);
    for (size_t i = 0; i < f->n; i++) {
        for (size_t k = 0; k < c->span; k++)
            parts[k] = v[i + k].key;
        f->keys[i] = c->span == 1 ? parts[0] : hash128(slice_of((const char *)parts,
                                                                c->span * sizeof *parts));
    }
    return DOC_KEEP;
}

static enum verdict commit(void *conf, struct job *j, struct doc *d)
{
    struct conf *c = conf;
    const struct found *f = d->slot;
    for (size_t i = 0; i < f->n && c->ngrams; i++) {
        size_t from = i ? f->ends[i - 1] : 0;
        if (overlap_add(c->overlaps, d->index, i, f->grams + from, f->ends[i] - from, j->err))
            return DOC_FAIL;
    }
    for (size_t i = 0; i < f->n && !c->ngrams; i++)
        if (repeats_add(c->repeats, d->index, i, f->keys[i], j->err))
            return DOC_FAIL;
    return DOC_KEEP;
}

static int decide(void *conf, const struct setup *s, struct spool *docs, struct err *e)
{
    struct conf *c = conf;
    (void)s, (void)docs;
    return c->ngrams ? overlap_decide(c->overlaps, e) : repeats_decide(c->repeats, e);
}

static int next_struck(const struct conf *c, struct scratch *s, const struct doc *d, uint64_t from,
                       uint64_t *run, struct err *e)
{
    return c->ngrams ? overlap_find(c->overlaps, s->cursor, d->index, from, run, e)
                     : repeats_find(c->repeats, s->cursor, d->index, from, run, e);
}

/* Marks the units of duplicate runs, from run `first` on; *struck is their number. */
static int mark(const struct conf *c, struct scratch *s, const struct doc *d, uint64_t first,
                size_t n, size_t *struck, bool *whole, struct err *e)
{
    uint64_t run = first;
    int rc = 1;
    if (n > s->cap) {
        s->cap = n;
        s->struck = mem_grow(s->struck, n);
    }
    memset(s->struck, 0, n);
    for (; rc > 0; rc = next_struck(c, s, d, run + 1, &run, e)) {
        if (run == OVERLAP_DOCUMENT && c->ngrams) {
            *whole = true;
            break;
        }
        memset(s->struck + run, true, c->span);
    }
    *struck = 0;
    for (size_t i = 0; i < n; i++)
        *struck += s->struck[i];
    return rc < 0 ? -1 : 0;
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
    bool whole = false;
    int rc = next_struck(c, s, d, 0, &first, j->err);
    if (rc == 0)
        return DOC_KEEP;
    if (rc < 0 || cutter_run(s->cutter, d->text, &v, &n) ||
        mark(c, s, d, first, n, &struck, &whole, j->err))
        return DOC_FAIL;
    if (whole)
        return job_drop(j, "ngram-overlap");
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
