/* Writes the native shard: documents to blocks of ranks.
 *
 * Ids wait until there is a rank table for them. A table is made from the first SAMPLE blocks that
 * it serves, so that a text in another language further on gets one of its own; while it serves,
 * each block is written as soon as it is full. Nothing depends on how the ids were handed over. */
#include <zstd.h>
#include "core/json.h"
#include "core/mem.h"
#include "shard/layout.h"
#include "shard/native.h"
#include "shard/native_file.h"
#include "shard/native_frame.h"
#include "shard/native_ranks.h"
#include "shard/tms_hash.h"

enum {
    SAMPLE = 64,                    /* blocks; 16 MB of ids */
    SERVES = 512,                   /* blocks, the sample's among them */
    FAST_LEVELS = 12,               /* up to here no match is shorter than three tokens: one of two
                                       takes readers longer than its bytes are worth */
    STRANGE = 32                    /* more than 1 in so many ids without a rank: a new table */
};

struct shard_sink {
    struct native_file *file;
    struct shard_about about;
    struct ranks *ranks;            /* NULL: sampling */
    unsigned served;                /* blocks */
    bool stale;                     /* the last block had too many exceptions */
    uint32_t *ids;                  /* not yet written: whole blocks, then the one being filled */
    size_t n_ids;
    uint32_t *ends;                 /* of documents that end among them, counted from ids[0] */
    size_t n_ends, cap_ends;
    ZSTD_CCtx *z;
    struct buf head;
    unsigned char *payload, *packed;
    uint32_t *exceptions;
};

static void free_sink(struct shard_sink *s)
{
    ZSTD_freeCCtx(s->z);
    ranks_free(s->ranks);
    buf_free(&s->head);
    mem_free(s->ids);
    mem_free(s->ends);
    mem_free(s->payload);
    mem_free(s->packed);
    mem_free(s->exceptions);
    mem_free(s);
}

static void native_abort(struct shard_sink *s)
{
    if (!s)
        return;
    native_file_abort(s->file);
    free_sink(s);
}

static void header_json(struct buf *json, const struct shard_about *a, int level)
{
    buf_init(json, BUF_NO_LIMIT);
    buf_add_byte(json, '{');
    if (a->tokenizer.n)
        json_put_raw(json, "tokenizer", a->tokenizer);
    json_put_str(json, "writer", slice_str("tokmill " TOKMILL_VERSION));
    json_put_u64(json, "level", (uint64_t)level);
    buf_add_byte(json, '}');
}

static struct shard_sink *native_create(const char *path, const struct shard_about *a, int level,
                                        struct err *e)
{
    struct buf json;
    header_json(&json, a, level);
    struct native_file *file = native_file_open(path, a, buf_slice(&json), e);
    buf_free(&json);
    if (!file)
        return NULL;
    struct shard_sink *s = mem_zero(sizeof *s);
    s->file = file;
    s->about = *a;
    s->z = ZSTD_createCCtx();
    if (!s->z)
        mem_failed(1);
    ZSTD_CCtx_setParameter(s->z, ZSTD_c_compressionLevel, level);
    if (level <= FAST_LEVELS)
        ZSTD_CCtx_setParameter(s->z, ZSTD_c_minMatch, 6);
    buf_init(&s->head, UINT32_MAX);
    s->ids = mem_alloc((size_t)SAMPLE * TMS_BLOCK * sizeof *s->ids);
    s->payload = mem_alloc(TMS_PAYLOAD_MAX);
    s->packed = mem_alloc(TMS_PACKED_MAX);
    s->exceptions = mem_array(TMS_BLOCK, sizeof *s->exceptions);
    return s;
}

/* ---- a block ------------------------------------------------------------------------------ */

/* With the exceptions, and the documents that end in the block at ids[at]; one that ends where a
 * full block does is left for the next. `ends` moves past them. */
static void make_head(struct shard_sink *s, size_t at, size_t n, size_t x, struct slice packed,
                      size_t *ends)
{
    struct buf *h = &s->head;
    size_t first = *ends, last = at + (n == TMS_BLOCK ? n - 1 : n);
    while (*ends < s->n_ends && s->ends[*ends] <= last)
        ++*ends;
    frame_begin(h, TMS_BLOCK_MARK);
    frame_add32(h, (uint32_t)n);
    frame_add32(h, (uint32_t)(*ends - first));
    frame_add32(h, (uint32_t)x);
    frame_add32(h, (uint32_t)packed.n);
    frame_add64(h, ranks_name(s->ranks));
    frame_add64(h, tms_hash64(s->ids + at, n));
    frame_add64(h, hash64(packed));
    for (size_t i = 0; i < x; i++)
        frame_add32(h, s->exceptions[i]);
    for (size_t i = first; i < *ends; i++) {
        unsigned char end[2];
        le_put16(end, (uint32_t)(s->ends[i] - at));
        buf_add(h, end, 2);
    }
    frame_end(h);
}

static int write_block(struct shard_sink *s, size_t at, size_t n, size_t *ends, struct err *e)
{
    const uint32_t *ids = s->ids + at;
    size_t x = ranks_encode(s->ranks, ids, n, s->payload, s->exceptions);
    size_t z = ZSTD_compress2(s->z, s->packed, TMS_PACKED_MAX, s->payload, 2 * n);
    if (ZSTD_isError(z))
        return err_set(e, ERR_BUG, "zstd: %s", ZSTD_getErrorName(z));
    struct native_block b = {.packed = slice_of((const char *)s->packed, z),
                             .ranks = ranks_name(s->ranks), .ids = ids};
    make_head(s, at, n, x, b.packed, ends);
    if (!buf_ok(&s->head))
        return err_set(e, ERR_DATA, "too many documents without tokens");
    b.head = buf_slice(&s->head);
    s->served++;
    s->stale = x > TMS_BLOCK / STRANGE;
    return native_file_block(s->file, &b, e);
}

/* Everything that waits, in blocks; the documents' ends that are left belong to the next ids. */
static int flush(struct shard_sink *s, struct err *e)
{
    size_t ends = 0, at = 0;
    if (!s->ranks) {
        s->ranks = ranks_new(s->ids, s->n_ids, s->about.max_id);
        if (native_file_ranks(s->file, ranks_frame(s->ranks), e))
            return -1;
    }
    do {
        size_t n = s->n_ids - at < TMS_BLOCK ? s->n_ids - at : TMS_BLOCK;
        if (write_block(s, at, n, &ends, e))
            return -1;
        at += n;
    } while (at < s->n_ids);
    s->n_ends -= ends;
    for (size_t i = 0; i < s->n_ends; i++)
        s->ends[i] = (uint32_t)(s->ends[ends + i] - at);
    s->n_ids = 0;
    if (s->served >= SERVES || (s->stale && s->served >= SAMPLE)) {
        ranks_free(s->ranks);
        s->ranks = NULL;
        s->served = 0;
    }
    return 0;
}

/* ---- the format --------------------------------------------------------------------------- */

static int native_add(struct shard_sink *s, const uint32_t *ids, size_t n, struct err *e)
{
    while (n) {
        size_t room = (s->ranks ? 1 : SAMPLE) * (size_t)TMS_BLOCK - s->n_ids;
        size_t now = n < room ? n : room;
        memcpy(s->ids + s->n_ids, ids, now * sizeof *ids);
        s->n_ids += now;
        ids += now;
        n -= now;
        if (now == room && flush(s, e))
            return -1;
    }
    return 0;
}

static int native_end_doc(struct shard_sink *s, const struct shard_doc *d, struct err *e)
{
    (void)d;
    (void)e;
    if (s->n_ends == s->cap_ends) {
        s->cap_ends = s->cap_ends ? 2 * s->cap_ends : 1024;
        s->ends = mem_grow_array(s->ends, s->cap_ends, sizeof *s->ends);
    }
    s->ends[s->n_ends++] = (uint32_t)s->n_ids;
    return 0;
}

static int native_commit(struct shard_sink *s, struct shard_files *files, struct err *e)
{
    if ((s->n_ids || s->n_ends) && flush(s, e)) {
        native_abort(s);
        return -1;
    }
    /* A full last block leaves documents that end with it. */
    if (s->n_ends && flush(s, e)) {
        native_abort(s);
        return -1;
    }
    struct native_file *f = s->file;
    free_sink(s);
    return native_file_commit(f, files, e);
}

static unsigned native_width(uint32_t max_id)
{
    return max_id < 65536 ? 2 : max_id <= TMS_MAX_ID ? 4 : 0;
}

const struct shard_format shard_native = {
    .name = "native", .suffix = ".tms", .eod = EOD_LAST, .tokens_max = (uint64_t)1 << 40,
    .docs_max = (uint64_t)1 << 30, .doc_max = UINT32_MAX, .width = native_width,
    .open = native_create, .add = native_add, .end_doc = native_end_doc,
    .commit = native_commit, .abort = native_abort, .layout = &shard_native_layout};
