/* tokmill dedup-exact: drop documents that equal another one. */
#include "core/docs.h"
#include "core/mem.h"
#include "core/stage.h"
#include "dedup/exact.h"
#include "dedup/key.h"
#include "dedup/policy.h"

struct conf {
    const char *by, *keep;
    struct opt_list against;
    struct policy policy;
    struct exact *exact;
    struct names *names, *earlier;  /* of the documents; of those in --against */
    uint64_t n_earlier;
};

struct scratch {
    struct verdict_cursor *cursor;
    struct buf work;
};

struct found {                      /* of one document, from prepare to commit */
    bool has_key;
    struct hash128 key;
    uint64_t rank;
};

static const struct opt opts[] = {
    OPT_STR(0, "by", "FIELD,...", "text", struct conf, by,
            "what must be equal: text, url (normalised), id or dotted names"),
    OPT_STR(0, "keep", "POLICY", "first", struct conf, keep,
            "the one kept: first, longest, min-id, field:NAME, source:A,B,..."),
    OPT_LIST(0, "against", "FILE", struct conf, against,
             "documents kept earlier: what equals one of them goes"),
    OPT_END};

static int add_earlier(struct conf *c, const struct doc *d, struct buf *work, struct err *e)
{
    struct hash128 key;
    if (key_of(d, slice_str(c->by), work, &key) &&
        exact_add(c->exact, key, 0, EXACT_EARLIER + c->n_earlier, e))
        return -1;
    c->n_earlier++;
    return names_add(c->earlier, d->id, e);
}

static int read_earlier(struct conf *c, const char *path, struct err *e)
{
    struct docs *docs = docs_open(path, &doc_fields_default, e);
    struct arena a;
    struct buf work;
    struct doc d;
    int rc = docs ? 1 : -1;
    arena_init(&a);
    buf_init(&work, BUF_NO_LIMIT);
    while (rc > 0 && (rc = docs_next(docs, &a, &d, e)) > 0) {
        rc = add_earlier(c, &d, &work, e) ? -1 : 1;
        arena_reset(&a);
    }
    docs_close(docs);
    buf_free(&work);
    arena_free(&a);
    return rc;
}

static int open_exact(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    if (!*c->by)
        return err_set(e, ERR_USAGE, "--by names no field");
    if (policy_parse(&c->policy, c->keep, e))
        return -1;
    struct exact_about about = {s->memory, s->tmp_max, s->tmp, policy_by_id(&c->policy)};
    c->exact = exact_new(&about);
    if (!(c->names = names_new(s->tmp, s->tmp_max, e)) ||
        !(c->earlier = names_new(s->tmp, s->tmp_max, e)))
        return -1;
    for (size_t i = 0; i < c->against.n; i++)
        if (read_earlier(c, c->against.v[i], e))
            return -1;
    return names_seal(c->earlier, e);
}

static void close_exact(void *conf)
{
    struct conf *c = conf;
    exact_free(c->exact);
    names_free(c->names);
    names_free(c->earlier);
}

static void *new_scratch(const void *conf)
{
    struct scratch *s = mem_zero(sizeof *s);
    (void)conf;
    s->cursor = verdict_cursor_new();
    buf_init(&s->work, BUF_NO_LIMIT);
    return s;
}

static void free_scratch(void *scratch)
{
    struct scratch *s = scratch;
    verdict_cursor_free(s->cursor);
    buf_free(&s->work);
    mem_free(s);
}

static enum verdict prepare(const void *conf, struct job *j, struct doc *d)
{
    const struct conf *c = conf;
    struct scratch *s = j->scratch;
    struct found *f = arena_zero(j->arena, sizeof *f);
    f->has_key = key_of(d, slice_str(c->by), &s->work, &f->key);
    f->rank = policy_rank(&c->policy, d);
    d->slot = f;
    return DOC_KEEP;
}

static enum verdict commit(void *conf, struct job *j, struct doc *d)
{
    struct conf *c = conf;
    const struct found *f = d->slot;
    if (names_add(c->names, d->id, j->err) ||
        (f->has_key && exact_add(c->exact, f->key, f->rank, d->index, j->err)))
        return DOC_FAIL;
    return DOC_KEEP;
}

static int decide(void *conf, const struct setup *s, struct spool *docs, struct err *e)
{
    struct conf *c = conf;
    (void)s, (void)docs;
    return names_seal(c->names, e) || exact_decide(c->exact, c->names, e) ? -1 : 0;
}

static enum verdict give(const void *conf, struct job *j, struct doc *d)
{
    const struct conf *c = conf;
    struct scratch *s = j->scratch;
    struct verdict_of v;
    int rc = verdicts_find(exact_verdicts(c->exact), s->cursor, d->index, &v, j->err);
    if (rc < 0)
        return DOC_FAIL;
    if (rc == 0 || v.kept == v.doc)
        job_hist(j, "copies", rc == 0 ? 1 : (double)v.size);
    if (rc == 0)
        return DOC_KEEP;
    if (v.kept == v.doc) {
        job_note_f64(j, "copies", (double)v.size);
        if (!j->annotate)
            doc_set_u64(d, "metadata.tokmill.dedup-exact.copies", v.size);
        return DOC_KEEP;
    }
    rc = v.kept < EXACT_EARLIER ? names_get(c->names, v.kept, &s->work, j->err)
                                : names_get(c->earlier, v.kept - EXACT_EARLIER, &s->work, j->err);
    if (rc)
        return DOC_FAIL;
    job_note_str(j, "kept", buf_slice(&s->work));
    if (!j->annotate)
        doc_set_str(d, "metadata.tokmill.dedup-exact.kept", buf_slice(&s->work));
    return job_drop(j, "exact-duplicate");
}

extern const struct stage stage_dedup_exact;
const struct stage stage_dedup_exact = {
    .name = "dedup-exact",
    .summary = "drop documents that equal another one",
    .operands = "[FILE...]",
    .example = "tokmill dedup-exact --by url --keep field:metadata.date docs.jsonl -o unique.jsonl",
    .by_ranks = "one process between steps by ranks; it holds 24 bytes a document",
    .form = FORM_BARRIER,
    .opts = opts,
    .conf_size = sizeof(struct conf),
    .open = open_exact,
    .close = close_exact,
    .scratch_new = new_scratch,
    .scratch_free = free_scratch,
    .prepare = prepare,
    .commit = commit,
    .decide = decide,
    .give = give,
};
