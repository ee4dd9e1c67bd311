/* The body is written as it comes; the tables are gathered beside it and written last, so a shard
 * could go to a pipe. */
#include "shard/native_file.h"
#include "core/mem.h"
#include "shard/ids_hash.h"
#include "shard/native_frame.h"

struct native_file {
    struct output *out;
    char *path;
    uint64_t head_seal;
    struct buf names;                   /* entries of the rank tables */
    struct buf blocks;                  /* entries of the blocks */
    struct buf ends;                    /* u16 a document */
    struct buf seek;
    struct hasher *hash;
    uint64_t tokens, documents, n_blocks;
    uint32_t max_seen;
};

static void free_file(struct native_file *f)
{
    buf_free(&f->names);
    buf_free(&f->blocks);
    buf_free(&f->ends);
    buf_free(&f->seek);
    hasher_free(f->hash);
    mem_free(f->path);
    mem_free(f);
}

void native_file_abort(struct native_file *f)
{
    if (!f)
        return;
    output_abort(f->out);
    free_file(f);
}

/* One frame of the file, with its entry in the seek table. */
static int put(struct native_file *f, struct slice frame, uint64_t decoded, struct err *e)
{
    frame_add32(&f->seek, (uint32_t)frame.n);
    frame_add32(&f->seek, (uint32_t)decoded);
    return output_write(f->out, frame.p, frame.n, e);
}

static int put_header(struct native_file *f, const struct shard_about *a, struct slice json,
                      struct err *e)
{
    struct buf b;
    buf_init(&b, BUF_NO_LIMIT);
    frame_begin(&b, TMS_HEAD_MARK);
    frame_add32(&b, TMS_VERSION);
    frame_add32(&b, TMS_BLOCK);
    frame_add32(&b, a->max_id);
    frame_add32(&b, a->eod == EOD_LAST ? 1 : a->eod == EOD_FIRST ? 2 : 0);
    frame_add32(&b, a->eod == EOD_NONE ? 0 : a->eod_id);
    frame_add32(&b, (uint32_t)json.n);
    buf_add_slice(&b, json);
    f->head_seal = frame_end(&b);
    int rc = json.n > TMS_JSON_MAX ? err_set(e, ERR_DATA, "the tokenizer's metadata is too large")
                                   : put(f, buf_slice(&b), 0, e);
    buf_free(&b);
    return rc;
}

struct native_file *native_file_open(const char *path, const struct shard_about *a,
                                     struct slice json, struct err *e)
{
    struct output *out = output_open(path, e);
    if (!out)
        return NULL;
    struct native_file *f = mem_zero(sizeof *f);
    f->out = out;
    f->path = mem_strdup(path);
    buf_init(&f->names, BUF_NO_LIMIT);
    buf_init(&f->blocks, BUF_NO_LIMIT);
    buf_init(&f->ends, BUF_NO_LIMIT);
    buf_init(&f->seek, BUF_NO_LIMIT);
    frame_add32(&f->seek, TMS_SEEK_MAGIC);
    frame_add32(&f->seek, 0);
    f->hash = hasher_new();
    if (put_header(f, a, json, e)) {
        native_file_abort(f);
        return NULL;
    }
    return f;
}

/* Number of the table of this name, or how many there are. Newest first: blocks follow theirs. */
static size_t find_ranks(const struct native_file *f, uint64_t name)
{
    size_t n = f->names.n / TMS_RANKS_ENTRY;
    const unsigned char *p = (const unsigned char *)f->names.p;
    for (size_t i = n; i-- > 0;)
        if (le_get64(p + TMS_RANKS_ENTRY * i + 8) == name)
            return i;
    return n;
}

bool native_file_has_ranks(const struct native_file *f, uint64_t name)
{
    return find_ranks(f, name) < f->names.n / TMS_RANKS_ENTRY;
}

int native_file_ranks(struct native_file *f, struct slice frame, struct err *e)
{
    uint64_t name = le_get64((const unsigned char *)frame.p + frame.n - TMS_SEAL);
    if (native_file_has_ranks(f, name))
        return 0;
    frame_add64(&f->names, output_size(f->out));
    frame_add64(&f->names, name);
    frame_add32(&f->names, (uint32_t)frame.n);
    frame_add32(&f->names, 0);
    return put(f, frame, 0, e);
}

int native_file_block(struct native_file *f, const struct native_block *b, struct err *e)
{
    const unsigned char *h = (const unsigned char *)b->head.p;
    uint32_t n = le_get32(h + 16), d = le_get32(h + 20), x = le_get32(h + 24);
    frame_add64(&f->blocks, output_size(f->out));
    frame_add64(&f->blocks, f->tokens);
    frame_add64(&f->blocks, f->documents);
    frame_add64(&f->blocks, le_get64(h + 40));
    frame_add32(&f->blocks, (uint32_t)(b->head.n + b->packed.n));
    frame_add32(&f->blocks, (uint32_t)find_ranks(f, b->ranks));
    buf_add(&f->ends, h + tms_ends_at(x), 2 * (size_t)d);
    ids_hash_add(f->hash, b->ids, n);
    for (uint32_t i = 0; i < n; i++)
        f->max_seen = b->ids[i] > f->max_seen ? b->ids[i] : f->max_seen;
    f->tokens += n;
    f->documents += d;
    f->n_blocks++;
    return put(f, b->head, 0, e) || put(f, b->packed, 2 * (uint64_t)n, e) ? -1 : 0;
}

uint64_t native_file_tokens(const struct native_file *f) { return f->tokens; }
uint64_t native_file_documents(const struct native_file *f) { return f->documents; }

/* ---- the tail ----------------------------------------------------------------------------- */

static int put_index(struct native_file *f, uint64_t *seal, struct err *e)
{
    struct buf b;
    buf_init(&b, UINT32_MAX);
    frame_begin(&b, TMS_INDEX_MARK);
    frame_add64(&b, f->n_blocks);
    frame_add32(&b, (uint32_t)(f->names.n / TMS_RANKS_ENTRY));
    frame_add32(&b, 0);
    buf_add_slice(&b, buf_slice(&f->names));
    buf_add_slice(&b, buf_slice(&f->blocks));
    frame_add64(&b, output_size(f->out));
    frame_add64(&b, f->tokens);
    frame_add64(&b, f->documents);
    frame_add64(&b, 0);
    frame_add64(&b, 0);
    *seal = frame_end(&b);
    int rc = buf_ok(&b) ? put(f, buf_slice(&b), 0, e)
                        : err_set(e, ERR_DATA, "too many blocks for one shard");
    buf_free(&b);
    return rc;
}

static int put_docs(struct native_file *f, uint64_t *seal, struct err *e)
{
    struct buf b;
    buf_init(&b, UINT32_MAX);
    frame_begin(&b, TMS_DOCS_MARK);
    frame_add64(&b, f->documents);
    buf_add_slice(&b, buf_slice(&f->ends));
    *seal = frame_end(&b);
    int rc = buf_ok(&b) ? put(f, buf_slice(&b), 0, e)
                        : err_set(e, ERR_DATA, "too many documents for one shard");
    buf_free(&b);
    return rc;
}

static int put_tail(struct native_file *f, struct err *e)
{
    struct buf b;
    uint64_t index = output_size(f->out), docs, index_seal, docs_seal;
    struct hash128 ids = hasher_value(f->hash);
    if (put_index(f, &index_seal, e))
        return -1;
    docs = output_size(f->out);
    if (put_docs(f, &docs_seal, e))
        return -1;
    buf_init(&b, BUF_NO_LIMIT);
    frame_begin(&b, TMS_FOOT_MARK);
    const uint64_t numbers[] = {f->tokens, f->documents, f->n_blocks, index, docs, f->max_seen,
                                ids.lo, ids.hi, f->head_seal, index_seal, docs_seal};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        frame_add64(&b, numbers[i]);
    frame_end(&b);
    int rc = put(f, buf_slice(&b), 0, e);
    buf_free(&b);
    if (rc)
        return -1;
    frame_add32(&f->seek, (uint32_t)(f->seek.n / 8 - 1));
    buf_add_byte(&f->seek, 0);
    frame_add32(&f->seek, TMS_SEEK_END);
    le_put32((unsigned char *)f->seek.p + 4, (uint32_t)(f->seek.n - 8));
    return output_write(f->out, f->seek.p, f->seek.n, e);
}

int native_file_commit(struct native_file *f, struct shard_files *files, struct err *e)
{
    if (put_tail(f, e)) {
        native_file_abort(f);
        return -1;
    }
    if (files) {
        struct shard_file *x = shard_files_add(files, f->path);
        x->size = output_size(f->out);
        x->documents = f->documents;
        x->tokens = f->tokens;
        x->hash = hasher_value(f->hash);
    }
    int rc = output_commit(f->out, e);
    free_file(f);
    return rc;
}
