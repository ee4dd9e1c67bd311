/* tokmill shard: documents with token ids to files for a trainer. */
#include <stdio.h>
#include "core/hash.h"
#include "core/json.h"
#include "core/mem.h"
#include "core/stage.h"
#include "shard/manifest.h"
#include "shard/writer.h"

enum { EOD_ADD, EOD_OMIT };
enum { TRAIN, VALIDATION, TEST, PARTS };

/* What prepare() finds out on any thread. */
struct found {
    uint32_t max;                   /* largest id */
    int part;
};

struct conf {
    int format, eod;
    const char *prefix;
    const char *size, *eod_id, *vocab_size;
    uint64_t level, docs;
    bool no_names;
    int compress;
    int pack;
    uint64_t length;
    const char *pad_id, *pack_window, *split_by;
    bool loss_mask;
    double validation, test;        /* shares of the documents that go there; 0: none */
    /* All documents, or each part's: made at the first, which names the tokenizer. */
    struct shard_writer *writer[PARTS];
    struct shard_plan plan;
    char *hash;                     /* of that tokenizer: raw JSON */
    size_t n_hash;
};

static const struct opt opts[] = {
    OPT_CHOICE('f', "format", SHARD_FORMAT_NAMES, "native",
               struct conf, format, "file format"),
    OPT_STR(0, "size", "TOKENS", NULL, struct conf, size,
            "start a new file before this many tokens (K, M, G; 0: one file)"),
    OPT_U64(0, "docs", "N", "0", struct conf, docs,
            "start a new file after N documents (0: no limit)"),
    OPT_BOOL(0, "no-names", struct conf, no_names,
             "write no NAME.docs.jsonl.zst with the documents' ids and sources"),
    OPT_STR(0, "prefix", "NAME", "shard", struct conf, prefix, "begin names of files with this"),
    OPT_CHOICE(0, "eod", "add|none", "add", struct conf, eod,
               "end-of-document id once a document"),
    OPT_STR(0, "eod-id", "N", NULL, struct conf, eod_id,
            "that id (default: the tokenizer's eos)"),
    OPT_STR(0, "vocab-size", "N", NULL, struct conf, vocab_size,
            "ids are below N (default: metadata.tokenizer)"),
    OPT_F64(0, "validation", "SHARE", "0", struct conf, validation,
            "put this share of the documents (0.01) into validation/, the rest into train/"),
    OPT_F64(0, "test", "SHARE", "0", struct conf, test, "and this share into test/"),
    OPT_STR(0, "split-by", "FIELD", NULL, struct conf, split_by,
            "documents with the same value go to the same part (default: with the same ids)"),
    OPT_CHOICE(0, "pack", PACK_MODE_NAMES, "none", struct conf, pack,
               "make sequences of --length tokens"),
    OPT_U64(0, "length", "N", "0", struct conf, length, "tokens of a packed sequence"),
    OPT_STR(0, "pad-id", "N", NULL, struct conf, pad_id,
            "what fills a sequence up (default: the end-of-document id)"),
    OPT_STR(0, "pack-window", "TOKENS", "16M", struct conf, pack_window,
            "how far best-fit and crop look"),
    OPT_BOOL(0, "loss-mask", struct conf, loss_mask, "write NAME.mask: 0 where padding is"),
    OPT_CHOICE(0, "compress", "none|zstd", "none", struct conf, compress,
               "whole files of mds and litdata (native is always compressed)"),
    OPT_U64(0, "level", "N", "6", struct conf, level, "zstd level"),
    OPT_END};

static int number(const char *s, const char *what, uint64_t max, uint64_t *out, struct err *e)
{
    if (shard_parse_count(s, out) || *out > max)
        return err_set(e, ERR_USAGE, "--%s: '%s' is no number in range", what, s);
    return 0;
}

static bool is_split(const struct conf *c) { return c->validation > 0 || c->test > 0; }

static int check_pack(struct conf *c, const struct setup *s, struct err *e)
{
    struct pack_plan *p = &c->plan.pack;
    uint64_t v;
    p->mode = (enum pack_mode)c->pack;
    if (!p->mode)
        return c->length || c->pad_id || c->loss_mask
                   ? err_set(e, ERR_USAGE, "--length, --pad-id and --loss-mask go with --pack") : 0;
    if (c->length < 2 || c->length > PACK_LENGTH_MAX)
        return err_set(e, ERR_USAGE, "--pack needs --length, 2 to %d", PACK_LENGTH_MAX);
    if (number(c->pack_window, "pack-window", (uint64_t)1 << 40, &p->window, e) ||
        (c->pad_id && number(c->pad_id, "pad-id", UINT32_MAX, &v, e)))
        return -1;
    if (p->window < c->length)
        return err_set(e, ERR_USAGE, "--pack-window is smaller than --length");
    if (p->mode != PACK_CONCAT && p->window > s->memory / 16)
        return err_set(e, ERR_USAGE, "--pack-window needs --memory of 16 bytes a token: %llu MB",
                       (unsigned long long)(p->window >> 16));
    p->length = (uint32_t)c->length;
    c->plan.loss_mask = c->loss_mask;
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
    c->plan.level = c->compress || c->plan.format == &shard_native ? (int)c->level : 0;
    c->plan.docs = c->docs;
    c->plan.no_names = c->no_names;
    if (c->compress && !c->plan.format->packed_suffix)
        return err_set(e, ERR_USAGE, "--compress: %s has no packed files", c->plan.format->name);
    if (c->level < 1 || c->level > 22)
        return err_set(e, ERR_USAGE, "--level: 1 to 22");
    if (!(c->validation >= 0 && c->test >= 0 && c->validation + c->test < 1))
        return err_set(e, ERR_USAGE, "--validation, --test: shares from 0, together below 1");
    if (c->split_by && !is_split(c))
        return err_set(e, ERR_USAGE, "--split-by goes with --validation or --test");
    if (check_pack(c, s, e))
        return -1;
    if (c->size && number(c->size, "size", (uint64_t)1 << 60, &c->plan.size, e))
        return -1;
    if (c->eod_id && number(c->eod_id, "eod-id", UINT32_MAX, &v, e))
        return -1;
    if (c->vocab_size && number(c->vocab_size, "vocab-size", (uint64_t)1 << 32, &v, e))
        return -1;
    return 0;
}

/* One writer, or one for each part's folder; a part that is not asked for has none. */
static int open_writers(struct conf *c, struct err *e)
{
    static const char *const name[] = {[TRAIN] = "train/", [VALIDATION] = "validation/",
                                       [TEST] = "test/"};
    const bool wanted[PARTS] = {true, c->validation > 0, c->test > 0};
    struct shard_plan p = c->plan;
    for (int i = TRAIN; i < PARTS; i++) {
        if (!wanted[i])
            continue;
        char *folder = is_split(c) ? manifest_path(c->plan.folder, name[i])
                                   : mem_strdup(c->plan.folder);
        p.folder = folder;
        c->writer[i] = shard_writer_new(&p, e);
        mem_free(folder);
        if (!c->writer[i])
            return -1;
    }
    return 0;
}

static void choose_pad(struct conf *c)
{
    struct shard_about *a = &c->plan.about;
    uint64_t v = a->eod == EOD_NONE ? 0 : a->eod_id;
    if (c->pad_id)
        shard_parse_count(c->pad_id, &v);
    c->plan.pack.pad_id = (uint32_t)v;
    if (v > a->max_id)
        a->max_id = (uint32_t)v;
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
    if (c->pack)
        choose_pad(c);
    a->width = c->plan.format->width(a->max_id);
    if (!a->width)
        return err_set(e, ERR_DATA, "%s cannot hold ids up to %lu", c->plan.format->name,
                       (unsigned long)a->max_id);
    struct slice hash = shard_tokenizer_hash(tokenizer);
    c->n_hash = hash.n;
    c->hash = mem_alloc(hash.n + 1);
    if (hash.n)
        memcpy(c->hash, hash.p, hash.n);
    return open_writers(c, e);
}

/* By the ids themselves, or a member: equal ones fall on one side, whatever else is in the run. */
static int part_of(const struct conf *c, const struct doc *d, uint64_t seed)
{
    if (!is_split(c))
        return TRAIN;
    struct slice by = c->split_by ? doc_get_text(d, slice_str(c->split_by))
                                  : slice_of((const char *)d->ids, d->n_ids * sizeof *d->ids);
    double x = (double)(hash64_seed(by, seed) >> 11) * 0x1p-53;
    return x < c->validation ? VALIDATION : x < c->validation + c->test ? TEST : TRAIN;
}

static enum verdict prepare(const void *conf, struct job *j, struct doc *d)
{
    if (!d->has_ids)
        return job_bad(j, "no-ids", "no input_ids: run encode first");
    if (doc_ids(d))
        return job_bad(j, "ids", "input_ids is no array of ids");
    struct found *f = arena_zero(j->arena, sizeof *f);
    for (size_t i = 0; i < d->n_ids; i++)
        f->max = d->ids[i] > f->max ? d->ids[i] : f->max;
    f->part = part_of(conf, d, j->setup->seed);
    d->slot = f;
    return DOC_KEEP;
}

static int check(const struct conf *c, const struct doc *d, struct slice tokenizer,
                 struct err *e)
{
    const struct shard_about *a = &c->plan.about;
    uint32_t max = ((const struct found *)d->slot)->max;
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
    if (!c->writer[TRAIN] && start(c, tokenizer, j->err))
        return DOC_FAIL;
    const struct shard_doc about = origin(d);
    const int part = ((const struct found *)d->slot)->part;
    if (check(c, d, tokenizer, j->err) ||
        shard_writer_add(c->writer[part], d->ids, d->n_ids, &about, j->err))
        return DOC_FAIL;
    job_count(j, "tokens", d->n_ids + (c->plan.about.eod != EOD_NONE));
    static const char *const names[] = {NULL, "validation_tokens", "test_tokens"};
    if (part != TRAIN)
        job_count(j, names[part], d->n_ids + (c->plan.about.eod != EOD_NONE));
    job_hist(j, "tokens_per_document", (double)d->n_ids);
    return DOC_KEEP;
}

static void tell_packed(const struct pack_counts *k)
{
    if (k)
        fprintf(stderr, "tokmill: shard: %llu documents of %llu tokens in %llu sequences; padding "
                "%llu, dropped %llu, documents cut %llu\n", (unsigned long long)k->documents,
                (unsigned long long)k->tokens, (unsigned long long)k->sequences,
                (unsigned long long)k->padding, (unsigned long long)k->dropped,
                (unsigned long long)k->cut);
}

static int finish(void *conf, const struct setup *s, void **scratch, int n_scratch,
                  struct err *e)
{
    struct conf *c = conf;
    (void)scratch, (void)n_scratch;
    if (!c->writer[TRAIN]) {        /* no documents: an empty shard of the smallest vocabulary */
        c->eod = EOD_OMIT;
        c->vocab_size = c->vocab_size ? c->vocab_size : "1";
        if (start(c, (struct slice){NULL, 0}, e))
            return -1;
    }
    for (int i = TRAIN; i < PARTS; i++) {
        if (c->writer[i] && shard_writer_finish(c->writer[i], e))
            return -1;
        if (c->writer[i] && s->verbose)
            tell_packed(shard_writer_packed(c->writer[i]));
    }
    return 0;
}

static void shard_close(void *conf)
{
    struct conf *c = conf;
    for (int i = TRAIN; i < PARTS; i++)
        shard_writer_free(c->writer[i]);
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
