/* spool - see spool.h. Frames of whole records; the index holds, for each block, where its frame
 * lies, and for each record its place in the block. */
#include "core/spool.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zstd.h>
#include "core/mem.h"

enum { BLOCK_BYTES = 256 << 10 };

struct block {
    uint64_t at, first;             /* of the frame in the file; number of its first record */
    uint32_t packed;                /* bytes of the frame */
    uint64_t bytes;                 /* decoded */
};

struct spool {
    int fd;
    char *tmp;
    uint64_t max_bytes, size;
    struct buf open, packed;        /* the block being filled; its frame */
    struct block *blocks;
    size_t n_blocks, cap_blocks;
    uint64_t open_first;            /* number of the open block's first record */
    uint64_t *starts;               /* of each record in its block */
    uint64_t n, cap;
    ZSTD_CCtx *cctx;
};

struct spool_cursor {
    ZSTD_DCtx *dctx;
    struct buf bytes, packed;
    const struct spool *spool;      /* whose block is decoded */
    uint64_t block;                 /* UINT64_MAX: none */
};

struct spool *spool_new(const char *tmp, uint64_t max_bytes, struct err *e)
{
    struct spool *s = mem_zero(sizeof *s);
    s->tmp = mem_strdup(tmp);
    s->max_bytes = max_bytes;
    buf_init(&s->open, BUF_NO_LIMIT);
    buf_init(&s->packed, BUF_NO_LIMIT);
    s->cctx = ZSTD_createCCtx();
    s->fd = -1;
    size_t n = strlen(tmp) + 32;
    char *path = mem_alloc(n);
    snprintf(path, n, "%s/tokmill.XXXXXX", tmp);
    if (!s->cctx)
        err_set(e, ERR_NOMEM, "no memory for a compressor");
    else if ((s->fd = mkostemp(path, O_CLOEXEC)) < 0)
        err_errno(e, "cannot create a temporary file in %s", tmp);
    else
        unlink(path);
    mem_free(path);
    if (s->fd >= 0)
        return s;
    spool_free(s);
    return NULL;
}

static int write_at(struct spool *s, const char *p, size_t n, struct err *e)
{
    while (n) {
        ssize_t got = pwrite(s->fd, p, n, (off_t)s->size);
        if (got < 0 && errno != EINTR)
            return err_errno(e, "cannot write to the temporary file in %s", s->tmp);
        if (got > 0) {
            p += got;
            n -= (size_t)got;
            s->size += (uint64_t)got;
        }
    }
    return 0;
}

static void add_block(struct spool *s, struct block b)
{
    if (s->n_blocks == s->cap_blocks) {
        s->cap_blocks = s->cap_blocks ? 2 * s->cap_blocks : 64;
        s->blocks = mem_grow_array(s->blocks, s->cap_blocks, sizeof *s->blocks);
    }
    s->blocks[s->n_blocks++] = b;
}

/* Closes the open block: its frame goes to the file. */
static int flush(struct spool *s, struct err *e)
{
    size_t bound = ZSTD_compressBound(s->open.n);
    buf_clear(&s->packed);
    size_t n = ZSTD_compressCCtx(s->cctx, buf_reserve(&s->packed, bound), bound, s->open.p,
                                 s->open.n, 1);
    if (ZSTD_isError(n) || n > UINT32_MAX)
        return err_set(e, ERR_NOMEM, "temporary file: zstd: %s", ZSTD_getErrorName(n));
    if (s->max_bytes && s->size + n > s->max_bytes)
        return err_set(e, ERR_NOMEM, "temporary space: %llu bytes are not enough (--tmp-max)",
                       (unsigned long long)s->max_bytes);
    add_block(s, (struct block){s->size, s->open_first, (uint32_t)n, s->open.n});
    s->open_first = s->n;
    buf_clear(&s->open);
    return write_at(s, s->packed.p, n, e);
}

int spool_add(struct spool *s, struct slice record, struct err *e)
{
    if (s->n == s->cap) {
        s->cap = s->cap ? 2 * s->cap : 1024;
        s->starts = mem_grow_array(s->starts, s->cap, sizeof *s->starts);
    }
    s->starts[s->n++] = s->open.n;
    buf_add_slice(&s->open, record);
    return s->open.n >= BLOCK_BYTES ? flush(s, e) : 0;
}

int spool_seal(struct spool *s, struct err *e)
{
    return s->open.n ? flush(s, e) : 0;
}

uint64_t spool_count(const struct spool *s) { return s->n; }
uint64_t spool_blocks(const struct spool *s) { return s->n_blocks; }

static int read_at(const struct spool *s, char *p, size_t n, uint64_t at, struct err *e)
{
    while (n) {
        ssize_t got = pread(s->fd, p, n, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return err_errno(e, "cannot read the temporary file in %s", s->tmp);
        p += got;
        n -= (size_t)got;
        at += (uint64_t)got;
    }
    return 0;
}

static int decode(const struct spool *s, struct spool_cursor *c, uint64_t b, struct err *e)
{
    const struct block *k = &s->blocks[b];
    if (c->spool == s && c->block == b)
        return 0;
    c->block = UINT64_MAX;
    buf_clear(&c->bytes);
    buf_clear(&c->packed);
    char *packed = buf_reserve(&c->packed, k->packed);
    if (read_at(s, packed, k->packed, k->at, e))
        return -1;
    size_t n = ZSTD_decompressDCtx(c->dctx, buf_reserve(&c->bytes, k->bytes), k->bytes, packed,
                                   k->packed);
    if (ZSTD_isError(n) || n != k->bytes)
        return err_set(e, ERR_IO, "the temporary file in %s was damaged", s->tmp);
    c->bytes.n = n;
    c->spool = s;
    c->block = b;
    return 0;
}

static uint64_t block_end(const struct spool *s, uint64_t b)
{
    return b + 1 < s->n_blocks ? s->blocks[b + 1].first : s->n;
}

int spool_block(struct spool *s, struct spool_cursor *c, uint64_t b, struct slice *bytes,
                uint64_t *first, uint64_t *count, struct err *e)
{
    if (decode(s, c, b, e))
        return -1;
    *bytes = buf_slice(&c->bytes);
    *first = s->blocks[b].first;
    *count = block_end(s, b) - *first;
    return 0;
}

static uint64_t block_of(const struct spool *s, uint64_t i)
{
    uint64_t lo = 0, hi = s->n_blocks;
    while (hi - lo > 1) {
        uint64_t mid = lo + (hi - lo) / 2;
        if (s->blocks[mid].first <= i)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

int spool_get(struct spool *s, struct spool_cursor *c, uint64_t i, struct slice *record,
              struct err *e)
{
    uint64_t b = block_of(s, i);
    if (decode(s, c, b, e))
        return -1;
    uint64_t from = s->starts[i];
    uint64_t to = i + 1 < block_end(s, b) ? s->starts[i + 1] : s->blocks[b].bytes;
    *record = slice_of(c->bytes.p + from, to - from - 1);
    return 0;
}

struct spool_cursor *spool_cursor_new(void)
{
    struct spool_cursor *c = mem_zero(sizeof *c);
    c->dctx = ZSTD_createDCtx();
    if (!c->dctx)
        mem_failed(sizeof *c);
    c->block = UINT64_MAX;
    buf_init(&c->bytes, BUF_NO_LIMIT);
    buf_init(&c->packed, BUF_NO_LIMIT);
    return c;
}

void spool_cursor_free(struct spool_cursor *c)
{
    ZSTD_freeDCtx(c->dctx);
    buf_free(&c->bytes);
    buf_free(&c->packed);
    mem_free(c);
}

void spool_free(struct spool *s)
{
    if (!s)
        return;
    if (s->fd >= 0)
        close(s->fd);
    ZSTD_freeCCtx(s->cctx);
    buf_free(&s->open);
    buf_free(&s->packed);
    mem_free(s->blocks);
    mem_free(s->starts);
    mem_free(s->tmp);
    mem_free(s);
}
