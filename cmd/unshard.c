/* tokmill unshard: shards of any format back to documents with input_ids. */
#include "core/json.h"
#include "core/stage.h"
#include "shard/detect.h"
#include "shard/idset.h"
#include "shard/wish.h"

enum { BATCH_IDS = 1 << 18 };

struct conf {
    struct wish_opts read;
    bool keep_eod;
    const char *tokens, *drop_ids;
    const char *step, *step_tokens;
    struct shard_wish wish;
    struct idset dropped;
    bool has_range;
    uint64_t from, to;              /* tokens wanted, of all files together */
    struct shard_paths paths;       /* operands, with folders as the files in them */
    size_t next;
    struct shard_reader *reader;
    uint64_t doc;                   /* number in the file, from 0 */
    uint64_t at;                    /* token of all files, where the next document begins */
};

static const struct opt opts[] = {
    WISH_OPTS(struct conf, read),
    OPT_BOOL(0, "keep-eod", struct conf, keep_eod, "leave that id in input_ids"),
    OPT_STR(0, "tokens", "FROM[-TO]", NULL, struct conf, tokens,
            "only documents with a token of this range, counted from 0 over all files"),
    OPT_STR(0, "step", "N", NULL, struct conf, step,
            "only documents of training step N, from 0, in the order of the files"),
    OPT_STR(0, "step-tokens", "N", NULL, struct conf, step_tokens, "tokens of a step"),
    OPT_FILE(0, "drop-ids", "FILE", struct conf, drop_ids,
             "leave out documents with these ids, one a line"),
    OPT_END};

/* "FROM" or "FROM-TO", the latter included. */
static int parse_tokens(struct conf *c, struct err *e)
{
    struct slice rest = slice_str(c->tokens), from;
    if (!slice_next(&rest, '-', &from) || !json_u64(from, &c->from) ||
        c->from == UINT64_MAX)
        return err_set(e, ERR_USAGE, "--tokens: '%s' is not FROM or FROM-TO", c->tokens);
    c->to = c->from + 1;
    if (from.n < strlen(c->tokens) && (!json_u64(rest, &c->to) || c->to++ < c->from))
        return err_set(e, ERR_USAGE, "--tokens: '%s' is not FROM or FROM-TO", c->tokens);
    return 0;
}

static int parse_step(struct conf *c, struct err *e)
{
    uint64_t step, n;
    if (!c->step || !c->step_tokens || c->tokens)
        return err_set(e, ERR_USAGE, "--step and --step-tokens go together, without --tokens");
    if (shard_parse_count(c->step, &step) || shard_parse_count(c->step_tokens, &n) || !n ||
        step > ((uint64_t)1 << 60) / n)
        return err_set(e, ERR_USAGE, "--step, --step-tokens: no numbers in range");
    c->from = step * n;
    c->to = c->from + n;
    return 0;
}

static int unshard_open(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    if (wish_set(&c->wish, &c->read, s, e))
        return -1;
    c->wish.keep_eod = c->keep_eod;
    c->has_range = c->tokens || c->step || c->step_tokens;
    if ((c->step || c->step_tokens) ? parse_step(c, e) : c->tokens && parse_tokens(c, e))
        return -1;
    if (c->drop_ids && idset_read(&c->dropped, c->drop_ids, e))
        return -1;
    if (!s->operands || !s->operands->n)
        return err_set(e, ERR_USAGE, "unshard reads files or folders of shards: name some");
    for (size_t i = 0; i < s->operands->n; i++)
        if (shard_paths_add(&c->paths, s->operands->v[i], e))
            return -1;
    return 0;
}

static void unshard_close(void *conf)
{
    struct conf *c = conf;
    shard_reader_close(c->reader);
    shard_paths_free(&c->paths);
    idset_free(&c->dropped);
}

/* Where the document stands, for those who asked for a place: metadata.shard. */
static void add_place(const struct conf *c, struct doc *d, uint64_t len)
{
    const char *path = shard_reader_path(c->reader), *slash = strrchr(path, '/');
    doc_set_str(d, "metadata.shard.file", slice_str(slash ? slash + 1 : path));
    doc_set_u64(d, "metadata.shard.document", c->doc);
    doc_set_u64(d, "metadata.shard.token", c->at);
    doc_set_u64(d, "metadata.shard.tokens", len);
}

/* Named as in the shard's side file, or by the file and the number in it. */
static struct doc *make(const struct conf *c, struct batch *out, const struct shard_doc *named)
{
    struct arena *a = batch_arena(out);
    struct slice file = slice_str(shard_reader_name(c->reader));
    struct slice tokenizer = shard_reader_about(c->reader)->tokenizer, meta = {"", 0};
    struct doc *d = batch_add(out);
    if (tokenizer.n)
        meta = arena_fmt(a, "\"tokenizer\":%.*s", (int)tokenizer.n, tokenizer.p);
    struct slice id = named->id.n ? named->id
                                  : arena_fmt(a, "%.*s:%llu", (int)file.n, file.p,
                                              (unsigned long long)c->doc);
    struct slice source = named->id.n ? named->source : arena_copy(a, file);
    doc_make(d, a, id, slice_of("", 0), source, meta);
    if (named->place) {
        doc_set_str(d, "metadata.origin.name", named->source);
        doc_set_u64(d, "metadata.origin.record", named->place);
    }
    return d;
}

/* The document that the reader stands at; ids of those not wanted are not read. */
static int give(struct conf *c, struct job *j, struct batch *out, struct shard_doc *named,
                uint64_t len, size_t *n)
{
    const uint32_t *ids;
    *n = 0;
    if (c->has_range && (c->at >= c->to || c->at + len <= c->from))
        return 0;
    if (idset_has(&c->dropped, named->id)) {
        job_count(j, "dropped_by_id", 1);
        return 0;
    }
    if (shard_reader_take(c->reader, batch_arena(out), named, &ids, n, j->err))
        return -1;
    struct doc *d = make(c, out, named);
    if (c->has_range)
        add_place(c, d, len);
    doc_set_ids(d, ids, *n);
    return 0;
}

static int open_next(struct conf *c, bool *end, struct err *e)
{
    *end = c->next == c->paths.n || (c->has_range && c->at >= c->to);
    if (*end && c->has_range && c->at <= c->from)
        return err_set(e, ERR_DATA, "there is no token %llu: the files have %llu",
                       (unsigned long long)c->from, (unsigned long long)c->at);
    if (*end)
        return 0;
    c->reader = shard_reader_open(c->paths.v[c->next++], &c->wish, e);
    c->doc = 0;
    return c->reader ? 0 : -1;
}

static int pull(void *conf, struct job *j, struct batch *out, bool *end)
{
    struct conf *c = conf;
    size_t total = 0, n;
    struct shard_doc named;
    uint64_t len;
    while (total < BATCH_IDS) {
        if (!c->reader && open_next(c, end, j->err))
            return -1;
        if (!c->reader)
            return 0;
        int rc = shard_reader_step(c->reader, &named, &len, j->err);
        if (rc < 0 || (rc && give(c, j, out, &named, len, &n)))
            return -1;
        if (rc == 0 || (c->has_range && c->at + len >= c->to)) {
            c->at += rc ? len : 0;
            shard_reader_close(c->reader);
            c->reader = NULL;
            continue;
        }
        total += n + 64;
        c->at += len;
        c->doc++;
    }
    return 0;
}

const struct stage stage_unshard = {
    .name = "unshard",
    .summary = "turn token shards back into documents",
    .operands = "FILE|FOLDER...",
    .example = "tokmill unshard shards/ then decode -t tok.json",
    .by_ranks = "give it the shards of one rank",
    .form = FORM_PULL,
    .opts = opts,
    .conf_size = sizeof(struct conf),
    .open = unshard_open,
    .close = unshard_close,
    .pull = pull,
};
