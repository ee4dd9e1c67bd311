/* Writing files that begin with a table of their samples; see table.h. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zstd.h>
#include "core/mem.h"
#include "shard/file.h"
#include "shard/ids_hash.h"
#include "shard/le.h"
#include "shard/table.h"

enum { CHUNK = 1 << 17 };

struct shard_sink {
    struct output *out;
    char *path;
    struct file body;               /* the samples, without a name */
    struct buf head, ends, sample;  /* ends: u32 each, from the first sample's start */
    unsigned width;
    int level;
    uint64_t tokens;
    struct hasher *ids, *raw, *packed;
    struct buf waiting;             /* of the body, not yet written */
    ZSTD_CCtx *z;
    unsigned char *chunk;
};

static void table_free(struct shard_sink *s)
{
    file_close(&s->body);
    buf_free(&s->head);
    buf_free(&s->ends);
    buf_free(&s->sample);
    buf_free(&s->waiting);
    hasher_free(s->ids);
    hasher_free(s->raw);
    hasher_free(s->packed);
    ZSTD_freeCCtx(s->z);
    mem_free(s->chunk);
    mem_free(s->path);
    mem_free(s);
}

void table_abort(struct shard_sink *s)
{
    if (!s)
        return;
    output_abort(s->out);
    table_free(s);
}

/* Named only for a moment; a run killed in it leaves what the next one sweeps away. */
static int unnamed(const char *path, struct err *e)
{
    char name[4200];
    int n = snprintf(name, sizeof name, "%s.tmp.body.XXXXXX", path);
    int fd = n > 0 && (size_t)n < sizeof name ? mkstemp(name) : -1;
    if (fd < 0)
        return err_errno(e, "%s: cannot make a temporary file", path);
    unlink(name);
    return fd;
}

struct shard_sink *table_open(const char *path, const struct shard_about *a, int level,
                              struct slice head, struct err *e)
{
    struct output *out = output_open(path, e);
    int fd = out ? unnamed(path, e) : -1;
    if (fd < 0) {
        output_abort(out);
        return NULL;
    }
    struct shard_sink *s = mem_zero(sizeof *s);
    s->out = out;
    s->path = mem_strdup(path);
    s->body = (struct file){.fd = fd, .path = mem_strdup(path)};
    s->width = a->width;
    s->level = level;
    buf_init(&s->head, BUF_NO_LIMIT);
    buf_init(&s->ends, BUF_NO_LIMIT);
    buf_init(&s->sample, BUF_NO_LIMIT);
    buf_init(&s->waiting, BUF_NO_LIMIT);
    buf_add_slice(&s->head, head);
    s->ids = hasher_new();
    s->raw = hasher_new();
    s->packed = hasher_new();
    s->chunk = mem_alloc(CHUNK);
    return s;
}

int table_add(struct shard_sink *s, const uint32_t *ids, size_t n, struct err *e)
{
    unsigned char *to = (unsigned char *)buf_reserve(&s->sample, n * s->width);
    if (!to && n)
        return err_set(e, ERR_NOMEM, "no memory for a document of %zu tokens", n);
    if (n)
        le_put_ids(to, ids, n, s->width);
    s->sample.n += n * s->width;
    s->tokens += n;
    ids_hash_add(s->ids, ids, n);
    return 0;
}

uint64_t table_pending(const struct shard_sink *s) { return s->sample.n / s->width; }
unsigned table_width(const struct shard_sink *s) { return s->width; }

unsigned table_width_of(uint32_t max_id)
{
    return max_id < 65536 ? 2 : max_id <= INT32_MAX ? 4 : 0;
}

static int flush(struct shard_sink *s, struct err *e)
{
    const char *p = s->waiting.p;
    for (size_t n = s->waiting.n; n;) {
        ssize_t k = write(s->body.fd, p, n);
        if (k < 0)
            return err_errno(e, "%s: cannot write to the temporary file", s->path);
        p += k;
        n -= (size_t)k;
    }
    buf_clear(&s->waiting);
    return 0;
}

int table_end(struct shard_sink *s, struct slice before, struct err *e)
{
    unsigned char end[4];
    s->body.size += before.n + s->sample.n;
    if (s->body.size > UINT32_MAX)
        return err_set(e, ERR_DATA, "%s: more than 4 GiB in a file", s->path);
    buf_add_slice(&s->waiting, before);
    buf_add_slice(&s->waiting, buf_slice(&s->sample));
    buf_clear(&s->sample);
    le_put32(end, (uint32_t)s->body.size);
    buf_add(&s->ends, end, sizeof end);
    return s->waiting.n >= CHUNK ? flush(s, e) : 0;
}

/* Bytes of the plain file, in order, to the output or through the one frame. */
static int put(struct shard_sink *s, const void *p, size_t n, bool last, struct err *e)
{
    hasher_add(s->raw, p, n);
    if (!s->level)
        return output_write(s->out, p, n, e);
    ZSTD_inBuffer in = {p, n, 0};
    size_t left;
    do {
        ZSTD_outBuffer out = {s->chunk, CHUNK, 0};
        left = ZSTD_compressStream2(s->z, &out, &in, last ? ZSTD_e_end : ZSTD_e_continue);
        if (ZSTD_isError(left))
            return err_set(e, ERR_NOMEM, "zstd: %s", ZSTD_getErrorName(left));
        hasher_add(s->packed, s->chunk, out.pos);
        if (output_write(s->out, s->chunk, out.pos, e))
            return -1;
    } while (in.pos < in.size || (last && left));
    return 0;
}

static int write_table(struct shard_sink *s, uint64_t size, struct err *e)
{
    const uint32_t n = (uint32_t)(s->ends.n / 4);
    const uint32_t first = (uint32_t)(8 + 4 * (uint64_t)n + s->head.n);
    unsigned char v[8];
    if (size > UINT32_MAX)
        return err_set(e, ERR_DATA, "%s: more than 4 GiB in a file", s->path);
    le_put32(v, n);
    le_put32(v + 4, first);
    for (uint32_t i = 0; i < n; i++) {
        unsigned char *x = (unsigned char *)s->ends.p + 4 * (size_t)i;
        le_put32(x, first + le_get32(x));
    }
    return put(s, v, sizeof v, false, e) || put(s, s->ends.p, s->ends.n, false, e) ||
                   put(s, s->head.p, s->head.n, false, e)
               ? -1 : 0;
}

static int write_all(struct shard_sink *s, uint64_t size, struct err *e)
{
    if (s->level) {
        s->z = ZSTD_createCCtx();
        if (!s->z)
            mem_failed(0);
        ZSTD_CCtx_setParameter(s->z, ZSTD_c_compressionLevel, s->level);
        ZSTD_CCtx_setPledgedSrcSize(s->z, size);
    }
    if (flush(s, e) || write_table(s, size, e))
        return -1;
    unsigned char *p = mem_alloc(CHUNK);
    int rc = 0;
    for (uint64_t at = 0; !rc && at < s->body.size; at += CHUNK) {
        size_t n = s->body.size - at < CHUNK ? (size_t)(s->body.size - at) : CHUNK;
        rc = file_read(&s->body, p, n, at, e) || put(s, p, n, false, e) ? -1 : 0;
    }
    mem_free(p);
    return rc || put(s, "", 0, true, e) ? -1 : 0;
}

int table_commit(struct shard_sink *s, struct shard_files *files, struct err *e)
{
    uint64_t size = 8 + s->ends.n + s->head.n + s->body.size;
    if (write_all(s, size, e)) {
        table_abort(s);
        return -1;
    }
    struct shard_file *f = shard_files_add(files, s->path);
    f->size = output_size(s->out);
    f->raw_size = size;
    f->documents = s->ends.n / 4;
    f->tokens = s->tokens;
    f->hash = hasher_value(s->ids);
    f->raw_hash = hasher_value(s->raw);
    f->packed_hash = hasher_value(s->packed);
    int rc = output_commit(s->out, e);
    table_free(s);
    return rc;
}
