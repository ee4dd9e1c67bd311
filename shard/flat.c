/* Files that are a run of ids; here are also the two formats that are little more: nanoGPT (bare)
 * and llm.c (1 KiB header). Layouts after the readers' sources. */
#include "shard/flat.h"
#include "core/mem.h"
#include "shard/ids_hash.h"
#include "shard/layout.h"
#include "shard/le.h"

enum { CHUNK = 16384, SIDES = 3 };

struct shard_sink {
    struct output *bin;
    char *path;
    unsigned width;
    uint64_t tokens, documents;
    struct hasher *hash;
    struct side *side[SIDES];
    size_t n_sides;
    void *own;
    void (*drop)(void *own);
    unsigned char chunk[4 * CHUNK];
};

static void flat_free(struct shard_sink *s)
{
    if (s->drop)
        s->drop(s->own);
    hasher_free(s->hash);
    mem_free(s->path);
    mem_free(s);
}

void flat_abort(struct shard_sink *s)
{
    if (!s)
        return;
    output_abort(s->bin);
    for (size_t i = 0; i < s->n_sides; i++)
        side_abort(s->side[i]);
    flat_free(s);
}

struct shard_sink *flat_open(const char *path, const struct shard_about *a, int level,
                             struct err *e)
{
    (void)level;
    struct output *bin = output_open(path, e);
    if (!bin)
        return NULL;
    struct shard_sink *s = mem_zero(sizeof *s);
    s->bin = bin;
    s->path = mem_strdup(path);
    s->width = a->width;
    s->hash = hasher_new();
    return s;
}

struct side *flat_side(struct shard_sink *s, size_t cut, const char *suffix, struct err *e)
{
    struct side *x = side_open(s->path, cut, suffix, e);
    if (x)
        s->side[s->n_sides++] = x;
    else
        flat_abort(s);
    return x;
}

int flat_add(struct shard_sink *s, const uint32_t *ids, size_t n, struct err *e)
{
    s->tokens += n;
    while (n) {
        size_t now = n < CHUNK ? n : CHUNK;
        le_put_ids(s->chunk, ids, now, s->width);
        ids_hash_add(s->hash, ids, now);
        if (output_write(s->bin, s->chunk, now * s->width, e))
            return -1;
        ids += now;
        n -= now;
    }
    return 0;
}

int flat_end_doc(struct shard_sink *s, const struct shard_doc *d, struct err *e)
{
    (void)d, (void)e;
    s->documents++;
    return 0;
}

int flat_commit(struct shard_sink *s, struct shard_files *files, struct err *e)
{
    struct shard_file *f = shard_files_add(files, s->path);
    f->size = output_size(s->bin);
    f->documents = s->documents;
    f->tokens = s->tokens;
    f->hash = hasher_value(s->hash);
    int rc = output_commit(s->bin, e);
    for (size_t i = 0; i < s->n_sides; i++)
        if (rc)
            side_abort(s->side[i]);
        else
            rc = side_commit(s->side[i], files, s->documents, s->tokens, e);
    flat_free(s);
    return rc;
}

struct output *flat_output(struct shard_sink *s) { return s->bin; }
uint64_t flat_tokens(const struct shard_sink *s) { return s->tokens; }
uint64_t flat_documents(const struct shard_sink *s) { return s->documents; }
unsigned flat_width(const struct shard_sink *s) { return s->width; }
void *flat_own(const struct shard_sink *s) { return s->own; }

void flat_set_own(struct shard_sink *s, void *own, void (*drop)(void *own))
{
    s->own = own;
    s->drop = drop;
}

unsigned flat_width_of(uint32_t max_id)
{
    return max_id < 65536 ? 2 : 4;
}

/* ---- llm.c -------------------------------------------------------------------------------- */

static struct shard_sink *llmc_open(const char *path, const struct shard_about *a, int level,
                                    struct err *e)
{
    static const unsigned char zero[LLMC_HEADER];
    struct shard_sink *s = flat_open(path, a, level, e);
    if (s && output_write(s->bin, zero, sizeof zero, e)) {
        flat_abort(s);
        return NULL;
    }
    return s;
}

static int llmc_commit(struct shard_sink *s, struct shard_files *files, struct err *e)
{
    unsigned char head[12];
    le_put32(head, s->width == 2 ? LLMC_MAGIC16 : LLMC_MAGIC32);
    le_put32(head + 4, s->width == 2 ? 1 : 7);
    le_put32(head + 8, (uint32_t)s->tokens);
    if (output_pwrite(s->bin, head, sizeof head, 0, e)) {
        flat_abort(s);
        return -1;
    }
    return flat_commit(s, files, e);
}

/* Its reader casts byte offsets to int: a file stays below 2 GiB at either width. */
const struct shard_format shard_llmc = {
    .name = "llmc", .suffix = ".bin", .eod = EOD_FIRST, .tokens = 100000000,
    .tokens_max = (INT32_MAX - LLMC_HEADER) / 4, .docs_max = UINT32_MAX,
    .doc_max = (INT32_MAX - LLMC_HEADER) / 4, .width = flat_width_of,
    .open = llmc_open, .add = flat_add, .end_doc = flat_end_doc,
    .commit = llmc_commit, .abort = flat_abort, .layout = &shard_llmc_layout};

/* ---- nanoGPT ------------------------------------------------------------------------------ */

static unsigned nanogpt_width(uint32_t max_id)
{
    return max_id < 65536 ? 2 : 0;
}

const struct shard_format shard_nanogpt = {
    .name = "nanogpt", .suffix = ".bin", .eod = EOD_LAST, .tokens_max = (uint64_t)1 << 60,
    .docs_max = UINT64_MAX, .doc_max = UINT32_MAX, .width = nanogpt_width,
    .open = flat_open, .add = flat_add, .end_doc = flat_end_doc,
    .commit = flat_commit, .abort = flat_abort, .layout = &shard_nanogpt_layout};
