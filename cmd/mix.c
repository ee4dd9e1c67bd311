/* tokmill mix: blend sources of documents by weight. */
#include "core/json.h"
#include "core/output.h"
#include "core/stage.h"
#include "shard/mix.h"
#include "shard/wish.h"

enum { BATCH_BYTES = 1 << 20, BATCH_DOCS = 4096 };

struct conf {
    struct opt_list sources;
    int unit, until, shares, shuffle;
    uint64_t epochs_max, block_docs, group_blocks;
    double temperature, tolerance;
    const char *total, *slice, *report, *blend_file;
    struct wish_opts read;
    struct mix *mix;
    bool ended;
};

static const struct opt opts[] = {
    OPT_LIST(0, "source", "NAME=WEIGHT:FILE[,FILE...]", struct conf, sources,
             "a source; the same as an operand"),
    OPT_CHOICE(0, "unit", "docs|bytes|tokens", "docs", struct conf, unit,
               "what weights and --total count"),
    OPT_CHOICE(0, "weights", "given|temperature|unimax|budgets", "given", struct conf, shares,
               "what the shares are made from"),
    OPT_F64(0, "temperature", "T", "1", struct conf, temperature,
            "shares as size^(1/T), with --weights temperature"),
    OPT_U64(0, "epochs-max", "N", "1", struct conf, epochs_max,
            "give a source at most N times over"),
    OPT_STR(0, "total", "N", NULL, struct conf, total, "stop after N units (K, M, G)"),
    OPT_CHOICE(0, "until", "first|last", "first", struct conf, until,
               "end with the first source used up, or the last"),
    OPT_CHOICE(0, "shuffle", "none|global|blocks", "none", struct conf, shuffle,
               "order of a source's documents, which must be shards"),
    OPT_U64(0, "block-docs", "N", "1024", struct conf, block_docs, "documents of a block"),
    OPT_U64(0, "group-blocks", "N", "16", struct conf, group_blocks,
            "blocks among which documents are shuffled"),
    OPT_F64(0, "tolerance", "X", "1", struct conf, tolerance,
            "fail when a share is further than X from the wanted one"),
    OPT_STR(0, "slice", "R/N", NULL, struct conf, slice,
            "give only part R of N of --total, from 0"),
    OPT_STR(0, "report", "FILE", NULL, struct conf, report,
            "write wanted and reached shares and epochs (JSON)"),
    OPT_STR(0, "blend-file", "FILE", NULL, struct conf, blend_file,
            "write Megatron's list of weights and prefixes, and no documents"),
    WISH_OPTS(struct conf, read), OPT_END};

/* "R/N" */
static int parse_slice(const char *text, struct mix_plan *p, struct err *e)
{
    struct slice rest = slice_str(text), part;
    if (!slice_next(&rest, '/', &part) || !json_u64(part, &p->slice) ||
        !json_u64(rest, &p->slices) || p->slice >= p->slices)
        return err_set(e, ERR_USAGE, "--slice: '%s' is not R/N with R below N", text);
    return p->total ? 0 : err_set(e, ERR_USAGE, "--slice needs --total");
}

static int make_plan(const struct conf *c, const struct setup *s, struct mix_plan *p,
                     struct err *e)
{
    *p = (struct mix_plan){
        .unit = (enum mix_unit)c->unit, .epochs_max = c->epochs_max,
        .until_last = c->until == 1, .shares = (enum shares_kind)c->shares,
        .temperature = c->temperature, .slices = 1,
        .order = {(enum order_kind)c->shuffle, c->block_docs, c->group_blocks, s->seed}};
    if (c->total && (shard_parse_count(c->total, &p->total) || !p->total))
        return err_set(e, ERR_USAGE, "--total: '%s' is no number in range", c->total);
    if (!c->epochs_max)
        return err_set(e, ERR_USAGE, "--epochs-max: at least 1");
    if (!(c->temperature > 0) || !c->block_docs || !c->group_blocks ||
        c->group_blocks > UINT32_MAX || c->block_docs > UINT32_MAX || !(c->tolerance >= 0))
        return err_set(e, ERR_USAGE, "--temperature, --block-docs, --group-blocks: above 0; "
                       "--tolerance: not below");
    if (p->shares == SHARES_UNIMAX && !p->total)
        return err_set(e, ERR_USAGE, "--weights unimax shares out a --total");
    if (p->shares == SHARES_BUDGETS && p->total)
        return err_set(e, ERR_USAGE, "--weights budgets are the total: no --total");
    if (c->slice && parse_slice(c->slice, p, e))
        return -1;
    return wish_set(&p->wish, &c->read, s, e);
}

static int write_blend(struct conf *c, struct err *e);

static int mix_open(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    struct mix_plan p;
    if (make_plan(c, s, &p, e))
        return -1;
    c->mix = mix_new(&p);
    for (size_t i = 0; i < c->sources.n; i++)
        if (mix_add(c->mix, c->sources.v[i], e))
            return -1;
    for (size_t i = 0; s->operands && i < s->operands->n; i++)
        if (mix_add(c->mix, s->operands->v[i], e))
            return -1;
    if (!mix_sources(c->mix))
        return err_set(e, ERR_USAGE, "mix needs sources: NAME=WEIGHT:FILE[,FILE...]");
    if (mix_begin(c->mix, e))
        return -1;
    return c->blend_file ? write_blend(c, e) : 0;
}

/* A line a file: its part of the source's share, by its tokens, and the path without .bin. */
static int blend_source(const struct conf *c, size_t i, struct buf *b, struct err *e)
{
    const struct mix_source *s = mix_source(c->mix, i);
    const size_t n = s->is_shards ? pool_files(s->pool) : 0;
    double all = 0;
    for (size_t k = 0; k < n; k++)
        all += (double)pool_file_tokens(s->pool, k);
    for (size_t k = 0; k < n; k++) {
        const char *path = pool_path(s->pool, k);
        const double tokens = (double)pool_file_tokens(s->pool, k);
        if (pool_format(s->pool, k) != &shard_megatron)
            return err_set(e, ERR_USAGE, "--blend-file: %s is no Megatron shard", path);
        if (tokens == 0)
            continue;                   /* Megatron refuses a weight of 0 */
        json_add_f64(b, mix_share(c->mix, i) * tokens / all);
        buf_add_byte(b, ' ');
        buf_add(b, path, strlen(path) - (slice_ends(slice_str(path), SLICE(".bin")) ? 4 : 0));
        buf_add_byte(b, '\n');
    }
    return n ? 0 : err_set(e, ERR_USAGE, "--blend-file: source %s is not of shards", s->name);
}

static int write_blend(struct conf *c, struct err *e)
{
    struct buf b;
    int rc = 0;
    buf_init(&b, BUF_NO_LIMIT);
    for (size_t i = 0; !rc && i < mix_sources(c->mix); i++)
        rc = blend_source(c, i, &b, e);
    if (!rc)
        rc = output_whole(c->blend_file, buf_slice(&b), e);
    buf_free(&b);
    c->ended = true;
    return rc;
}

static int write_report(const struct conf *c, struct err *e)
{
    struct buf b;
    uint64_t all = 0;
    for (size_t i = 0; i < mix_sources(c->mix); i++)
        all += mix_source(c->mix, i)->units;
    buf_init(&b, BUF_NO_LIMIT);
    buf_add_str(&b, "{\"sources\":[");
    for (size_t i = 0; i < mix_sources(c->mix); i++) {
        const struct mix_source *s = mix_source(c->mix, i);
        buf_add_str(&b, i ? ",\n {" : "\n {");
        json_put_str(&b, "name", slice_str(s->name));
        json_put_f64(&b, "wanted", mix_share(c->mix, i));
        json_put_f64(&b, "reached", all ? (double)s->units / (double)all : 0);
        json_put_u64(&b, "units", s->units);
        json_put_u64(&b, "documents", s->documents);
        json_put_u64(&b, "epochs", s->documents ? s->epoch : 0);
        buf_add_byte(&b, '}');
    }
    buf_add_str(&b, "]}\n");
    int rc = output_whole(c->report, buf_slice(&b), e);
    buf_free(&b);
    return rc;
}

/* The last document is out: were the shares held? */
static int end_mix(struct conf *c, struct err *e)
{
    if (c->ended)
        return 0;
    c->ended = true;
    if (c->report && write_report(c, e))
        return -1;
    return c->tolerance < 1 ? mix_check(c->mix, c->tolerance, e) : 0;
}

static void mix_close(void *conf)
{
    struct conf *c = conf;
    mix_free(c->mix);
}

static int pull(void *conf, struct job *j, struct batch *out, bool *end)
{
    struct conf *c = conf;
    struct slice source;
    uint64_t units, bytes = 0;
    static const char *const names[] = {"mix_documents", "mix_bytes", "mix_tokens"};
    *end = c->ended;
    for (int n = 0; !*end && n < BATCH_DOCS && bytes < BATCH_BYTES; n++) {
        struct doc *d = batch_add(out);
        int rc = mix_next(c->mix, batch_arena(out), d, &source, &units, j->err);
        if (rc <= 0) {
            batch_undo(out);
            *end = true;
            return rc < 0 || end_mix(c, j->err) ? -1 : 0;
        }
        bytes += d->text.n + d->shell.n + d->n_ids * 4;
        job_count_key(j, names[0], source, 1);
        if (c->unit)
            job_count_key(j, names[c->unit], source, units);
    }
    return 0;
}

const struct stage stage_mix = {
    .name = "mix",
    .summary = "blend sources of documents by weight",
    .operands = "NAME=WEIGHT:FILE[,FILE...]...",
    .example = "tokmill mix web=0.8:web.jsonl.zst code=0.2:code.jsonl.zst -o mixed.jsonl.zst",
    .by_ranks = "mix each share of the sources by itself, then shard by ranks",
    .form = FORM_PULL,
    .opts = opts,
    .conf_size = sizeof(struct conf),
    .open = mix_open,
    .close = mix_close,
    .pull = pull,
};
