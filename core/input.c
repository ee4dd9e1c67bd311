/* input - see input.h. One step function a codec, all fed from the same block of stored bytes. */
#include "core/input.h"
#include <bzlib.h>
#include <errno.h>
#include <fcntl.h>
#include <lzma.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include "core/mem.h"

enum codec { PLAIN, GZIP, ZSTD, BZIP2, XZ };
enum { BLOCK = 256 << 10 };

struct input {
    int fd;
    bool close_fd, eof;         /* eof: nothing more to read from fd */
    enum codec codec;
    bool inside;                /* in the middle of a member */
    bool started;               /* a codec was chosen */
    char *path;
    uint64_t size, at, decoded; /* stored size, stored bytes read, decoded bytes given */
    int window_log;
    z_stream gz;
    ZSTD_DCtx *zstd;
    bz_stream bz;
    lzma_stream xz;
    size_t from, n;             /* unread stored bytes: block[from..n) */
    char block[BLOCK];
};

static int fill(struct input *in, struct err *e)
{
    if (in->eof)
        return 0;
    if (in->from) {
        memmove(in->block, in->block + in->from, in->n - in->from);
        in->n -= in->from;
        in->from = 0;
    }
    while (in->n < BLOCK) {
        ssize_t got = read(in->fd, in->block + in->n, BLOCK - in->n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_errno(e, "cannot read");
        if (got == 0)
            in->eof = true;
        in->n += (size_t)got;
        in->at += (uint64_t)got;
        if (got == 0 || in->n >= BLOCK / 2 || in->inside || in->started)
            break;
    }
    return 0;
}

static enum codec recognise(const char *p, size_t n)
{
    static const struct { enum codec codec; struct slice magic; } table[] = {
        {GZIP, {"\x1f\x8b\x08", 3}},
        {ZSTD, {"\x28\xb5\x2f\xfd", 4}},
        {XZ, {"\xfd" "7zXZ\0", 6}},
    };
    struct slice s = {p, n};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (slice_starts(s, table[i].magic))
            return table[i].codec;
    if (n >= 4 && ((unsigned char)p[0] & 0xF0) == 0x50 && !memcmp(p + 1, "\x2a\x4d\x18", 3))
        return ZSTD;
    if (n >= 10 && !memcmp(p, "BZh", 3) && p[3] >= '1' && p[3] <= '9' &&
        (!memcmp(p + 4, "1AY&SY", 6) || !memcmp(p + 4, "\x17\x72\x45\x38\x50\x90", 6)))
        return BZIP2;
    return PLAIN;
}

static int damaged(struct input *in, struct err *e, const char *what)
{
    static const char *const names[] = {"plain", "gzip", "zstd", "bzip2", "xz"};
    err_set(e, ERR_DATA, "%s data %s", names[in->codec], what);
    err_at(e, slice_str(in->path), ERR_NO_POS, in->decoded);
    return -1;
}

static int begin(struct input *in, struct err *e)
{
    int rc = 0;
    if (in->codec == GZIP)
        rc = inflateInit2(&in->gz, 31) != Z_OK;
    else if (in->codec == ZSTD)
        rc = !(in->zstd = ZSTD_createDCtx()) ||
             ZSTD_isError(ZSTD_DCtx_setParameter(in->zstd, ZSTD_d_windowLogMax, in->window_log));
    return rc ? err_set(e, ERR_NOMEM, "no memory for a decoder") : 0;
}

static int restart(struct input *in, struct err *e)
{
    int rc = 0;
    if (in->codec == GZIP)
        rc = inflateReset(&in->gz) != Z_OK;
    else if (in->codec == BZIP2)
        rc = (BZ2_bzDecompressEnd(&in->bz), in->bz = (bz_stream){.opaque = NULL},
              BZ2_bzDecompressInit(&in->bz, 0, 0)) != BZ_OK;
    else if (in->codec == XZ)
        rc = lzma_stream_decoder(&in->xz, UINT64_MAX, 0) != LZMA_OK;
    in->inside = true;
    return rc ? err_set(e, ERR_NOMEM, "no memory for a decoder") : 0;
}

/* One call of the decoder: *used stored bytes in, *made bytes out; *end when a member ended. */
static int step_gzip(struct input *in, char *p, size_t n, size_t *used, size_t *made, bool *end)
{
    z_stream *z = &in->gz;
    z->next_in = (unsigned char *)in->block + in->from;
    z->avail_in = (unsigned)(in->n - in->from);
    z->next_out = (unsigned char *)p;
    z->avail_out = (unsigned)n;
    int rc = inflate(z, Z_NO_FLUSH);
    *used = in->n - in->from - z->avail_in;
    *made = n - z->avail_out;
    *end = rc == Z_STREAM_END;
    return rc == Z_OK || rc == Z_STREAM_END || rc == Z_BUF_ERROR ? 0 : -1;
}

static int step_zstd(struct input *in, char *p, size_t n, size_t *used, size_t *made, bool *end)
{
    ZSTD_inBuffer src = {in->block + in->from, in->n - in->from, 0};
    ZSTD_outBuffer dst = {p, n, 0};
    size_t rc = ZSTD_decompressStream(in->zstd, &dst, &src);
    *used = src.pos;
    *made = dst.pos;
    *end = rc == 0;
    return ZSTD_isError(rc) ? -1 : 0;
}

static int step_bzip2(struct input *in, char *p, size_t n, size_t *used, size_t *made, bool *end)
{
    bz_stream *z = &in->bz;
    z->next_in = in->block + in->from;
    z->avail_in = (unsigned)(in->n - in->from);
    z->next_out = p;
    z->avail_out = (unsigned)n;
    int rc = BZ2_bzDecompress(z);
    *used = in->n - in->from - z->avail_in;
    *made = n - z->avail_out;
    *end = rc == BZ_STREAM_END;
    return rc == BZ_OK || rc == BZ_STREAM_END ? 0 : -1;
}

static int step_xz(struct input *in, char *p, size_t n, size_t *used, size_t *made, bool *end)
{
    lzma_stream *z = &in->xz;
    z->next_in = (const uint8_t *)in->block + in->from;
    z->avail_in = in->n - in->from;
    z->next_out = (uint8_t *)p;
    z->avail_out = n;
    lzma_ret rc = lzma_code(z, LZMA_RUN);
    *used = in->n - in->from - z->avail_in;
    *made = n - z->avail_out;
    *end = rc == LZMA_STREAM_END;
    return rc == LZMA_OK || rc == LZMA_STREAM_END || rc == LZMA_BUF_ERROR ? 0 : -1;
}

static int step_plain(struct input *in, char *p, size_t n, size_t *used, size_t *made, bool *end)
{
    size_t have = in->n - in->from;
    *used = *made = have < n ? have : n;
    memcpy(p, in->block + in->from, *made);
    *end = false;
    return 0;
}

static int step(struct input *in, char *p, size_t n, size_t *used, size_t *made, bool *end)
{
    switch (in->codec) {
    case GZIP: return step_gzip(in, p, n, used, made, end);
    case ZSTD: return step_zstd(in, p, n, used, made, end);
    case BZIP2: return step_bzip2(in, p, n, used, made, end);
    case XZ: return step_xz(in, p, n, used, made, end);
    default: return step_plain(in, p, n, used, made, end);
    }
}

static bool only_zeros(const char *p, size_t n)
{
    while (n && !p[n - 1])
        n--;
    return n == 0;
}

/* Between members: what follows must be another one of the same codec, or the end. */
static int next_member(struct input *in, bool *end, struct err *e)
{
    if (in->n - in->from < 16 && fill(in, e))
        return -1;
    size_t left = in->n - in->from;
    *end = left == 0;
    if (*end)
        return 0;
    if (recognise(in->block + in->from, left) == in->codec)
        return restart(in, e);
    if (in->eof && only_zeros(in->block + in->from, left)) {    /* padding, as tapes leave it */
        in->from = in->n;
        *end = true;
        return 0;
    }
    return damaged(in, e, "is followed by other bytes");
}

long input_read(struct input *in, void *p, size_t n, struct err *e)
{
    size_t used, made;
    bool member_end, at_end;
    for (;;) {
        if (in->codec != PLAIN && !in->inside) {
            if (next_member(in, &at_end, e))
                return -1;
            if (at_end)
                return 0;
        }
        if (in->from == in->n && fill(in, e))
            return -1;
        if (in->codec == PLAIN && in->from == in->n)
            return 0;
        bool starved = in->from == in->n;
        if (step(in, p, n > 1 << 30 ? 1 << 30 : n, &used, &made, &member_end))
            return damaged(in, e, "is damaged");
        in->from += used;
        in->decoded += made;
        if (member_end)
            in->inside = false;
        if (made)
            return (long)made;
        if (starved && in->eof && in->inside)
            return damaged(in, e, "ends in the middle of a member");
    }
}

struct input *input_open(const char *path, int window_log, struct err *e)
{
    bool standard = !path || !strcmp(path, "-");
    struct input *in = mem_zero(sizeof *in);
    struct stat st;
    in->path = mem_strdup(standard ? "standard input" : path);
    in->window_log = window_log;
    in->close_fd = !standard;
    in->fd = standard ? 0 : open(path, O_RDONLY | O_CLOEXEC);
    if (in->fd < 0)
        err_errno(e, "cannot open");
    else if (!fstat(in->fd, &st) && S_ISREG(st.st_mode))
        in->size = (uint64_t)st.st_size;
    if (in->fd >= 0 && !fill(in, e)) {
        in->codec = recognise(in->block, in->n);
        in->started = true;
        if (!begin(in, e))
            return in;
    }
    err_at(e, slice_str(in->path), ERR_NO_POS, ERR_NO_POS);
    input_close(in);
    return NULL;
}

bool input_is_plain(const struct input *in) { return in->codec == PLAIN; }
uint64_t input_stored_size(const struct input *in) { return in->size; }
uint64_t input_stored_at(const struct input *in) { return in->at; }

void input_close(struct input *in)
{
    if (!in)
        return;
    if (in->close_fd && in->fd >= 0)
        close(in->fd);
    if (in->codec == GZIP)
        inflateEnd(&in->gz);
    BZ2_bzDecompressEnd(&in->bz);
    lzma_end(&in->xz);
    ZSTD_freeDCtx(in->zstd);
    mem_free(in->path);
    mem_free(in);
}

struct slice input_base_name(struct slice name)
{
    static const char *const suffixes[] = {".gz", ".zst", ".bz2", ".xz", ".zstd", ".bz"};
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (slice_ends(name, slice_str(suffixes[i])) && name.n > strlen(suffixes[i]))
            return slice_upto(name, name.n - strlen(suffixes[i]));
    return name;
}
