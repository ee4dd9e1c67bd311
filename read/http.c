/* HTTP/1.x messages at rest, after RFC 9112; tolerances as archives need them. */
#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>
#include "read/http.h"

enum { STEP = 65536, CODINGS_MAX = 4 };

size_t http_header_end(struct slice s)
{
    for (size_t at = 0; at < s.n;) {
        const size_t line = slice_find_byte(slice_from(s, at), '\n');
        if (at + line >= s.n)
            break;
        const size_t next = at + line + 1;
        if (line == 0 || (line == 1 && s.p[at] == '\r'))
            return next;
        at = next;
    }
    return s.n + 1;
}

static unsigned parse_status(struct slice line)
{
    const size_t space = slice_find_byte(line, ' ');
    const struct slice code = slice_trim(slice_from(line, space));
    unsigned status = 0;
    for (size_t i = 0; i < code.n && i < 3 && code.p[i] >= '0' && code.p[i] <= '9'; i++)
        status = status * 10 + (unsigned)(code.p[i] - '0');
    return status;
}

void http_parse(struct slice message, struct http *m)
{
    *m = (struct http){0, SLICE(""), message};
    if (!slice_starts_nocase(message, SLICE("HTTP/")))
        return;
    size_t end = http_header_end(message);
    if (end > message.n)
        end = message.n;
    const size_t line = slice_find_byte(message, '\n');
    m->status = parse_status(slice_upto(message, line));
    m->fields = slice_from(slice_upto(message, end), line + 1);
    m->body = slice_from(message, end);
}

struct slice http_field(struct slice fields, struct slice name)
{
    while (fields.n) {
        size_t n = slice_find_byte(fields, '\n');
        const bool found = slice_starts_nocase(fields, name) && fields.n > name.n &&
                           fields.p[name.n] == ':';
        while (n + 1 < fields.n && (fields.p[n + 1] == ' ' || fields.p[n + 1] == '\t'))
            n += 1 + slice_find_byte(slice_from(fields, n + 1), '\n');
        if (found)
            return slice_trim(slice_from(slice_upto(fields, n), name.n + 1));
        fields = slice_from(fields, n + 1);
    }
    return SLICE("");
}

struct slice http_media_type(struct slice content_type)
{
    return slice_trim(slice_upto(content_type, slice_find_byte(content_type, ';')));
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const char l = (char)(c | 0x20);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

/* The size line at the front of s. Returns its length with the line end, 0 if it is none. */
static size_t chunk_line(struct slice s, size_t *size)
{
    size_t i = 0;
    *size = 0;
    for (int v; i < s.n && i < 16 && (v = hex_value(s.p[i])) >= 0; i++)
        *size = *size << 4 | (size_t)v;
    if (i == 0 || i == 16)
        return 0;
    const size_t lf = slice_find_byte(slice_upto(s, 4096), '\n');
    if (lf >= s.n || lf >= 4096)
        return 0;
    while (i < lf && (s.p[i] == ' ' || s.p[i] == '\r'))
        i++;
    return i == lf || s.p[i] == ';' ? lf + 1 : 0;
}

bool http_dechunk(struct buf *out, struct slice s)
{
    const size_t start = out->n;
    size_t size, line;
    for (unsigned chunks = 0; (line = chunk_line(s, &size)) != 0; chunks++) {
        s = slice_from(s, line);
        if (size == 0)
            return true;                        /* trailers are of no interest */
        /* A first "size" that leads to no line end is text that looks like a number. */
        if (size < s.n && s.p[size] != '\r' && s.p[size] != '\n') {
            if (chunks == 0)
                break;
            buf_add_slice(out, s);              /* framing is lost: the rest as it is */
            return true;
        }
        buf_add_slice(out, slice_upto(s, size));
        s = slice_from(s, size);
        if (s.n && s.p[0] == '\r')
            s = slice_from(s, 1);
        if (s.n && s.p[0] == '\n')
            s = slice_from(s, 1);
        if (s.n == 0)
            return true;                        /* the last chunk is missing */
    }
    if (out->n > start) {                       /* not a size line where one is due */
        buf_add_slice(out, s);
        return true;
    }
    return false;
}

/* ---- content codings ------------------------------------------------------------------------ */

static bool inflate_as(struct buf *out, struct slice s, int window)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)s.p, .avail_in = (uInt)s.n};
    if (s.n > UINT32_MAX || inflateInit2(&z, window) != Z_OK)
        return false;
    int r = Z_OK;
    while (r == Z_OK) {
        char *o = buf_reserve(out, STEP);
        if (!o)
            break;
        z.next_out = (Bytef *)o;
        z.avail_out = STEP;
        r = inflate(&z, Z_NO_FLUSH);
        out->n += STEP - z.avail_out;
        if (r == Z_STREAM_END && window > 15 && z.avail_in > 2 && z.next_in[0] == 0x1f &&
            z.next_in[1] == 0x8b)
            r = inflateReset(&z);               /* another member */
        else if (r == Z_OK && z.avail_in == 0 && z.avail_out == STEP)
            break;
    }
    inflateEnd(&z);
    return out->n > 0 || r == Z_STREAM_END;
}

/* Brotli has no magic number: only what decodes to its very end is taken for it. */
static bool unbrotli(struct buf *out, struct slice s)
{
    BrotliDecoderState *b = BrotliDecoderCreateInstance(NULL, NULL, NULL);
    BrotliDecoderResult r = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
    size_t in = s.n;
    const uint8_t *p = (const uint8_t *)s.p;
    while (b && r == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) {
        size_t room = STEP;
        uint8_t *o = (uint8_t *)buf_reserve(out, room);
        if (!o)
            break;
        r = BrotliDecoderDecompressStream(b, &in, &p, &room, &o, NULL);
        out->n += STEP - room;
    }
    BrotliDecoderDestroyInstance(b);
    return r == BROTLI_DECODER_RESULT_SUCCESS && in == 0;
}

static bool unzstd(struct buf *out, struct slice s)
{
    ZSTD_DCtx *z = ZSTD_createDCtx();
    ZSTD_inBuffer in = {s.p, s.n, 0};
    size_t r = 1;
    while (z) {
        char *o = buf_reserve(out, STEP);
        if (!o)
            break;
        ZSTD_outBuffer to = {o, STEP, 0};
        r = ZSTD_decompressStream(z, &to, &in);
        if (ZSTD_isError(r))
            break;
        out->n += to.pos;
        if (to.pos < STEP && in.pos == in.size)
            break;
    }
    ZSTD_freeDCtx(z);
    return out->n > 0 || r == 0;
}

static size_t last_byte(struct slice s, char c)
{
    const char *p = s.n ? memrchr(s.p, c, s.n) : NULL;
    return p ? (size_t)(p - s.p) : s.n;
}

static bool undo_coding(struct buf *out, struct slice s, struct slice coding)
{
    buf_clear(out);
    if (slice_starts(s, SLICE("\x1f\x8b")))
        return inflate_as(out, s, 15 + 16);
    if (slice_starts(s, SLICE("\x28\xB5\x2F\xFD")))
        return unzstd(out, s);
    if (slice_eq_nocase(coding, SLICE("br")))
        return unbrotli(out, s);
    if (!slice_eq_nocase(coding, SLICE("deflate")) || s.n < 2)
        return false;
    const unsigned a = (uint8_t)s.p[0], b = (uint8_t)s.p[1];
    if ((a & 0x0f) == 8 && (a << 8 | b) % 31 == 0 && inflate_as(out, s, 15))
        return true;
    buf_clear(out);
    return inflate_as(out, s, -15);             /* as some servers did: without zlib's frame */
}

struct slice http_decode(struct buf tmp[2], struct slice body, struct slice codings)
{
    for (int i = 0; i < CODINGS_MAX && codings.n; i++) {
        const size_t comma = last_byte(codings, ',');
        const bool more = comma < codings.n;
        const struct slice last = slice_trim(slice_from(codings, more ? comma + 1 : 0));
        codings = slice_upto(codings, more ? comma : 0);
        if (undo_coding(&tmp[i & 1], body, last))
            body = buf_slice(&tmp[i & 1]);
    }
    return body;
}
