/* spool - see spool.h. One file, frames of whole records; per document the offset in its frame,
 * per frame its place in the file. Own design after the block index of seekable zstd. */
#include "core/spool.h"

#include <assert.h>
#include <inttypes.h>
#include <zstd.h>

#include "core/mem.h"
#include "core/temp.h"

enum { FRAME = 256 << 10, LEVEL = 1 };

struct frame {
    uint64_t at;            /* in the file */
    uint64_t first;         /* index of its first record */
    uint64_t raw;           /* decoded size */
    uint32_t packed;        /* stored size; frames above 4 GiB are refused */
};

struct spool {
    struct temp *file;
    bool sealed;
    uint64_t count;
    uint64_t open_first;    /* index of the first record of the open frame */
    uint64_t *ends;         /* of each record inside its frame */
    size_t ends_cap;
    struct frame *frames;
    size_t n_frames, frames_cap;
    struct buf open, packed;
    ZSTD_CCtx *z;
};

struct spool_cursor {
    ZSTD_DCtx *z;
    struct buf packed, raw;
    uint64_t block;         /* what raw holds; UINT64_MAX for nothing */
    const struct spool *of;
};

struct spool *spool_new(const char *tmp, uint64_t max_bytes, struct err *e)
{
    struct temp *file = temp_new(tmp, max_bytes, e);
    if (!file)
        return NULL;
    struct spool *s = mem_zero(sizeof(*s));
    s->file = file;
    buf_init(&s->open, BUF_NO_LIMIT);
    buf_init(&s->packed, BUF_NO_LIMIT);
    s->z = ZSTD_createCCtx();
    if (!s->z)
        mem_failed(0);
    ZSTD_CCtx_setParameter(s->z, ZSTD_c_compressionLevel, LEVEL);
    ZSTD_CCtx_setParameter(s->z, ZSTD_c_checksumFlag, 1);
    return s;
}

static int flush_frame(struct spool *s, struct err *e)
{
    if (s->open.n == 0)
        return 0;
    buf_clear(&s->packed);
    size_t room = ZSTD_compressBound(s->open.n);
    char *to = buf_reserve(&s->packed, room);
    size_t n = ZSTD_compress2(s->z, to, room, s->open.p, s->open.n);
    if (ZSTD_isError(n) || n > UINT32_MAX)
        return err_set(e, ERR_BUG, "temporary file: %s",
                       ZSTD_isError(n) ? ZSTD_getErrorName(n) : "a record is too large");
    uint64_t at = temp_size(s->file);
    if (temp_add(s->file, to, n, e))
        return -1;
    if (s->n_frames == s->frames_cap) {
        s->frames_cap = s->frames_cap ? s->frames_cap * 2 : 64;
        s->frames = mem_grow_array(s->frames, s->frames_cap, sizeof(*s->frames));
    }
    s->frames[s->n_frames++] = (struct frame){at, s->open_first, s->open.n, (uint32_t)n};
    buf_clear(&s->open);
    s->open_first = s->count;
    return 0;
}

int spool_add(struct spool *s, struct slice record, struct err *e)
{
    assert(!s->sealed);
    if (s->count == s->ends_cap) {
        s->ends_cap = s->ends_cap ? s->ends_cap * 2 : 1024;
        s->ends = mem_grow_array(s->ends, s->ends_cap, sizeof(*s->ends));
    }
    buf_add_slice(&s->open, record);
    s->ends[s->count++] = s->open.n;
    return s->open.n >= FRAME ? flush_frame(s, e) : 0;
}

int spool_seal(struct spool *s, struct err *e)
{
    if (!s->sealed && (flush_frame(s, e) || temp_seal(s->file, e)))
        return -1;
    s->sealed = true;
    buf_free(&s->open);
    buf_free(&s->packed);
    return 0;
}

uint64_t spool_count(const struct spool *s) { return s->count; }
uint64_t spool_blocks(const struct spool *s) { return s->n_frames; }

static int load(struct spool *s, struct spool_cursor *c, uint64_t b, struct err *e)
{
    assert(s->sealed && b < s->n_frames);
    if (c->of == s && c->block == b)
        return 0;
    const struct frame *f = &s->frames[b];
    c->block = UINT64_MAX;
    buf_clear(&c->packed);
    buf_clear(&c->raw);
    char *packed = buf_reserve(&c->packed, f->packed);
    char *raw = buf_reserve(&c->raw, f->raw);
    if (temp_read(s->file, f->at, packed, f->packed, e))
        return -1;
    size_t n = ZSTD_decompressDCtx(c->z, raw, f->raw, packed, f->packed);
    if (ZSTD_isError(n) || n != f->raw)
        return err_set(e, ERR_IO, "temporary file: damaged at byte %" PRIu64, f->at);
    c->raw.n = n;
    c->of = s;
    c->block = b;
    return 0;
}

int spool_block(struct spool *s, struct spool_cursor *c, uint64_t b, struct slice *bytes,
                uint64_t *first, uint64_t *count, struct err *e)
{
    if (load(s, c, b, e))
        return -1;
    *bytes = buf_slice(&c->raw);
    *first = s->frames[b].first;
    *count = (b + 1 < s->n_frames ? s->frames[b + 1].first : s->count) - *first;
    return 0;
}

static uint64_t frame_of(const struct spool *s, uint64_t i)
{
    size_t lo = 0, hi = s->n_frames;
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (s->frames[mid].first <= i)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

int spool_get(struct spool *s, struct spool_cursor *c, uint64_t i, struct slice *record,
              struct err *e)
{
    assert(i < s->count);
    uint64_t b = frame_of(s, i);
    if (load(s, c, b, e))
        return -1;
    uint64_t start = i == s->frames[b].first ? 0 : s->ends[i - 1];
    uint64_t end = s->ends[i];
    if (end > start && c->raw.p[end - 1] == '\n')
        end--;
    *record = slice_of(c->raw.p + start, end - start);
    return 0;
}

struct spool_cursor *spool_cursor_new(void)
{
    struct spool_cursor *c = mem_zero(sizeof(*c));
    c->z = ZSTD_createDCtx();
    if (!c->z)
        mem_failed(0);
    buf_init(&c->packed, BUF_NO_LIMIT);
    buf_init(&c->raw, BUF_NO_LIMIT);
    c->block = UINT64_MAX;
    return c;
}

void spool_cursor_free(struct spool_cursor *c)
{
    if (!c)
        return;
    ZSTD_freeDCtx(c->z);
    buf_free(&c->packed);
    buf_free(&c->raw);
    mem_free(c);
}

void spool_free(struct spool *s)
{
    if (!s)
        return;
    temp_free(s->file);
    ZSTD_freeCCtx(s->z);
    buf_free(&s->open);
    buf_free(&s->packed);
    mem_free(s->ends);
    mem_free(s->frames);
    mem_free(s);
}
