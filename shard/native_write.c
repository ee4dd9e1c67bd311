/* Writes the native shard. A chain of independent zstd frames with tables behind them: zstd's
 * seekable format, with our own tables and checksums in skippable frames. */
#include <zstd.h>
#include "core/json.h"
#include "core/mem.h"
#include "shard/ids_hash.h"
#include "shard/le.h"
#include "shard/native.h"

struct shard_sink {
    struct output *out;
    char *path;
    struct shard_about about;
    ZSTD_CCtx *z;
    struct buf header;              /* the header's frame, counts filled in at the end */
    struct buf blocks, docs, seek;  /* the tables, their frame's first 8 bytes included */
    struct hasher *ids_hash, *stored_hash;
    uint64_t tokens, n_blocks, n_docs;
    uint32_t max_seen;
    uint32_t *block;                /* ids not yet compressed */
    size_t n_block;
    unsigned char *raw, *packed;
    size_t packed_cap;
};

static void native_free(struct shard_sink *s)
{
    ZSTD_freeCCtx(s->z);
    buf_free(&s->header);
    buf_free(&s->blocks);
    buf_free(&s->docs);
    buf_free(&s->seek);
    hasher_free(s->ids_hash);
    hasher_free(s->stored_hash);
    mem_free(s->block);
    mem_free(s->raw);
    mem_free(s->packed);
    mem_free(s->path);
    mem_free(s);
}

static void native_abort(struct shard_sink *s)
{
    if (!s)
        return;
    output_abort(s->out);
    native_free(s);
}

static void add32(struct buf *b, uint32_t v)
{
    unsigned char x[4];
    le_put32(x, v);
    buf_add(b, x, sizeof x);
}

static void add64(struct buf *b, uint64_t v)
{
    unsigned char x[8];
    le_put64(x, v);
    buf_add(b, x, sizeof x);
}

/* The size of a skippable frame is known when its payload is complete. */
static void frame_size(struct buf *b)
{
    le_put32((unsigned char *)b->p + 4, (uint32_t)(b->n - 8));
}

static void frame_start(struct buf *b, uint32_t magic)
{
    add32(b, magic);
    add32(b, 0);
}

static void seek_entry(struct shard_sink *s, size_t stored, size_t decoded)
{
    add32(&s->seek, (uint32_t)stored);
    add32(&s->seek, (uint32_t)decoded);
}

static void make_header(struct shard_sink *s)
{
    struct buf json, *h = &s->header;
    buf_init(&json, BUF_NO_LIMIT);
    buf_add_byte(&json, '{');
    if (s->about.tokenizer.n)
        json_put_raw(&json, "tokenizer", s->about.tokenizer);
    json_put_str(&json, "eod", slice_str(eod_place_name(s->about.eod)));
    if (s->about.eod != EOD_NONE)
        json_put_u64(&json, "eod_id", s->about.eod_id);
    buf_add_byte(&json, '}');
    frame_start(h, NATIVE_MAGIC);
    buf_add(h, NATIVE_HEAD_MARK, 8);
    add32(h, NATIVE_VERSION);
    add32(h, s->about.width);
    add32(h, NATIVE_BLOCK);
    add32(h, (uint32_t)json.n);
    add64(h, 0);
    add64(h, 0);
    add32(h, s->about.max_id);
    add32(h, 0);
    add64(h, 0);
    buf_add_slice(h, buf_slice(&json));
    buf_free(&json);
    frame_size(h);
}

static struct shard_sink *native_create(const char *path, const struct shard_about *a, int level,
                                        struct err *e)
{
    struct output *out = output_open(path, e);
    if (!out)
        return NULL;
    struct shard_sink *s = mem_zero(sizeof *s);
    s->out = out;
    s->path = mem_strdup(path);
    s->about = *a;
    s->z = ZSTD_createCCtx();
    if (!s->z)
        mem_failed(1);
    ZSTD_CCtx_setParameter(s->z, ZSTD_c_compressionLevel, level);
    buf_init(&s->header, UINT32_MAX);
    buf_init(&s->blocks, UINT32_MAX);
    buf_init(&s->docs, UINT32_MAX);
    buf_init(&s->seek, UINT32_MAX);
    s->ids_hash = hasher_new();
    s->stored_hash = hasher_new();
    s->block = mem_array(NATIVE_BLOCK, sizeof *s->block);
    s->raw = mem_alloc((size_t)NATIVE_BLOCK * a->width);
    s->packed_cap = ZSTD_compressBound((size_t)NATIVE_BLOCK * a->width);
    s->packed = mem_alloc(s->packed_cap);
    make_header(s);
    frame_start(&s->blocks, NATIVE_MAGIC);
    frame_start(&s->docs, NATIVE_MAGIC);
    frame_start(&s->seek, 0x184D2A5E);
    seek_entry(s, s->header.n, 0);
    if (output_write(out, s->header.p, s->header.n, e)) {
        native_abort(s);
        return NULL;
    }
    return s;
}

static int flush_block(struct shard_sink *s, struct err *e)
{
    size_t n = s->n_block * s->about.width;
    if (!n)
        return 0;
    le_put_ids(s->raw, s->block, s->n_block, s->about.width);
    size_t z = ZSTD_compress2(s->z, s->packed, s->packed_cap, s->raw, n);
    if (ZSTD_isError(z))
        return err_set(e, ERR_BUG, "zstd: %s", ZSTD_getErrorName(z));
    add64(&s->blocks, output_size(s->out));
    add32(&s->blocks, (uint32_t)z);
    add32(&s->blocks, 0);
    add64(&s->blocks, hash64(slice_of((const char *)s->raw, n)));
    seek_entry(s, z, n);
    ids_hash_add(s->ids_hash, s->block, s->n_block);
    hasher_add(s->stored_hash, s->packed, z);
    s->n_blocks++;
    s->n_block = 0;
    return output_write(s->out, s->packed, z, e);
}

static int native_add(struct shard_sink *s, const uint32_t *ids, size_t n, struct err *e)
{
    s->tokens += n;
    for (size_t i = 0; i < n; i++)
        if (ids[i] > s->max_seen)
            s->max_seen = ids[i];
    while (n) {
        size_t room = NATIVE_BLOCK - s->n_block, now = n < room ? n : room;
        memcpy(s->block + s->n_block, ids, now * sizeof *ids);
        s->n_block += now;
        ids += now;
        n -= now;
        if (s->n_block == NATIVE_BLOCK && flush_block(s, e))
            return -1;
    }
    return 0;
}

static int native_end_doc(struct shard_sink *s, const struct shard_doc *d, struct err *e)
{
    (void)d;
    (void)e;
    add64(&s->docs, s->tokens);
    s->n_docs++;
    return 0;
}

static void make_footer(struct shard_sink *s, struct buf *f, uint64_t blocks_at)
{
    struct hash128 ids = hasher_value(s->ids_hash), stored = hasher_value(s->stored_hash);
    frame_start(f, NATIVE_MAGIC);
    buf_add(f, NATIVE_FOOT_MARK, 8);
    add64(f, s->tokens);
    add64(f, s->n_docs);
    add64(f, s->n_blocks);
    add64(f, blocks_at);
    add64(f, blocks_at + s->blocks.n);
    add64(f, hash64(buf_slice(&s->header)));
    add64(f, hash64(buf_slice(&s->blocks)));
    add64(f, hash64(buf_slice(&s->docs)));
    add64(f, ids.lo);
    add64(f, ids.hi);
    add64(f, stored.lo);
    add64(f, stored.hi);
    add64(f, hash64(slice_of(f->p + 8, NATIVE_FOOT - 8)));
    frame_size(f);
}

static int write_tail(struct shard_sink *s, struct err *e)
{
    struct buf foot;
    unsigned char *h = (unsigned char *)s->header.p + 8;
    uint64_t blocks_at = output_size(s->out);
    le_put64(h + 24, s->tokens);
    le_put64(h + 32, s->n_docs);
    le_put32(h + 44, s->max_seen);
    frame_size(&s->blocks);
    frame_size(&s->docs);
    buf_init(&foot, 4096);
    make_footer(s, &foot, blocks_at);
    seek_entry(s, s->blocks.n, 0);
    seek_entry(s, s->docs.n, 0);
    seek_entry(s, foot.n, 0);
    add32(&s->seek, (uint32_t)(s->n_blocks + 4));
    buf_add_byte(&s->seek, 0);
    add32(&s->seek, 0x8F92EAB1);
    frame_size(&s->seek);
    int rc = 0;
    if (!buf_ok(&s->blocks) || !buf_ok(&s->docs) || !buf_ok(&s->seek))
        rc = err_set(e, ERR_BUG, "too many blocks or documents for one shard");
    if (!rc)
        rc = output_write(s->out, s->blocks.p, s->blocks.n, e);
    if (!rc)
        rc = output_write(s->out, s->docs.p, s->docs.n, e);
    if (!rc)
        rc = output_write(s->out, foot.p, foot.n, e);
    if (!rc)
        rc = output_write(s->out, s->seek.p, s->seek.n, e);
    if (!rc)
        rc = output_pwrite(s->out, s->header.p, s->header.n, 0, e);
    buf_free(&foot);
    return rc;
}

static int native_commit(struct shard_sink *s, struct shard_files *files, struct err *e)
{
    if (flush_block(s, e) || write_tail(s, e)) {
        native_abort(s);
        return -1;
    }
    struct shard_file *f = shard_files_add(files, s->path);
    f->size = output_size(s->out);
    f->documents = s->n_docs;
    f->tokens = s->tokens;
    f->hash = hasher_value(s->ids_hash);
    int rc = output_commit(s->out, e);
    native_free(s);
    return rc;
}

static unsigned native_width(uint32_t max_id)
{
    return max_id < 65536 ? 2 : 4;
}

const struct shard_format shard_native = {
    .name = "native", .suffix = ".tms", .eod = EOD_LAST, .tokens_max = (uint64_t)1 << 40,
    .docs_max = (uint64_t)1 << 28, .doc_max = UINT32_MAX, .width = native_width,
    .open = native_create, .add = native_add, .end_doc = native_end_doc,
    .commit = native_commit, .abort = native_abort};
