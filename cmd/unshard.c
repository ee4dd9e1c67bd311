/* tokmill unshard: shards of any format back to documents with input_ids. */
#include "core/stage.h"
#include "shard/detect.h"
#include "shard/wish.h"

enum { BATCH_IDS = 1 << 18 };

struct conf {
    struct wish_opts read;
    bool keep_eod;
    struct shard_wish wish;
    struct shard_paths paths;       /* operands, with folders as the files in them */
    size_t next;
    struct shard_reader *reader;
    uint64_t doc;                   /* number in the file, from 0 */
};

static const struct opt opts[] = {
    WISH_OPTS(struct conf, read),
    OPT_BOOL(0, "keep-eod", struct conf, keep_eod, "leave that id in input_ids"),
    OPT_END};

static int unshard_open(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    if (wish_set(&c->wish, &c->read, s, e))
        return -1;
    c->wish.keep_eod = c->keep_eod;
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
}

/* Named as in the shard's side file, or by the file and the number in it. */
static void make(const struct conf *c, struct batch *out, const struct shard_doc *named,
                 const uint32_t *ids, size_t n)
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
    doc_set_ids(d, ids, n);
}

static int pull(void *conf, struct job *j, struct batch *out, bool *end)
{
    struct conf *c = conf;
    size_t total = 0, n;
    const uint32_t *ids;
    struct shard_doc named;
    while (total < BATCH_IDS) {
        if (!c->reader) {
            *end = c->next == c->paths.n;
            if (*end)
                return 0;
            c->reader = shard_reader_open(c->paths.v[c->next++], &c->wish, j->err);
            c->doc = 0;
            if (!c->reader)
                return -1;
        }
        int rc = shard_reader_next(c->reader, batch_arena(out), &named, &ids, &n, j->err);
        if (rc < 0)
            return -1;
        if (rc == 0) {
            shard_reader_close(c->reader);
            c->reader = NULL;
            continue;
        }
        make(c, out, &named, ids, n);
        total += n + 64;
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
