/* Files that are a run of ids: nanoGPT (bare), llm.c (1 KiB header) and Megatron's .bin with its
 * .idx beside it. Layouts after the readers' sources; docs/SHARD.md repeats them. */
#include "core/mem.h"
#include "shard/flat.h"
#include "shard/ids_hash.h"
#include "shard/le.h"

enum { LLMC_HEADER = 1024, IDX_HEAD = 34, CHUNK = 16384 };

struct shard_sink {
    struct output *bin, *idx;           /* idx: Megatron only */
    char *path, *idx_path;
    unsigned width;
    uint64_t tokens, documents;
    uint32_t doc_tokens;
    struct hasher *hash;
    unsigned char *lengths;             /* i32 a document; Megatron only */
    uint64_t lengths_cap;
    void *own;                          /* of a format in a file of its own */
    unsigned char chunk[4 * CHUNK];
};

static void flat_free(struct shard_sink *s)
{
    hasher_free(s->hash);
    mem_free(s->lengths);
    mem_free(s->path);
    mem_free(s->idx_path);
    mem_free(s);
}

void flat_abort(struct shard_sink *s)
{
    if (!s)
        return;
    output_abort(s->bin);
    output_abort(s->idx);
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

int flat_add(struct shard_sink *s, const uint32_t *ids, size_t n, struct err *e)
{
    s->tokens += n;
    s->doc_tokens += (uint32_t)n;
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
    s->doc_tokens = 0;
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
    flat_free(s);
    return rc;
}

uint64_t flat_tokens(const struct shard_sink *s) { return s->tokens; }
uint64_t flat_documents(const struct shard_sink *s) { return s->documents; }
void **flat_own(struct shard_sink *s) { return &s->own; }

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
    le_put32(head, s->width == 2 ? 20240520 : 20240801);
    le_put32(head + 4, s->width == 2 ? 1 : 7);
    le_put32(head + 8, (uint32_t)s->tokens);
    if (output_pwrite(s->bin, head, sizeof head, 0, e)) {
        flat_abort(s);
        return -1;
    }
    return flat_commit(s, files, e);
}

/* ---- Megatron ----------------------------------------------------------------------------- */

static struct shard_sink *megatron_open(const char *path, const struct shard_about *a, int level,
                                        struct err *e)
{
    size_t n = strlen(path);
    char *idx = mem_strdup(path);
    memcpy(idx + n - 3, "idx", 3);
    struct shard_sink *s = flat_open(path, a, level, e);
    if (s)
        s->idx = output_open(idx, e);
    if (!s || !s->idx) {
        mem_free(idx);
        flat_abort(s);
        return NULL;
    }
    s->idx_path = idx;
    return s;
}

static int megatron_end_doc(struct shard_sink *s, const struct shard_doc *d, struct err *e)
{
    if (s->documents == s->lengths_cap) {
        s->lengths_cap = s->lengths_cap ? 2 * s->lengths_cap : 1024;
        s->lengths = mem_grow_array(s->lengths, s->lengths_cap, 4);
    }
    le_put32(s->lengths + 4 * s->documents, s->doc_tokens);
    return flat_end_doc(s, d, e);
}

static int idx_write(struct shard_sink *s, struct hasher *h, const void *p, size_t n,
                     struct err *e)
{
    hasher_add(h, p, n);
    return output_write(s->idx, p, n, e);
}

/* Byte offsets of the sequences, then the documents, each one sequence long. */
static int idx_arrays(struct shard_sink *s, struct hasher *h, struct err *e)
{
    unsigned char v[8];
    uint64_t at = 0;
    for (uint64_t i = 0; i < s->documents; i++) {
        le_put64(v, at);
        at += (uint64_t)le_get32(s->lengths + 4 * i) * s->width;
        if (idx_write(s, h, v, sizeof v, e))
            return -1;
    }
    for (uint64_t i = 0; i <= s->documents; i++) {
        le_put64(v, i);
        if (idx_write(s, h, v, sizeof v, e))
            return -1;
    }
    return 0;
}

static int idx_all(struct shard_sink *s, struct hasher *h, struct err *e)
{
    unsigned char head[IDX_HEAD] = {'M', 'M', 'I', 'D', 'I', 'D', 'X'};
    le_put64(head + 9, 1);
    head[17] = s->width == 2 ? 8 : 4;
    le_put64(head + 18, s->documents);
    le_put64(head + 26, s->documents + 1);
    if (idx_write(s, h, head, sizeof head, e))
        return -1;
    if (s->documents && idx_write(s, h, s->lengths, 4 * s->documents, e))
        return -1;
    return idx_arrays(s, h, e);
}

static int megatron_commit(struct shard_sink *s, struct shard_files *files, struct err *e)
{
    struct hasher *h = hasher_new();
    struct output *idx = s->idx;
    if (idx_all(s, h, e)) {
        hasher_free(h);
        flat_abort(s);
        return -1;
    }
    struct shard_file f = {.size = output_size(idx), .documents = s->documents,
                           .tokens = s->tokens, .index = true, .hash = hasher_value(h)};
    char *idx_path = s->idx_path;
    hasher_free(h);
    s->idx = NULL;
    s->idx_path = NULL;
    /* The index last: without it the pair does not exist for a reader. */
    int rc = flat_commit(s, files, e);
    if (rc) {
        output_abort(idx);
    } else {
        struct shard_file *x = shard_files_add(files, idx_path);
        f.name = x->name;
        *x = f;
        rc = output_commit(idx, e);
    }
    mem_free(idx_path);
    return rc;
}

/* ---- rows --------------------------------------------------------------------------------- */

/* There is no code for u32, and the writer of record calls 65500 ids and more i32. */
static unsigned megatron_width(uint32_t max_id)
{
    return max_id < 65499 ? 2 : max_id <= INT32_MAX ? 4 : 0;
}

static unsigned llmc_width(uint32_t max_id)
{
    return max_id < 65536 ? 2 : 4;
}

static unsigned nanogpt_width(uint32_t max_id)
{
    return max_id < 65536 ? 2 : 0;
}

const struct shard_format shard_megatron = {
    .name = "megatron", .suffix = ".bin", .eod = EOD_LAST, .tokens_max = (uint64_t)1 << 60,
    .docs_max = INT32_MAX, .doc_max = INT32_MAX, .width = megatron_width,
    .open = megatron_open, .add = flat_add, .end_doc = megatron_end_doc,
    .commit = megatron_commit, .abort = flat_abort};

/* Its reader casts byte offsets to int: a file stays below 2 GiB at either width. */
const struct shard_format shard_llmc = {
    .name = "llmc", .suffix = ".bin", .eod = EOD_FIRST, .tokens = 100000000,
    .tokens_max = (INT32_MAX - LLMC_HEADER) / 4, .docs_max = UINT32_MAX,
    .doc_max = (INT32_MAX - LLMC_HEADER) / 4, .width = llmc_width,
    .open = llmc_open, .add = flat_add, .end_doc = flat_end_doc,
    .commit = llmc_commit, .abort = flat_abort};

const struct shard_format shard_nanogpt = {
    .name = "nanogpt", .suffix = ".bin", .eod = EOD_LAST, .tokens_max = (uint64_t)1 << 60,
    .docs_max = UINT64_MAX, .doc_max = UINT32_MAX, .width = nanogpt_width,
    .open = flat_open, .add = flat_add, .end_doc = flat_end_doc,
    .commit = flat_commit, .abort = flat_abort};
