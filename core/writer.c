/* writer - see writer.h. */
#include "core/writer.h"
#include <errno.h>
#include <libdeflate.h>
#include <pthread.h>
#include <unistd.h>
#include <zstd.h>
#include "core/mem.h"
#include "core/output.h"

enum codec { PLAIN, ZSTD, GZIP };
enum { FRAME_BYTES = 4 << 20 };

struct frame {
    struct frame *next;
    struct writer *writer;
    uint64_t serial;
    struct buf bytes;
};

struct writer {
    enum codec codec;
    int level;
    struct output *out;             /* NULL: standard output */
    struct buf open;                /* the frame being filled */
    uint64_t frames, docs, bytes;
    struct hasher *hash;
    pthread_mutex_t lock;
    pthread_cond_t turn;
    uint64_t written;               /* frames on disk */
    bool failed;
};

struct writer *writer_open(const char *path, int level, struct err *e)
{
    struct output *out = NULL;
    if (path && !(out = output_open(path, e)))
        return NULL;
    struct writer *w = mem_zero(sizeof *w);
    w->out = out;
    w->level = level;
    w->codec = slice_ends(slice_str(path), SLICE(".zst")) ? ZSTD
             : slice_ends(slice_str(path), SLICE(".gz")) ? GZIP : PLAIN;
    buf_init(&w->open, BUF_NO_LIMIT);
    w->hash = hasher_new();
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->turn, NULL);
    return w;
}

static int write_out(struct writer *w, const char *p, size_t n, struct err *e)
{
    if (w->out)
        return output_write(w->out, p, n, e);
    while (n) {
        ssize_t got = write(STDOUT_FILENO, p, n);
        if (got < 0 && errno != EINTR) {
            err_at(e, SLICE("standard output"), ERR_NO_POS, ERR_NO_POS);
            return err_errno(e, "cannot write");
        }
        if (got > 0) {
            p += got;
            n -= (size_t)got;
        }
    }
    return 0;
}

static struct frame *close_frame(struct writer *w)
{
    struct frame *f = mem_alloc(sizeof *f);
    *f = (struct frame){NULL, w, w->frames++, w->open};
    buf_init(&w->open, BUF_NO_LIMIT);
    return f;
}

/* Length of `s` up to and with the newline at or after byte `at`. */
static size_t record_end(struct slice s, size_t at)
{
    const char *nl = memchr(s.p + at, '\n', s.n - at);
    return nl ? (size_t)(nl - s.p) + 1 : s.n;
}

int writer_append(struct writer *w, struct slice records, uint64_t n_docs, struct frame **frames,
                  struct err *e)
{
    while (*frames)
        frames = &(*frames)->next;
    hasher_add(w->hash, records.p, records.n);
    w->docs += n_docs;
    w->bytes += records.n;
    if (w->codec == PLAIN)
        return records.n ? write_out(w, records.p, records.n, e) : 0;
    while (records.n) {
        size_t room = FRAME_BYTES > w->open.n ? FRAME_BYTES - w->open.n : 0;
        size_t n = records.n > room ? record_end(records, room) : records.n;
        buf_add(&w->open, records.p, n);
        records = slice_from(records, n);
        if (w->open.n > FRAME_BYTES) {
            *frames = close_frame(w);
            frames = &(*frames)->next;
        }
    }
    return 0;
}

static int compress_zstd(const struct writer *w, struct slice in, struct buf *out, struct err *e)
{
    ZSTD_CCtx *c = ZSTD_createCCtx();
    size_t bound = ZSTD_compressBound(in.n), n;
    if (!c)
        return err_set(e, ERR_NOMEM, "no memory for a compressor");
    ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
    ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, w->level ? w->level : 3);
    n = ZSTD_compress2(c, buf_reserve(out, bound), bound, in.p, in.n);
    ZSTD_freeCCtx(c);
    if (ZSTD_isError(n))
        return err_set(e, ERR_NOMEM, "zstd: %s", ZSTD_getErrorName(n));
    out->n = n;
    return 0;
}

static int compress_gzip(const struct writer *w, struct slice in, struct buf *out, struct err *e)
{
    struct libdeflate_compressor *c = libdeflate_alloc_compressor(w->level ? w->level : 6);
    if (!c)
        return err_set(e, ERR_NOMEM, "no memory for a compressor");
    size_t bound = libdeflate_gzip_compress_bound(c, in.n);
    out->n = libdeflate_gzip_compress(c, in.p, in.n, buf_reserve(out, bound), bound);
    libdeflate_free_compressor(c);
    return out->n ? 0 : err_set(e, ERR_BUG, "gzip: frame did not fit");
}

static int write_frame(struct frame *f, struct err *e)
{
    struct writer *w = f->writer;
    struct buf packed;
    buf_init(&packed, BUF_NO_LIMIT);
    int rc = w->codec == ZSTD ? compress_zstd(w, buf_slice(&f->bytes), &packed, e)
                              : compress_gzip(w, buf_slice(&f->bytes), &packed, e);
    pthread_mutex_lock(&w->lock);
    while (w->written != f->serial)
        pthread_cond_wait(&w->turn, &w->lock);
    if (!rc && !w->failed)
        rc = write_out(w, packed.p, packed.n, e);
    w->failed |= rc != 0;
    w->written++;
    pthread_cond_broadcast(&w->turn);
    pthread_mutex_unlock(&w->lock);
    buf_free(&packed);
    return rc;
}

int writer_write(struct frame *f, struct err *e)
{
    int rc = 0;
    for (struct frame *next; f; f = next) {
        next = f->next;
        rc |= write_frame(f, e);
        buf_free(&f->bytes);
        mem_free(f);
    }
    return rc;
}

static void release(struct writer *w)
{
    buf_free(&w->open);
    hasher_free(w->hash);
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->turn);
    mem_free(w);
}

int writer_commit(struct writer *w, struct err *e)
{
    int rc = 0;
    /* An empty result is still a valid file of its codec: one empty frame. */
    if (w->codec != PLAIN && (w->open.n || !w->frames))
        rc = writer_write(close_frame(w), e);
    if (w->out) {
        if (rc)
            output_abort(w->out);
        else
            rc = output_commit(w->out, e);
    }
    release(w);
    return rc;
}

void writer_abort(struct writer *w)
{
    if (!w)
        return;
    output_abort(w->out);
    release(w);
}

bool writer_is_written(struct writer *w)
{
    pthread_mutex_lock(&w->lock);
    bool all = w->written == w->frames;
    pthread_mutex_unlock(&w->lock);
    return all;
}

uint64_t writer_docs(const struct writer *w) { return w->docs; }
uint64_t writer_bytes(const struct writer *w) { return w->bytes; }
struct hash128 writer_hash(const struct writer *w) { return hasher_value(w->hash); }
