/* http: bodies are decoded when they look the part, whatever the header says, and lose no byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include <zlib.h>
#include "core/mem.h"
#include "read/http.h"

_Noreturn void mem_failed(size_t wanted)
{
    (void)wanted;
    abort();
}

static void message(void **state)
{
    (void)state;
    struct http m;
    http_parse(SLICE("HTTP/1.1 404 Not Found\r\nContent-Type: text/html;charset=x\r\n"
                     "x-long: a\r\n b\r\n\r\nbody"), &m);
    assert_int_equal(m.status, 404);
    assert_true(slice_is(m.body, "body"));
    const struct slice type = http_field(m.fields, SLICE("content-TYPE"));
    assert_true(slice_is(type, "text/html;charset=x"));
    assert_true(slice_is(http_media_type(type), "text/html"));
    assert_true(slice_is(http_field(m.fields, SLICE("X-Long")), "a\r\n b"));
    assert_int_equal(http_field(m.fields, SLICE("Absent")).n, 0);
}

static void messages_that_are_not(void **state)
{
    (void)state;
    struct http m;
    http_parse(SLICE("<html>just a body"), &m);
    assert_true(m.status == 0 && slice_is(m.body, "<html>just a body"));
    http_parse(SLICE("HTTP/1.1 200 OK\nA: b\n\nx"), &m);
    assert_true(m.status == 200 && slice_is(m.body, "x"));
    http_parse(SLICE("HTTP/1.0 200"), &m);
    assert_true(m.status == 200 && m.body.n == 0 && m.fields.n == 0);
    http_parse(SLICE("HTTP/1.0 abc\r\n\r\n"), &m);
    assert_true(m.status == 0 && m.body.n == 0);
    http_parse(SLICE(""), &m);
    assert_true(m.status == 0 && m.body.n == 0);
}

static void check_chunks(const char *from, const char *to)
{
    struct buf b;
    buf_init(&b, 4096);
    const bool found = http_dechunk(&b, slice_str(from));
    assert_int_equal(found, to != NULL);
    assert_true(slice_is(buf_slice(&b), to ? to : ""));
    buf_free(&b);
}

static void chunks(void **state)
{
    (void)state;
    check_chunks("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "abcde");
    check_chunks("3;ext=\"1\"\r\nabc\r\n0;x\r\nTrailer: y\r\n\r\n", "abc");
    check_chunks("A\r\n0123456789\r\n0\r\n\r\n", "0123456789");
    check_chunks("00000003\r\nabc\r\n00000000\r\n\r\n", "abc");
    check_chunks("3\nabc\n0\n\n", "abc");
    check_chunks("3  \r\nabc\r\n0\r\n\r\n", "abc");
    check_chunks("0\r\n\r\n", "");
}

static void chunks_that_are_not(void **state)
{
    (void)state;
    check_chunks("<html>", NULL);
    check_chunks("", NULL);
    check_chunks("10 green bottles\r\nhanging", NULL);
    check_chunks("7 \r\nwonders of the world", NULL);        /* a number, but no chunk of 7 */
    check_chunks("3\r\nabc\r\n", "abc");                     /* the last chunk is missing */
    check_chunks("3\r\nabc\r\nff\r\nde", "abcde");           /* cut within a chunk */
    check_chunks("3\r\nabc\r\n<html>", "abc<html>");         /* framing is lost */
    check_chunks("3\r\nabc\r\n2\r\ndefg\r\n0\r\n", "abcdefg\r\n0\r\n");
}

static void deflate_bytes(struct buf *out, struct slice s, int window)
{
    char tmp[4096];
    z_stream z = {.next_in = (Bytef *)(uintptr_t)s.p, .avail_in = (uInt)s.n,
                  .next_out = (Bytef *)tmp, .avail_out = sizeof tmp};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    buf_add(out, tmp, sizeof tmp - z.avail_out);
    deflateEnd(&z);
}

static void deflate_with(struct buf *out, const char *text, int window)
{
    deflate_bytes(out, slice_str(text), window);
}

static void decodes(struct slice body, const char *codings, const char *to)
{
    struct buf tmp[2];
    for (int i = 0; i < 2; i++)
        buf_init(&tmp[i], 1 << 20);
    assert_true(slice_is(http_decode(tmp, body, slice_str(codings)), to));
    for (int i = 0; i < 2; i++)
        buf_free(&tmp[i]);
}

static void codings(void **state)
{
    (void)state;
    static const struct { int window; const char *name; } forms[] = {
        {31, "gzip"}, {31, "X-GZIP"}, {15, "deflate"}, {-15, "deflate"},
    };
    for (size_t i = 0; i < 4; i++) {
        struct buf in;
        buf_init(&in, 4096);
        deflate_with(&in, "hello hello hello", forms[i].window);
        decodes(buf_slice(&in), forms[i].name, "hello hello hello");
        buf_free(&in);
    }
    /* "hello" by brotli and by zstd */
    decodes(SLICE("\x0b\x02\x80hello\x03"), "br", "hello");
    decodes(SLICE("\x28\xb5\x2f\xfd\x20\x05\x29\x00\x00hello"), "zstd", "hello");
}

/* "deflate, gzip": the last named was applied last. */
static void several_codings(void **state)
{
    (void)state;
    struct buf one, two;
    buf_init(&one, 4096);
    buf_init(&two, 4096);
    deflate_with(&one, "hello hello", 15);
    deflate_bytes(&two, buf_slice(&one), 31);
    decodes(buf_slice(&two), "deflate, gzip", "hello hello");
    decodes(buf_slice(&two), "deflate ,br,identity, gzip", "hello hello");
    buf_free(&one);
    buf_free(&two);
}

static void two_members(void **state)
{
    (void)state;
    struct buf in;
    buf_init(&in, 4096);
    deflate_with(&in, "one ", 31);
    deflate_with(&in, "two", 31);
    decodes(buf_slice(&in), "gzip", "one two");
    buf_free(&in);
}

static void cut_off(void **state)
{
    (void)state;
    struct buf in;
    buf_init(&in, 4096);
    deflate_with(&in, "hello", 31);
    decodes(slice_upto(buf_slice(&in), in.n - 4), "gzip", "hello");
    buf_free(&in);
}

static void codings_that_are_not(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "x", "<html>plain, though gzip is declared"};
    static const char *const names[] = {"gzip", "br", "zstd", "deflate", "", ",,", "none", "a,b,c"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t k = 0; k < sizeof names / sizeof *names; k++)
            decodes(slice_str(texts[i]), names[k], texts[i]);
    decodes(SLICE("\x1f\x8b"), "gzip", "\x1f\x8b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(message), cmocka_unit_test(messages_that_are_not),
        cmocka_unit_test(chunks), cmocka_unit_test(chunks_that_are_not),
        cmocka_unit_test(codings), cmocka_unit_test(several_codings),
        cmocka_unit_test(two_members), cmocka_unit_test(cut_off),
        cmocka_unit_test(codings_that_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
