/* tokmill unshard: shards of any format back to documents with input_ids. */
#include "core/json.h"
#include "core/mem.h"
#include "core/stage.h"
#include "shard/manifest.h"
#include "shard/reader.h"

enum { BATCH_IDS = 1 << 18 };

struct conf {
    int format;
    const char *eod_id;
    bool keep_eod;
    struct reader_wish wish;
    char **paths;                   /* operands, with folders as the files in their manifest */
    size_t n_paths, next;
    struct shard_reader *reader;
    uint64_t doc;                   /* number in the file, from 0 */
};

static const struct opt opts[] = {
    OPT_CHOICE('f', "format", "auto|native|megatron|llmc|nanogpt|datatrove|olmo", "auto",
               struct conf, format,
               "what the files are"),
    OPT_STR(0, "eod-id", "N", NULL, struct conf, eod_id,
            "end-of-document id, where neither file nor manifest tells"),
    OPT_BOOL(0, "keep-eod", struct conf, keep_eod, "leave that id in input_ids"),
    OPT_END};

static void add_path(struct conf *c, char *path)
{
    c->paths = mem_grow_array(c->paths, c->n_paths + 1, sizeof *c->paths);
    c->paths[c->n_paths++] = path;
}

static int expand(struct conf *c, const char *operand, struct err *e)
{
    struct shard_manifest m;
    int rc = manifest_read(operand, &m, e);
    for (size_t i = 0; rc == 1 && i < m.files.n; i++)
        if (!m.files.v[i].index)
            add_path(c, manifest_path(operand, m.files.v[i].name));
    if (rc == 0)
        add_path(c, mem_strdup(operand));
    manifest_free(&m);
    return rc < 0 ? -1 : 0;
}

static int unshard_open(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    uint64_t v = 0;
    c->wish.format = c->format ? shard_formats[c->format - 1] : NULL;
    c->wish.keep_eod = c->keep_eod;
    c->wish.doc_max = s->memory / 16;
    if (c->eod_id) {
        if (!json_u64(slice_str(c->eod_id), &v) || v > UINT32_MAX)
            return err_set(e, ERR_USAGE, "--eod-id: '%s' is no id", c->eod_id);
        c->wish.has_eod = true;
        c->wish.eod_id = (uint32_t)v;
    }
    if (!s->operands || !s->operands->n)
        return err_set(e, ERR_USAGE, "unshard reads files or folders of shards: name some");
    for (size_t i = 0; i < s->operands->n; i++)
        if (expand(c, s->operands->v[i], e))
            return -1;
    return 0;
}

static void unshard_close(void *conf)
{
    struct conf *c = conf;
    shard_reader_close(c->reader);
    for (size_t i = 0; i < c->n_paths; i++)
        mem_free(c->paths[i]);
    mem_free(c->paths);
}

static void make(const struct conf *c, struct batch *out, const uint32_t *ids, size_t n)
{
    struct arena *a = batch_arena(out);
    struct slice name = slice_str(shard_reader_name(c->reader)), meta = {"", 0};
    struct slice tokenizer = shard_reader_about(c->reader)->tokenizer;
    if (tokenizer.n)
        meta = arena_fmt(a, "\"tokenizer\":%.*s", (int)tokenizer.n, tokenizer.p);
    struct doc *d = batch_add(out);
    doc_make(d, a, arena_fmt(a, "%.*s:%llu", (int)name.n, name.p, (unsigned long long)c->doc),
             slice_of("", 0), arena_copy(a, name), meta);
    doc_set_ids(d, ids, n);
}

static int pull(void *conf, struct job *j, struct batch *out, bool *end)
{
    struct conf *c = conf;
    size_t total = 0, n;
    const uint32_t *ids;
    while (total < BATCH_IDS) {
        if (!c->reader) {
            *end = c->next == c->n_paths;
            if (*end)
                return 0;
            c->reader = shard_reader_open(c->paths[c->next++], &c->wish, j->err);
            c->doc = 0;
            if (!c->reader)
                return -1;
        }
        int rc = shard_reader_next(c->reader, batch_arena(out), &ids, &n, j->err);
        if (rc < 0)
            return -1;
        if (rc == 0) {
            shard_reader_close(c->reader);
            c->reader = NULL;
            continue;
        }
        make(c, out, ids, n);
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
