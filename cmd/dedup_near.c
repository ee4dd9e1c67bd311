/* tokmill dedup-near: drop documents that are nearly equal to another one. */
#include <stdio.h>
#include "core/docs.h"
#include "core/json.h"
#include "core/mem.h"
#include "core/output.h"
#include "core/spool.h"
#include "core/stage.h"
#include "cmd/settings_options.h"
#include "dedup/near.h"
#include "dedup/outcome.h"
#include "dedup/policy.h"
#include "dedup/signer.h"
#include "dedup/sources.h"

enum { GIANT = 1000,                /* documents of a component worth a warning, and 1 % of all */
       ALARM_FROM = 20 };           /* documents of a source worth one */
enum { VERIFY_TEXT, VERIFY_NONE };       /* as in the option */

struct conf {
    struct settings_given given;
    struct settings settings;
    const char *keep;
    struct opt_list against;
    uint64_t earlier;               /* documents in --against; the others count on from there */
    int verify;
    const char *weights_given, *report;
    double alarm;
    struct sources *sources;
    struct weights weights;
    struct policy policy;
    struct minhash *minhash;
    struct near *near;
    struct names *names;
    const struct doc_fields *fields;        /* of the documents seen */
};

struct scratch {
    struct signer *signer;
    struct verdict_cursor *cursor;
    struct buf id;
};

struct found {                      /* of one document, from prepare to commit */
    const uint64_t *keys;           /* NULL: no words */
    uint64_t rank;
};

static const struct opt opts[] = {
    SETTINGS_OPTIONS(struct conf, given)
    OPT_CHOICE(0, "verify", "text|none", "text", struct conf, verify,
               "compare candidates' texts, or drop all that hang together"),
    OPT_STR(0, "keep", "POLICY", "first", struct conf, keep,
            "the one kept: first, longest, min-id, field:NAME, source:A,B,..."),
    OPT_LIST(0, "against", "FILE", struct conf, against,
             "documents kept earlier: what is like one of them goes"),
    OPT_STR(0, "report", "FILE", NULL, struct conf, report,
            "write what became of each source and the largest components, as JSON"),
    OPT_F64(0, "alarm", "P", "10", struct conf, alarm,
            "warn of a source of which less than P percent is kept"),
    OPT_STR(0, "weights", "TABLE", NULL, struct conf, weights_given,
            "write the weight of a kept one: fineweb-2, or SIZE:WEIGHT,... by rising size"),
    OPT_END};

static void *new_scratch(const void *conf)
{
    const struct conf *c = conf;
    struct scratch *s = mem_zero(sizeof *s);
    s->signer = signer_new(&c->settings, c->minhash);
    s->cursor = verdict_cursor_new();
    buf_init(&s->id, BUF_NO_LIMIT);
    return s;
}

static void free_scratch(void *scratch)
{
    struct scratch *s = scratch;
    signer_free(s->signer);
    verdict_cursor_free(s->cursor);
    buf_free(&s->id);
    mem_free(s);
}

/* Band keys of the text in the arena, or NULL if it has no words. */
static const uint64_t *sign(const struct conf *c, struct scratch *s, struct arena *a,
                            struct slice text)
{
    uint64_t *keys = arena_alloc(a, c->settings.bands * sizeof *keys);
    return signer_sign(s->signer, text, keys) ? keys : NULL;
}

static int read_file(struct conf *c, struct scratch *s, const char *path, struct err *e)
{
    struct docs *docs = docs_open(path, &doc_fields_default, e);
    struct arena a;
    struct doc d;
    int rc = docs ? 1 : -1;
    arena_init(&a);
    while (rc > 0 && (rc = docs_next(docs, &a, &d, e)) > 0) {
        if (names_add(c->names, d.id, e) || near_add(c->near, sign(c, s, &a, d.text), 0, e))
            rc = -1;
        c->earlier++;
        arena_reset(&a);
    }
    docs_close(docs);
    arena_free(&a);
    return rc;
}

static int read_earlier(struct conf *c, struct err *e)
{
    struct scratch *s = new_scratch(c);
    int rc = 0;
    for (size_t i = 0; i < c->against.n && !rc; i++)
        rc = read_file(c, s, c->against.v[i], e);
    near_earlier(c->near);
    free_scratch(s);
    return rc;
}

static int choose(struct conf *c, const struct setup *s, struct err *e)
{
    struct buf told;
    buf_init(&told, 1 << 20);
    int rc = settings_choose(&c->given, s->seed, &c->settings, &told, e);
    if (told.n && !s->quiet)
        fprintf(stderr, "dedup-near: %.*s", (int)told.n, told.p);
    buf_free(&told);
    return rc;
}

static int open_near(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    if (choose(c, s, e) || policy_parse(&c->policy, c->keep, e) ||
        (c->weights_given && weights_parse(&c->weights, c->weights_given, e)))
        return -1;
    struct near_about about = {
        .bands = c->settings.bands, .words = c->settings.words, .kind = c->settings.kind,
        .verify = c->verify == VERIFY_TEXT, .threshold = c->settings.jaccard,
        .ranked = c->policy.kind != POLICY_FIRST, .by_id = policy_by_id(&c->policy),
        .memory = s->memory, .tmp_max = s->tmp_max, .tmp = s->tmp, .threads = s->threads};
    c->minhash = minhash_new(c->settings.bands, c->settings.rows, s->seed);
    c->near = near_new(&about, e);
    c->names = c->near ? names_new(s->tmp, s->tmp_max, e) : NULL;
    c->sources = c->names ? sources_new(s->tmp, s->tmp_max, e) : NULL;
    return c->sources ? read_earlier(c, e) : -1;
}

static void close_near(void *conf)
{
    struct conf *c = conf;
    minhash_free(c->minhash);
    near_free(c->near);
    names_free(c->names);
    sources_free(c->sources);
}

static enum verdict prepare(const void *conf, struct job *j, struct doc *d)
{
    const struct conf *c = conf;
    struct found *f = arena_alloc(j->arena, sizeof *f);
    f->keys = sign(c, j->scratch, j->arena, d->text);
    f->rank = policy_rank(&c->policy, d);
    if (!f->keys)
        job_count(j, "without_words", 1);
    d->slot = f;
    return DOC_KEEP;
}

static enum verdict commit(void *conf, struct job *j, struct doc *d)
{
    struct conf *c = conf;
    const struct found *f = d->slot;
    c->fields = d->fields;
    if (names_add(c->names, d->id, j->err) ||
        sources_add(c->sources, doc_get_text(d, SLICE("source")), j->err) ||
        near_add(c->near, f->keys, f->rank, j->err))
        return DOC_FAIL;
    return DOC_KEEP;
}

static void put_sources(const struct source_count *v, size_t n, struct buf *b)
{
    json_key(b, "sources");
    buf_add_byte(b, '[');
    for (size_t i = 0; i < n; i++) {
        buf_add_str(b, i ? ",\n {" : "{");
        json_put_str(b, "source", v[i].name);
        json_put_u64(b, "documents", v[i].documents);
        json_put_u64(b, "kept", v[i].kept);
        buf_add_byte(b, '}');
    }
    buf_add_byte(b, ']');
}

static int put_giant(const struct conf *c, const struct giant *g, struct buf *b, struct err *e)
{
    struct buf id;
    int rc = 0;
    buf_init(&id, BUF_NO_LIMIT);
    json_put_u64(b, "documents", g->docs);
    json_put_u64(b, "kept", g->kept);
    json_key(b, "first");
    buf_add_byte(b, '[');
    for (size_t i = 0; i < GIANT_NAMED && i < g->docs && !rc; i++) {
        rc = names_get(c->names, g->first[i], &id, e);
        buf_add_str(b, i ? "," : "");
        json_add_string(b, buf_slice(&id));
    }
    buf_add_byte(b, ']');
    buf_free(&id);
    return rc;
}

static int write_report(const struct conf *c, const struct source_count *v, size_t n,
                        struct err *e)
{
    struct near_counts counts = near_counts(c->near);
    struct buf b;
    int rc = 0;
    buf_init(&b, BUF_NO_LIMIT);
    buf_add_byte(&b, '{');
    put_sources(v, n, &b);
    json_key(&b, "components");
    buf_add_byte(&b, '[');
    for (size_t i = 0; i < counts.n_giants && !rc; i++) {
        buf_add_str(&b, i ? ",\n {" : "\n {");
        rc = put_giant(c, &counts.giants[i], &b, e);
        buf_add_byte(&b, '}');
    }
    buf_add_str(&b, "]}\n");
    if (!rc)
        rc = output_whole(c->report, buf_slice(&b), e);
    buf_free(&b);
    return rc;
}

static void warn(const struct conf *c, const struct source_count *v, size_t n, uint64_t docs)
{
    struct clusters_counts counts = near_counts(c->near).clusters;
    if (counts.largest_component >= GIANT && counts.largest_component > docs / 100)
        fprintf(stderr, "dedup-near: %llu documents hang together by bands, %llu of them were "
                "kept: templates or boilerplate?\n",
                (unsigned long long)counts.largest_component,
                (unsigned long long)counts.largest_kept);
    for (size_t i = 0; i < n; i++)
        if (v[i].documents >= ALARM_FROM &&
            100 * (double)v[i].kept < c->alarm * (double)v[i].documents)
            fprintf(stderr, "dedup-near: of source '%.*s' %llu of %llu documents are kept\n",
                    (int)(v[i].name.n < 80 ? v[i].name.n : 80), v[i].name.p,
                    (unsigned long long)v[i].kept, (unsigned long long)v[i].documents);
}

static int decide(void *conf, const struct setup *s, struct spool *docs, struct err *e)
{
    struct conf *c = conf;
    struct near_texts texts = {c->against, docs, c->fields};
    const struct source_count *v;
    size_t n;
    if (names_seal(c->names, e) || near_decide(c->near, c->names, &texts, e) ||
        sources_count(c->sources, near_verdicts(c->near), c->earlier, &v, &n, e))
        return -1;
    if (!s->quiet)
        warn(c, v, n, spool_count(docs));
    return c->report ? write_report(c, v, n, e) : 0;
}

/* Once: what near_decide() saw. */
static void count_decision(const struct conf *c, struct job *j)
{
    struct clusters_counts n = near_counts(c->near).clusters;
    job_count(j, "candidates", n.candidates);
    job_count(j, "components", n.components);
    job_count(j, "largest_component", n.largest_component);
    job_count(j, "largest_component_kept", n.largest_kept);
    job_count(j, "largest_group", near_counts(c->near).largest_group);
    job_count(j, "pairs_compared", n.compared);
    job_count(j, "pairs_refused", n.refused);
}

static enum verdict give(const void *conf, struct job *j, struct doc *d)
{
    const struct conf *c = conf;
    struct scratch *s = j->scratch;
    struct verdict_of v;
    int rc = verdicts_find(near_verdicts(c->near), s->cursor, c->earlier + d->index, &v,
                           j->err);
    if (rc < 0)
        return DOC_FAIL;
    if (d->index == 0)
        count_decision(c, j);
    if (rc == 0) {
        job_hist(j, "cluster_size", 1);
        return DOC_KEEP;
    }
    if (names_get(c->names, v.kept, &s->id, j->err))
        return DOC_FAIL;
    struct outcome o = {v.kept == v.doc, buf_slice(&s->id), v.size, v.rank, v.similarity,
                        c->settings.jaccard};
    return outcome_give(j, d, &o, &c->weights);
}

extern const struct stage stage_dedup_near;
const struct stage stage_dedup_near = {
    .name = "dedup-near",
    .summary = "drop documents that are nearly equal to another one",
    .operands = "[FILE...]",
    .example = "tokmill dedup-near docs-*.jsonl.zst --rejects copies.jsonl.zst -o unique.jsonl.zst",
    .by_ranks = "minhash-sign, minhash-match, minhash-cluster, minhash-sets, minhash-verify, "
                "apply",
    .form = FORM_BARRIER,
    .opts = opts,
    .conf_size = sizeof(struct conf),
    .open = open_near,
    .close = close_near,
    .scratch_new = new_scratch,
    .scratch_free = free_scratch,
    .prepare = prepare,
    .commit = commit,
    .decide = decide,
    .give = give,
};
