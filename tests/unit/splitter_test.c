/* Inputs cut into members and decoded on workers give what one decoder gives from front to end:
 * the same bytes, and for damage the same complaint at the same place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <bzlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>
#include "core/input.h"
#include "core/lines.h"
#include "core/mem.h"
#include "core/splitter.h"

static uint64_t state = 88172645463325252ull;

static uint64_t rnd(uint64_t n)
{
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return state % n;
}

/* Lines of bytes, sprinkled with what looks like the start of a member of each codec. */
static void make_lines(struct buf *b, size_t n)
{
    static const char gz[] = "\x1f\x8b\x08\0\0\0\0\0\0\x03", bz[] = "BZh91AY&SY";
    while (b->n < n) {
        for (size_t i = rnd(200); i > 0; i--)
            buf_add_byte(b, (char)(' ' + rnd(90)));
        if (rnd(40) == 0)
            buf_add(b, gz, 10);
        if (rnd(40) == 0)
            buf_add(b, bz, 10);
        buf_add_byte(b, '\n');
    }
}

static void add_gzip(struct buf *out, struct slice s, int level)
{
    z_stream z = {.next_in = (unsigned char *)(uintptr_t)s.p, .avail_in = (unsigned)s.n};
    assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&z, s.n) + 64;
    z.next_out = (unsigned char *)buf_reserve(out, room);
    z.avail_out = (unsigned)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out->n += room - z.avail_out;
    deflateEnd(&z);
}

static void add_member(struct buf *out, struct slice s, enum codec c, int level)
{
    if (c == CODEC_GZIP) {
        add_gzip(out, s, level);
    } else if (c == CODEC_BZIP2) {
        unsigned n = (unsigned)(s.n + s.n / 50 + 1000);
        char *to = buf_reserve(out, n);
        assert_int_equal(BZ2_bzBuffToBuffCompress(to, &n, (char *)(uintptr_t)s.p, (unsigned)s.n,
                                                  1, 0, 0), BZ_OK);
        out->n += n;
    } else if (c == CODEC_ZSTD) {
        size_t room = ZSTD_compressBound(s.n);
        out->n += ZSTD_compress(buf_reserve(out, room), room, s.p, s.n, 1);
    } else {
        buf_add_slice(out, s);
    }
}

/* Members of 0 to `largest` bytes. */
static void add_members(struct buf *out, struct slice s, enum codec c, size_t largest, int level)
{
    while (s.n) {
        size_t n = rnd(8) ? rnd(largest + 1) : 0;
        add_member(out, slice_upto(s, n), c, level);
        s = slice_from(s, n);
    }
}

static void write_file(const char *path, struct slice s)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(s.p, 1, s.n, f), s.n);
    fclose(f);
}

struct seen {
    struct buf bytes;
    char why[600];
    uint64_t records;
};

/* The whole lines that one decoder gives, and its complaint. */
static void read_plainly(const char *path, struct seen *out)
{
    struct err e;
    err_init(&e);
    struct input *in = input_open(path, INPUT_WINDOW_DEFAULT, &e);
    long n = 1;
    while (n > 0) {
        n = input_read(in, buf_reserve(&out->bytes, 10000), 10000, &e);
        out->bytes.n += n > 0 ? (size_t)n : 0;
    }
    snprintf(out->why, sizeof out->why, "%s %llu", e.text, (unsigned long long)e.offset);
    while (n < 0 && out->bytes.n && out->bytes.p[out->bytes.n - 1] != '\n')
        out->bytes.n--;             /* a cut record behind damage does not count */
    input_close(in);
}

static void read_split(const char *path, struct seen *out)
{
    const char *inputs[] = {path};
    struct chain c = {.inputs = {inputs, 1}, .max_record = 1 << 30};
    struct batch b;
    c.o.window_log = INPUT_WINDOW_DEFAULT;
    c.o.input_root = c.o.input_name = "";
    struct splitter *s = splitter_new(&c, &lines_source, &doc_fields_default);
    snprintf(out->why, sizeof out->why, " %llu", (unsigned long long)ERR_NO_POS);
    batch_init(&b, 1);
    while (splitter_next(s, &b)) {
        do {
            if (!b.chunk.done)
                chunk_decode(&b.chunk, 300000);
            splitter_join(s, &b, 300000);
            assert_int_equal(b.err.kind, ERR_NONE);
            for (size_t i = 0; i < b.n_pieces; i++) {
                assert_int_equal(b.pieces[i].offset, out->bytes.n);
                buf_add_slice(&out->bytes, b.pieces[i].bytes);
            }
            for (size_t i = 0; i < b.n_notices; i++)
                snprintf(out->why, sizeof out->why, "%.*s %llu", (int)b.notices[i].text.n,
                         b.notices[i].text.p, (unsigned long long)b.notices[i].offset);
            batch_reset(&b, 1);
        } while (!b.chunk.done);
    }
    batch_free(&b, 1);
    splitter_free(s);
}

static void check(struct slice file, struct slice whole)
{
    struct seen a = {.records = 0}, b = {.records = 0};
    buf_init(&a.bytes, BUF_NO_LIMIT);
    buf_init(&b.bytes, BUF_NO_LIMIT);
    write_file("input", file);
    read_plainly("input", &a);
    read_split("input", &b);
    assert_string_equal(a.why, b.why);
    assert_int_equal(a.bytes.n, b.bytes.n);
    assert_true(slice_eq(buf_slice(&a.bytes), buf_slice(&b.bytes)));
    if (whole.p)
        assert_true(slice_eq(buf_slice(&b.bytes), whole));
    buf_free(&a.bytes);
    buf_free(&b.bytes);
}

static void of_codec(enum codec c, size_t bytes, size_t largest, int level)
{
    struct buf lines, file;
    buf_init(&lines, BUF_NO_LIMIT);
    buf_init(&file, BUF_NO_LIMIT);
    make_lines(&lines, bytes);
    add_members(&file, buf_slice(&lines), c, largest, level);
    check(buf_slice(&file), buf_slice(&lines));
    for (int i = 0; i < 12; i++) {              /* cut off, changed, followed by something */
        struct slice nothing = {NULL, 0};
        size_t at = rnd(file.n);
        check(slice_upto(buf_slice(&file), at), nothing);
        char was = file.p[at];
        file.p[at] ^= (char)(1 + rnd(255));
        check(buf_slice(&file), nothing);
        file.p[at] = was;
    }
    if (c == CODEC_PLAIN)
        goto done;
    buf_add(&file, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
    check(buf_slice(&file), buf_slice(&lines));
    buf_add_str(&file, "and what is this?");
    check(buf_slice(&file), (struct slice){NULL, 0});
done:
    buf_free(&lines);
    buf_free(&file);
}

static void test_gzip(void **st)
{
    (void)st;
    of_codec(CODEC_GZIP, 3 << 20, 50000, 6);
    of_codec(CODEC_GZIP, 3 << 20, 2 << 20, 6);
}

/* Stored, so that what looks like members stands in the file as it is. */
static void test_gzip_in_gzip(void **st)
{
    (void)st;
    of_codec(CODEC_GZIP, 3 << 20, 40000, 0);
    of_codec(CODEC_GZIP, 3 << 20, 1 << 20, 0);
}

/* One member beyond what is cut, begun where a false start was seen. */
static void test_huge_member(void **st)
{
    struct buf lines, file;
    (void)st;
    buf_init(&lines, BUF_NO_LIMIT);
    buf_init(&file, BUF_NO_LIMIT);
    make_lines(&lines, 600000);
    for (size_t i = 0; i < 24 << 20; i += 100)
        buf_add_fmt(&lines, "%098llu\n", (unsigned long long)rnd(UINT64_MAX));
    add_member(&file, slice_upto(buf_slice(&lines), 100000), CODEC_GZIP, 0);
    add_member(&file, slice_from(buf_slice(&lines), 100000), CODEC_GZIP, 0);
    check(buf_slice(&file), buf_slice(&lines));
    buf_free(&lines);
    buf_free(&file);
}

static void test_bzip2(void **st)
{
    (void)st;
    of_codec(CODEC_BZIP2, 2 << 20, 90000, 0);
}

static void test_zstd(void **st)
{
    (void)st;
    of_codec(CODEC_ZSTD, 3 << 20, 300000, 0);
}

static void test_plain(void **st)
{
    (void)st;
    of_codec(CODEC_PLAIN, 3 << 20, 300000, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain), cmocka_unit_test(test_gzip),
        cmocka_unit_test(test_gzip_in_gzip), cmocka_unit_test(test_huge_member),
        cmocka_unit_test(test_bzip2), cmocka_unit_test(test_zstd),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
