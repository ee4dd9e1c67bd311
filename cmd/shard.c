/* tokmill shard: documents with token ids to files for a trainer. */
#include "core/json.h"
#include "core/mem.h"
#include "core/stage.h"
#include "shard/writer.h"

enum { EOD_ADD, EOD_OMIT };

struct conf {
    int format, eod;
    const char *prefix;
    const char *size, *eod_id, *vocab_size;
    uint64_t level;
    struct shard_writer *writer;    /* made at the first document, which names the tokenizer */
    struct shard_plan plan;
    char *hash;                     /* of that tokenizer: raw JSON */
    size_t n_hash;
};

static const struct opt opts[] = {
    OPT_CHOICE('f', "format", "native|megatron|llmc|nanogpt|datatrove|olmo", "native",
               struct conf, format, "file format"),
    OPT_STR(0, "size", "TOKENS", NULL, struct conf, size,
            "start a new file before this many tokens (K, M, G; 0: one file)"),
    OPT_STR(0, "prefix", "NAME", "shard", struct conf, prefix, "begin names of files with this"),
    OPT_CHOICE(0, "eod", "add|none", "add", struct conf, eod,
               "end-of-document id once a document"),
    OPT_STR(0, "eod-id", "N", NULL, struct conf, eod_id,
            "that id (default: the tokenizer's eos)"),
    OPT_STR(0, "vocab-size", "N", NULL, struct conf, vocab_size,
            "ids are below N (default: metadata.tokenizer)"),
    OPT_U64(0, "level", "N", "3", struct conf, level, "zstd level of native shards"),
    OPT_END};

static int number(const char *s, const char *what, uint64_t max, uint64_t *out, struct err *e)
{
    if (shard_parse_count(s, out) || *out > max)
        return err_set(e, ERR_USAGE, "--%s: '%s' is no number in range", what, s);
    return 0;
}

static int shard_open(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    uint64_t v;
    if (!s->out)
        return err_set(e, ERR_USAGE, "shard writes a folder: give -o DIR/");
    if (!*c->prefix || strchr(c->prefix, '/') || strchr(c->prefix, '\\') ||
        strlen(c->prefix) > 200)
        return err_set(e, ERR_USAGE, "--prefix: '%s' is no name of a file", c->prefix);
    c->plan.format = shard_formats[c->format];
    c->plan.folder = s->out;
    c->plan.prefix = c->prefix;
    c->plan.size = UINT64_MAX;
    c->plan.level = (int)c->level;
    if (c->level < 1 || c->level > 22)
        return err_set(e, ERR_USAGE, "--level: 1 to 22");
    if (c->size && number(c->size, "size", (uint64_t)1 << 60, &c->plan.size, e))
        return -1;
    if (c->eod_id && number(c->eod_id, "eod-id", UINT32_MAX, &v, e))
        return -1;
    if (c->vocab_size && number(c->vocab_size, "vocab-size", (uint64_t)1 << 32, &v, e))
        return -1;
    return 0;
}

/* Takes tokenizer, widths and ids from the first document. */
static int start(struct conf *c, struct slice tokenizer, struct err *e)
{
    struct shard_about *a = &c->plan.about;
    uint64_t v = 0;
    a->tokenizer = tokenizer;
    if (c->vocab_size) {
        number(c->vocab_size, "vocab-size", (uint64_t)1 << 32, &v, e);
        if (!v)
            return err_set(e, ERR_USAGE, "--vocab-size: 0");
        a->max_id = (uint32_t)(v - 1);
    } else if (!shard_tokenizer_max_id(tokenizer, &a->max_id)) {
        return err_set(e, ERR_DATA, "no metadata.tokenizer.max_id: give --vocab-size");
    }
    if (c->eod == EOD_ADD) {
        a->eod = c->plan.format->eod;
        if (c->eod_id && !number(c->eod_id, "eod-id", UINT32_MAX, &v, e))
            a->eod_id = (uint32_t)v;
        else if (!shard_tokenizer_eos(tokenizer, &a->eod_id))
            return err_set(e, ERR_DATA, "the tokenizer names no eos: give --eod-id or --eod none");
        if (a->eod_id > a->max_id)
            a->max_id = a->eod_id;
    }
    a->width = c->plan.format->width(a->max_id);
    if (!a->width)
        return err_set(e, ERR_DATA, "%s cannot hold ids up to %lu", c->plan.format->name,
                       (unsigned long)a->max_id);
    struct slice hash = shard_tokenizer_hash(tokenizer);
    c->n_hash = hash.n;
    c->hash = mem_alloc(hash.n + 1);
    if (hash.n)
        memcpy(c->hash, hash.p, hash.n);
    c->writer = shard_writer_new(&c->plan, e);
    return c->writer ? 0 : -1;
}

/* The largest id, found on any thread, waits in the slot. */
static enum verdict prepare(const void *conf, struct job *j, struct doc *d)
{
    (void)conf;
    if (!d->has_ids)
        return job_bad(j, "no-ids", "no input_ids: run encode first");
    if (doc_ids(d))
        return job_bad(j, "ids", "input_ids is no array of ids");
    uint32_t *max = arena_zero(j->arena, sizeof *max);
    for (size_t i = 0; i < d->n_ids; i++)
        *max = d->ids[i] > *max ? d->ids[i] : *max;
    d->slot = max;
    return DOC_KEEP;
}

static int check(const struct conf *c, const struct doc *d, struct slice tokenizer,
                 struct err *e)
{
    const struct shard_about *a = &c->plan.about;
    uint32_t max = *(const uint32_t *)d->slot;
    if (!slice_eq(shard_tokenizer_hash(tokenizer), slice_of(c->hash, c->n_hash)))
        return err_set(e, ERR_DATA, "document %.*s: another tokenizer than before",
                       (int)(d->id.n < 200 ? d->id.n : 200), d->id.p);
    if (max > a->max_id)
        return err_set(e, ERR_DATA, "document %.*s: id %lu, the vocabulary ends at %lu",
                       (int)(d->id.n < 200 ? d->id.n : 200), d->id.p, (unsigned long)max,
                       (unsigned long)a->max_id);
    if (a->eod != EOD_NONE && d->n_ids &&
        d->ids[a->eod == EOD_LAST ? d->n_ids - 1 : 0] == a->eod_id)
        return err_set(e, ERR_DATA, "document %.*s has its end-of-document id already: "
                       "give --eod none", (int)(d->id.n < 200 ? d->id.n : 200), d->id.p);
    return 0;
}

static struct shard_doc origin(const struct doc *d)
{
    struct shard_doc s = {.id = d->id, .source = doc_get_text(d, SLICE("metadata.origin.name"))};
    if (!s.source.n)
        s.source = doc_get_text(d, SLICE("source"));
    json_u64(doc_get(d, "metadata.origin.record"), &s.place);
    return s;
}

static enum verdict commit(void *conf, struct job *j, struct doc *d)
{
    struct conf *c = conf;
    struct slice tokenizer = doc_get(d, "metadata.tokenizer");
    if (!c->writer && start(c, tokenizer, j->err))
        return DOC_FAIL;
    const struct shard_doc about = origin(d);
    if (check(c, d, tokenizer, j->err) ||
        shard_writer_add(c->writer, d->ids, d->n_ids, &about, j->err))
        return DOC_FAIL;
    job_count(j, "tokens", d->n_ids + (c->plan.about.eod != EOD_NONE));
    job_hist(j, "tokens_per_document", (double)d->n_ids);
    return DOC_KEEP;
}

static int finish(void *conf, const struct setup *s, void **scratch, int n_scratch,
                  struct err *e)
{
    struct conf *c = conf;
    (void)s, (void)scratch, (void)n_scratch;
    if (!c->writer) {               /* no documents: an empty shard of the smallest vocabulary */
        c->eod = EOD_OMIT;
        c->vocab_size = c->vocab_size ? c->vocab_size : "1";
        if (start(c, (struct slice){NULL, 0}, e))
            return -1;
    }
    return shard_writer_finish(c->writer, e);
}

static void shard_close(void *conf)
{
    struct conf *c = conf;
    shard_writer_free(c->writer);
    mem_free(c->hash);
}

const struct stage stage_shard = {
    .name = "shard",
    .summary = "write token ids as shards that trainers read",
    .operands = "[FILE...]",
    .example = "tokmill encode -t tok.json docs.jsonl.zst then shard --format megatron -o shards/",
    .form = FORM_SINK,
    .opts = opts,
    .conf_size = sizeof(struct conf),
    .open = shard_open,
    .close = shard_close,
    .prepare = prepare,
    .commit = commit,
    .finish = finish,
};
