/* codec - see codec.h. */
#include "core/codec.h"
#include <bzlib.h>
#include <libdeflate.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>
#include "core/buf.h"
#include "core/mem.h"

enum { DICTIONARY_MAX = 64 << 20, SKIPPABLE_HEADER = 8 };

struct decoder {
    enum codec codec;
    bool ready;                 /* the codec's own state was set up */
    z_stream gz;
    ZSTD_DCtx *zstd;
    bool at_front;              /* zstd: before the first byte of a frame ... */
    bool in_dictionary;         /* ... and in one that holds the dictionary of all behind it */
    struct buf dictionary;      /* that frame */
    LZ4F_dctx *lz4;
    bz_stream bz;
    lzma_stream xz;
    struct libdeflate_decompressor *deflate;
};

const char *codec_name(enum codec c)
{
    static const char *const names[] = {"plain", "gzip", "zstd", "bzip2", "xz", "lz4"};
    return names[c];
}

/* "BZh1" to "BZh9" and the magic of a block, or of the end of an empty stream. */
static bool is_bzip2(const char *p, size_t n)
{
    return n >= 10 && !memcmp(p, "BZh", 3) && p[3] >= '1' && p[3] <= '9' &&
           (!memcmp(p + 4, "1AY&SY", 6) || !memcmp(p + 4, "\x17\x72\x45\x38\x50\x90", 6));
}

enum codec codec_recognise(struct slice s)
{
    if (slice_starts(s, slice_of("\x1f\x8b\x08", 3)))
        return CODEC_GZIP;
    if (slice_starts(s, slice_of("\x28\xb5\x2f\xfd", 4)))
        return CODEC_ZSTD;
    if (slice_starts(s, slice_of("\xfd" "7zXZ\0", 6)))
        return CODEC_XZ;
    if (slice_starts(s, slice_of("\x04\x22\x4d\x18", 4)))
        return CODEC_LZ4;
    /* a skippable frame: 0x184D2A5? */
    if (s.n >= 4 && ((unsigned char)s.p[0] & 0xF0) == 0x50 && !memcmp(s.p + 1, "\x2a\x4d\x18", 3))
        return CODEC_ZSTD;
    return is_bzip2(s.p, s.n) ? CODEC_BZIP2 : CODEC_PLAIN;
}

/* ---- cutting -------------------------------------------------------------------------------- */

/* RFC 1952: reserved flag bits are 0; XFL is 0, 2 or 4; OS is 0 to 13 or 255. */
static bool is_gzip_header(const unsigned char *p)
{
    return p[0] == 0x1f && p[1] == 0x8b && p[2] == 8 && !(p[3] & 0xE0) &&
           (p[8] == 0 || p[8] == 2 || p[8] == 4) && (p[9] <= 13 || p[9] == 255);
}

static size_t cut_last(enum codec c, struct slice s)
{
    char first = c == CODEC_GZIP ? '\x1f' : 'B';
    for (size_t n = s.n > 9 ? s.n - 9 : 0; n > 1;) {
        const char *p = memrchr(s.p + 1, first, n - 1);
        if (!p)
            return 0;
        if (c == CODEC_GZIP ? is_gzip_header((const unsigned char *)p)
                            : is_bzip2(p, (size_t)(s.p + s.n - p)))
            return (size_t)(p - s.p);
        n = (size_t)(p - s.p);
    }
    return 0;
}

static size_t cut_zstd(struct slice s)
{
    size_t at = 0;
    while (at < s.n) {
        size_t n = ZSTD_findFrameCompressedSize(s.p + at, s.n - at);
        if (ZSTD_isError(n))
            break;
        at += n;
    }
    return at;
}

bool codec_has_dictionary(struct slice head)
{
    return slice_starts(head, slice_of("\x5d\x2a\x4d\x18", 4));
}

bool codec_can_cut(enum codec c)
{
    return c == CODEC_ZSTD || c == CODEC_GZIP || c == CODEC_BZIP2;
}

size_t codec_cut(enum codec c, struct slice s)
{
    switch (c) {
    case CODEC_ZSTD: return cut_zstd(s);
    case CODEC_GZIP:
    case CODEC_BZIP2: return cut_last(c, s);
    default: return 0;
    }
}

/* ---- decoding ------------------------------------------------------------------------------- */

struct decoder *decoder_new(enum codec c, int window_log, struct err *e)
{
    struct decoder *d = mem_zero(sizeof *d);
    bool failed = false;
    d->codec = c;
    buf_init(&d->dictionary, DICTIONARY_MAX);
    if (c == CODEC_GZIP)
        failed = inflateInit2(&d->gz, 31) != Z_OK ||
                 !(d->deflate = libdeflate_alloc_decompressor());
    else if (c == CODEC_ZSTD)
        failed = !(d->zstd = ZSTD_createDCtx()) ||
                 ZSTD_isError(ZSTD_DCtx_setParameter(d->zstd, ZSTD_d_windowLogMax, window_log));
    else if (c == CODEC_LZ4)
        failed = LZ4F_isError(LZ4F_createDecompressionContext(&d->lz4, LZ4F_VERSION));
    if (!failed)
        return d;
    decoder_free(d);
    err_set(e, ERR_NOMEM, "no memory for a decoder");
    return NULL;
}

void decoder_free(struct decoder *d)
{
    if (!d)
        return;
    if (d->codec == CODEC_GZIP)
        inflateEnd(&d->gz);
    libdeflate_free_decompressor(d->deflate);
    BZ2_bzDecompressEnd(&d->bz);
    lzma_end(&d->xz);
    ZSTD_freeDCtx(d->zstd);
    buf_free(&d->dictionary);
    LZ4F_freeDecompressionContext(d->lz4);
    mem_free(d);
}

int decoder_begin(struct decoder *d, struct err *e)
{
    bool failed = false;
    d->at_front = true;
    if (d->codec == CODEC_GZIP)
        failed = inflateReset(&d->gz) != Z_OK;
    else if (d->codec == CODEC_ZSTD)
        failed = ZSTD_isError(ZSTD_DCtx_reset(d->zstd, ZSTD_reset_session_only));
    else if (d->codec == CODEC_BZIP2)
        failed = (BZ2_bzDecompressEnd(&d->bz), d->bz = (bz_stream){.opaque = NULL},
                  BZ2_bzDecompressInit(&d->bz, 0, 0)) != BZ_OK;
    else if (d->codec == CODEC_LZ4)
        LZ4F_resetDecompressionContext(d->lz4);
    else if (d->codec == CODEC_XZ)
        failed = lzma_stream_decoder(&d->xz, UINT64_MAX, 0) != LZMA_OK;
    return failed ? err_set(e, ERR_NOMEM, "no memory for a decoder") : 0;
}

static int step_gzip(struct decoder *d, struct slice in, char *p, size_t n, size_t *used,
                     size_t *made, bool *end)
{
    z_stream *z = &d->gz;
    z->next_in = (unsigned char *)(uintptr_t)in.p;
    z->avail_in = (unsigned)in.n;
    z->next_out = (unsigned char *)p;
    z->avail_out = (unsigned)n;
    int rc = inflate(z, Z_NO_FLUSH);
    *used = in.n - z->avail_in;
    *made = n - z->avail_out;
    *end = rc == Z_STREAM_END;
    return rc == Z_OK || rc == Z_STREAM_END || rc == Z_BUF_ERROR ? 0 : -1;
}

/* The whole frame is there: what it holds serves all frames behind it. A dictionary of the format
 * has a magic number; otherwise it is a zstd frame around one. */
static int load_dictionary(struct decoder *d)
{
    struct slice s = slice_from(buf_slice(&d->dictionary), SKIPPABLE_HEADER);
    unsigned long long size = ZSTD_getFrameContentSize(s.p, s.n);
    if (slice_starts(s, slice_of("\x37\xa4\x30\xec", 4)))
        return ZSTD_isError(ZSTD_DCtx_loadDictionary(d->zstd, s.p, s.n)) ? -1 : 0;
    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > DICTIONARY_MAX)
        return -1;
    char *plain = mem_alloc(size + 1);
    size_t n = ZSTD_decompressDCtx(d->zstd, plain, size, s.p, s.n);
    bool failed = ZSTD_isError(n) || ZSTD_isError(ZSTD_DCtx_loadDictionary(d->zstd, plain, n));
    mem_free(plain);
    return failed ? -1 : 0;
}

static uint32_t le32(const char *p)
{
    const unsigned char *b = (const unsigned char *)p;
    return b[0] | b[1] << 8 | b[2] << 16 | (uint32_t)b[3] << 24;
}

/* Gathers the frame: eight bytes of magic and size, then the content. */
static int step_dictionary(struct decoder *d, struct slice in, size_t *used, bool *end)
{
    struct buf *b = &d->dictionary;
    size_t had = b->n, content = 0;
    buf_add_slice(b, slice_upto(in, b->n < SKIPPABLE_HEADER ? SKIPPABLE_HEADER - b->n : 0));
    if (b->n >= SKIPPABLE_HEADER) {
        content = le32(b->p + 4);
        if (content > DICTIONARY_MAX - SKIPPABLE_HEADER)
            return -1;
        size_t missing = SKIPPABLE_HEADER + content - b->n;
        buf_add_slice(b, slice_upto(slice_from(in, b->n - had), missing));
    }
    *used = b->n - had;
    *end = b->n >= SKIPPABLE_HEADER && b->n == SKIPPABLE_HEADER + content;
    d->in_dictionary = !*end;
    return *end ? load_dictionary(d) : 0;
}

static int step_zstd(struct decoder *d, struct slice in, char *p, size_t n, size_t *used,
                     size_t *made, bool *end)
{
    if (d->at_front && codec_has_dictionary(in)) {
        buf_clear(&d->dictionary);
        d->in_dictionary = true;
    }
    d->at_front = false;
    *made = 0;
    if (d->in_dictionary)
        return step_dictionary(d, in, used, end);
    ZSTD_inBuffer src = {in.p, in.n, 0};
    ZSTD_outBuffer dst = {p, n, 0};
    size_t rc = ZSTD_decompressStream(d->zstd, &dst, &src);
    *used = src.pos;
    *made = dst.pos;
    *end = rc == 0;
    return ZSTD_isError(rc) ? -1 : 0;
}

static int step_bzip2(struct decoder *d, struct slice in, char *p, size_t n, size_t *used,
                      size_t *made, bool *end)
{
    bz_stream *z = &d->bz;
    z->next_in = (char *)(uintptr_t)in.p;
    z->avail_in = (unsigned)in.n;
    z->next_out = p;
    z->avail_out = (unsigned)n;
    int rc = BZ2_bzDecompress(z);
    *used = in.n - z->avail_in;
    *made = n - z->avail_out;
    *end = rc == BZ_STREAM_END;
    return rc == BZ_OK || rc == BZ_STREAM_END ? 0 : -1;
}

static int step_lz4(struct decoder *d, struct slice in, char *p, size_t n, size_t *used,
                    size_t *made, bool *end)
{
    *used = in.n;
    *made = n;
    size_t rc = LZ4F_decompress(d->lz4, p, made, in.p, used, NULL);
    *end = rc == 0;
    if (!LZ4F_isError(rc))
        return 0;
    *made = *used = 0;
    LZ4F_resetDecompressionContext(d->lz4);
    return -1;
}

static int step_xz(struct decoder *d, struct slice in, char *p, size_t n, size_t *used,
                   size_t *made, bool *end)
{
    lzma_stream *z = &d->xz;
    z->next_in = (const uint8_t *)in.p;
    z->avail_in = in.n;
    z->next_out = (uint8_t *)p;
    z->avail_out = n;
    lzma_ret rc = lzma_code(z, LZMA_RUN);
    *used = in.n - z->avail_in;
    *made = n - z->avail_out;
    *end = rc == LZMA_STREAM_END;
    return rc == LZMA_OK || rc == LZMA_STREAM_END || rc == LZMA_BUF_ERROR ? 0 : -1;
}

int decoder_step(struct decoder *d, struct slice in, char *out, size_t n, size_t *used,
                 size_t *made, bool *end)
{
    n = n > 1 << 30 ? 1 << 30 : n;
    in.n = in.n > 1 << 30 ? 1 << 30 : in.n;
    switch (d->codec) {
    case CODEC_GZIP: return step_gzip(d, in, out, n, used, made, end);
    case CODEC_ZSTD: return step_zstd(d, in, out, n, used, made, end);
    case CODEC_BZIP2: return step_bzip2(d, in, out, n, used, made, end);
    case CODEC_XZ: return step_xz(d, in, out, n, used, made, end);
    case CODEC_LZ4: return step_lz4(d, in, out, n, used, made, end);
    default:
        *used = *made = in.n < n ? in.n : n;
        memcpy(out, in.p, *made);
        *end = false;
        return 0;
    }
}

bool decoder_whole(struct decoder *d, struct slice in, char *out, size_t n, size_t *used,
                   size_t *made)
{
    return d->codec == CODEC_GZIP &&
           libdeflate_gzip_decompress_ex(d->deflate, in.p, in.n, out, n, used, made) ==
               LIBDEFLATE_SUCCESS;
}
