/* Megatron-Core's pair: bare ids in NAME.bin, and NAME.idx with their width, the lengths and places
 * of the sequences, and the documents, each one sequence long. */
#include "core/buf.h"
#include "core/mem.h"
#include "shard/flat.h"
#include "shard/idx.h"
#include "shard/layout.h"
#include "shard/le.h"

struct own {
    struct side *idx;
    uint64_t start;                 /* of the document being written */
    struct buf lengths;             /* i32 a document: the index has them before all else */
};

static void drop(void *p)
{
    struct own *o = p;
    buf_free(&o->lengths);
    mem_free(o);
}

static struct shard_sink *megatron_open(const char *path, const struct shard_about *a, int level,
                                        struct err *e)
{
    struct shard_sink *s = flat_open(path, a, level, e);
    if (!s)
        return NULL;
    struct own *o = mem_zero(sizeof *o);
    buf_init(&o->lengths, BUF_NO_LIMIT);
    flat_set_own(s, o, drop);
    o->idx = flat_side(s, strlen(".bin"), ".idx", e);
    return o->idx ? s : NULL;
}

static int megatron_end_doc(struct shard_sink *s, const struct shard_doc *d, struct err *e)
{
    struct own *o = flat_own(s);
    unsigned char v[4];
    le_put32(v, (uint32_t)(flat_tokens(s) - o->start));
    buf_add(&o->lengths, v, sizeof v);
    o->start = flat_tokens(s);
    return flat_end_doc(s, d, e);
}

static int write_index(struct shard_sink *s, struct err *e)
{
    const struct own *o = flat_own(s);
    const uint64_t n = flat_documents(s);
    unsigned char head[IDX_HEAD], v[8];
    uint64_t at = 0;
    idx_head(head, flat_width(s), n, n + 1);
    if (side_write(o->idx, head, sizeof head, e) ||
        (n && side_write(o->idx, o->lengths.p, o->lengths.n, e)))
        return -1;
    for (uint64_t i = 0; i < n; i++) {
        le_put64(v, at);
        at += (uint64_t)le_get32((unsigned char *)o->lengths.p + 4 * i) * flat_width(s);
        if (side_write(o->idx, v, sizeof v, e))
            return -1;
    }
    for (uint64_t i = 0; i <= n; i++) {
        le_put64(v, i);
        if (side_write(o->idx, v, sizeof v, e))
            return -1;
    }
    return 0;
}

/* The index last: without it the pair does not exist for a reader. */
static int megatron_commit(struct shard_sink *s, struct shard_files *files, struct err *e)
{
    if (write_index(s, e)) {
        flat_abort(s);
        return -1;
    }
    return flat_commit(s, files, e);
}

/* There is no code for u32, and the writer of record calls 65500 ids and more i32. */
static unsigned megatron_width(uint32_t max_id)
{
    return max_id < 65499 ? 2 : max_id <= INT32_MAX ? 4 : 0;
}

const struct shard_format shard_megatron = {
    .name = "megatron", .suffix = ".bin", .eod = EOD_LAST, .tokens_max = (uint64_t)1 << 60,
    .docs_max = INT32_MAX, .doc_max = INT32_MAX, .width = megatron_width,
    .open = megatron_open, .add = flat_add, .end_doc = megatron_end_doc,
    .commit = megatron_commit, .abort = flat_abort, .layout = &shard_megatron_layout};

/* ---- reading ------------------------------------------------------------------------------ */

struct in {
    struct idx *idx;
    uint64_t at;
};

static bool looks(const char *path, const unsigned char head[16])
{
    (void)path, (void)head;
    return false;               /* by its neighbour: shard_detect() */
}

static void close_pair(struct shard_input *in)
{
    struct in *x = in->own;
    if (x)
        idx_close(x->idx);
    mem_free(x);
}

static int open_pair(struct shard_input *in, struct err *e)
{
    if (layout_open_bin(in, 0, e))
        return -1;
    struct in *x = in->own = mem_zero(sizeof *x);
    char *idx = layout_sibling(in->path, strlen(".bin"), ".idx");
    x->idx = idx_open(idx, in->bin.size, e);
    mem_free(idx);
    if (!x->idx)
        return -1;
    in->about.width = idx_width(x->idx);
    in->is_signed = idx_is_signed(x->idx);
    return 0;
}

static int next(struct shard_input *in, struct shard_span *s, struct shard_doc *d, struct err *e)
{
    struct in *x = in->own;
    (void)d;
    int rc = idx_next(x->idx, &s->n, e);
    s->at = x->at;
    if (rc == 1)
        x->at += s->n * in->about.width;
    return rc;
}

const struct shard_layout shard_megatron_layout = {
    .looks = looks, .open = open_pair, .next = next, .close = close_pair};
