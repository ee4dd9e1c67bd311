/* warc framing: lengths are believed while they lead somewhere; no bad record costs the next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/buf.h"
#include "core/mem.h"
#include "read/warc.h"

_Noreturn void mem_failed(size_t wanted)
{
    (void)wanted;
    abort();
}

#define HEAD(length) "WARC/1.0\r\nWARC-Type: response\r\nContent-Length: " length "\r\n\r\n"
#define NEXT "WARC/1.0\r\nContent-Length: 3\r\n\r\nabc\r\n\r\n"

static enum warc_found next(struct slice s, size_t *at, struct warc_record *r)
{
    return warc_next(s, at, true, r);
}

static void two_records(void **state)
{
    (void)state;
    const struct slice s = SLICE(HEAD("5") "hello\r\n\r\n" NEXT);
    struct warc_record r;
    size_t at = 0;
    assert_int_equal(next(s, &at, &r), WARC_RECORD);
    assert_true(slice_is(r.content, "hello") && !r.wrong_length && r.at == 0);
    assert_int_equal(next(s, &at, &r), WARC_RECORD);
    assert_true(slice_is(r.content, "abc"));
    assert_int_equal(next(s, &at, &r), WARC_END);
    assert_int_equal(at, s.n);
}

/* Every prefix asks for more, ends cleanly or is cut; none gives a record that is not whole. */
static void every_prefix(void **state)
{
    (void)state;
    const struct slice s = SLICE(HEAD("5") "hello\r\n\r\n" NEXT);
    const size_t first = SLICE(HEAD("5") "hello").n;
    for (size_t n = 0; n < s.n; n++) {
        struct warc_record r;
        size_t at = 0;
        const enum warc_found open = warc_next(slice_upto(s, n), &at, false, &r);
        assert_true(open == WARC_MORE || (open == WARC_RECORD && slice_is(r.content, "hello")));
        assert_true(open == WARC_RECORD || at == 0);
        at = 0;
        const enum warc_found f = next(slice_upto(s, n), &at, &r);
        assert_int_equal(f == WARC_RECORD, n >= first);
        assert_int_equal(f == WARC_CUT, n >= 5 && n < first);
    }
}

static void line_feeds_only(void **state)
{
    (void)state;
    const struct slice s = SLICE("WARC/1.0\nWARC-Type: resource\nContent-Length: 2\n\nhi\n\n" NEXT);
    struct warc_record r;
    size_t at = 0;
    assert_int_equal(next(s, &at, &r), WARC_RECORD);
    assert_true(slice_is(r.content, "hi"));
    assert_int_equal(next(s, &at, &r), WARC_RECORD);
    assert_true(slice_is(r.content, "abc"));
}

/* Too short, too long, no number, absent: the record ends where the next begins. */
static void wrong_lengths(void **state)
{
    (void)state;
    static const char *const heads[] = {
        HEAD("3"), HEAD("12"), HEAD("99999"), HEAD("x"), HEAD(""), HEAD("184467440737095516160"),
        "WARC/1.0\r\nWARC-Type: response\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        struct buf b;
        buf_init(&b, 4096);
        buf_add_str(&b, heads[i]);
        buf_add_str(&b, "hello\r\n\r\n" NEXT);
        struct warc_record r;
        size_t at = 0;
        assert_int_equal(next(buf_slice(&b), &at, &r), WARC_RECORD);
        assert_true(r.wrong_length && slice_is(r.content, "hello"));
        assert_int_equal(next(buf_slice(&b), &at, &r), WARC_RECORD);
        assert_true(!r.wrong_length && slice_is(r.content, "abc"));
        assert_int_equal(next(buf_slice(&b), &at, &r), WARC_END);
        buf_free(&b);
    }
}

/* "WARC/1" at a line start inside a body whose length is right is content. */
static void magic_in_body(void **state)
{
    (void)state;
    const struct slice s = SLICE(HEAD("14") "a\r\nWARC/1.0\r\nb" "\r\n\r\n" NEXT);
    struct warc_record r;
    size_t at = 0;
    assert_int_equal(next(s, &at, &r), WARC_RECORD);
    assert_int_equal(r.content.n, 14);
    assert_false(r.wrong_length);
}

static void junk_between(void **state)
{
    (void)state;
    const struct slice two = SLICE(NEXT "nonsense\r\n" NEXT);
    struct warc_record a;
    size_t from = 0;
    assert_int_equal(next(two, &from, &a), WARC_RECORD);
    assert_true(slice_is(a.content, "abc") && !a.wrong_length);
    assert_int_equal(next(two, &from, &a), WARC_JUNK);
    assert_int_equal(next(two, &from, &a), WARC_RECORD);

    const struct slice s = SLICE("\r\nnonsense\r\nmore\r\n" NEXT);
    struct warc_record r;
    size_t at = 0;
    assert_int_equal(next(s, &at, &r), WARC_JUNK);
    assert_true(r.at == 2 && slice_is(r.content, "nonsense\r\nmore\r\n"));
    assert_int_equal(next(s, &at, &r), WARC_RECORD);
    assert_true(slice_is(r.content, "abc"));
}

static void cut_off(void **state)
{
    (void)state;
    struct warc_record r;
    size_t at = 0;
    assert_int_equal(next(SLICE(HEAD("50") "hello"), &at, &r), WARC_CUT);
    assert_true(slice_is(r.content, "hello"));
}

/* The first of doubled fields counts, names have no case, lines continue, brackets go. */
static void header_fields(void **state)
{
    (void)state;
    struct warc_head h;
    const struct warc_record r = {.fields = SLICE(
                    "WARC/1.0\r\nwarc-TYPE: response\r\nWARC-Type: request\r\n"
                    "WARC-Record-ID: <urn:uuid:1>\r\nWARC-Target-URI: <http://x/a b>\r\n"
                    "WARC-Date: 2020-01-01T00:00:00Z\r\nWARC-Truncated: length\r\n"
                    "WARC-Identified-Payload-Type: text/html; x=y\r\n"
                    "Content-Type: application/http;\r\n\tmsgtype=response\r\n\r\n")};
    warc_head(&r, &h);
    assert_true(slice_is(h.type, "response") && slice_is(h.id, "urn:uuid:1"));
    assert_true(slice_is(h.uri, "http://x/a b") && slice_is(h.date, "2020-01-01T00:00:00Z"));
    assert_true(slice_is(h.truncated, "length") && slice_is(h.payload_type, "text/html"));
    assert_true(slice_is(h.content_type, "application/http;\r\n\tmsgtype=response"));
}

/* ARC: header lines with spaces in the URL, junk between, a cut end. */
static void arc(void **state)
{
    (void)state;
    const struct slice s = SLICE(
        "filedesc://x.arc 127.0.0.1 20140216050221 text/plain 9\n1 0 Made\n\n"
        "http://x.test/a b?c=d e 1.2.3.4 20140216050222 text/html 19\nHTTP/1.1 200 OK\n\nhi\n"
        "http://x.test/ 1.2.3.4 201402160502220000 text/html abc\n\n"
        "dns:x.test 1.2.3.4 20140216050223 text/dns 3\nabc\n");
    struct warc_record r;
    struct warc_head h;
    size_t at = 0;
    assert_int_equal(next(s, &at, &r), WARC_RECORD);
    warc_head(&r, &h);
    assert_true(r.arc && slice_is(h.type, "warcinfo") && slice_is(r.content, "1 0 Made\n"));
    assert_int_equal(next(s, &at, &r), WARC_RECORD);
    warc_head(&r, &h);
    assert_true(slice_is(h.type, "response") && slice_is(h.uri, "http://x.test/a b?c=d e"));
    assert_true(slice_is(h.date, "20140216050222") && slice_is(h.content_type, "text/html"));
    assert_true(slice_is(r.content, "HTTP/1.1 200 OK\n\nhi"));
    assert_int_equal(next(s, &at, &r), WARC_JUNK);
    assert_int_equal(next(s, &at, &r), WARC_RECORD);
    warc_head(&r, &h);
    assert_true(slice_is(h.type, "resource") && slice_is(r.content, "abc"));
    assert_int_equal(next(s, &at, &r), WARC_END);
    at = 0;
    const struct slice cut = SLICE("http://x/ 1.2.3.4 20140216050222 text/html 50\nshort");
    assert_int_equal(next(cut, &at, &r), WARC_CUT);
}

static void hints(void **state)
{
    (void)state;
    struct warc_hints h;
    warc_hints(SLICE("charset-detected: EUC-JP\r\nlanguages-cld2: {\"a\":1}\r\n"), &h);
    assert_true(slice_is(h.charset, "EUC-JP") && slice_is(h.languages, "{\"a\":1}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_records), cmocka_unit_test(every_prefix),
        cmocka_unit_test(line_feeds_only), cmocka_unit_test(wrong_lengths),
        cmocka_unit_test(magic_in_body), cmocka_unit_test(junk_between),
        cmocka_unit_test(cut_off), cmocka_unit_test(header_fields), cmocka_unit_test(arc),
        cmocka_unit_test(hints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
