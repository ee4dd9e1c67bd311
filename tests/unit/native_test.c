/* The native shard: round trip, random access, and no flipped bit or cut unnoticed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include "core/mem.h"
#include "shard/native.h"

enum { DOCS = 700 };
static const char path[] = "native_test.tms";

static uint32_t token(uint64_t at, unsigned width)
{
    uint64_t v = at * 2654435761u >> 7;
    return (uint32_t)(width == 2 ? v % 50000 : v % 200000);
}

static size_t doc_length(unsigned i) { return i % 7 == 3 ? 0 : i * 37 % 911; }

static uint64_t make(unsigned width, unsigned docs)
{
    struct err e;
    struct shard_files files = {0};
    struct shard_about a = {.tokenizer = SLICE("{\"hash\":\"x\",\"max_id\":199999}"),
                            .max_id = width == 2 ? 50000 : 200000, .eod = EOD_LAST,
                            .eod_id = 7, .width = width};
    uint64_t at = 0;
    err_init(&e);
    struct shard_sink *s = shard_native.open(path, &a, 1, &e);
    assert_non_null(s);
    for (unsigned i = 0; i < docs; i++) {
        uint32_t ids[1024];
        size_t n = doc_length(i);
        for (size_t k = 0; k < n; k++)
            ids[k] = token(at++, width);
        assert_int_equal(shard_native.add(s, ids, n, &e), 0);
        assert_int_equal(shard_native.end_doc(s, &(struct shard_doc){0}, &e), 0);
    }
    assert_int_equal(shard_native.commit(s, &files, &e), 0);
    assert_int_equal(files.n, 1);
    assert_int_equal(files.v[0].tokens, at);
    shard_files_free(&files);
    return at;
}

static void round_trip(unsigned width)
{
    struct err e;
    uint64_t total = make(width, DOCS), from, to, at = 0;
    err_init(&e);
    struct native *r = native_open(path, &e);
    assert_non_null(r);
    assert_int_equal(native_tokens(r), total);
    assert_int_equal(native_docs(r), DOCS);
    assert_int_equal(native_about(r)->eod_id, 7);
    assert_true(total > 3 * TMS_BLOCK);
    uint32_t *ids = mem_array(total, sizeof *ids);
    for (unsigned i = 0; i < DOCS; i++) {
        assert_int_equal(native_doc(r, i, &from, &to, &e), 0);
        assert_int_equal(from, at);
        assert_int_equal(to - from, doc_length(i));
        at = to;
    }
    /* Any place in any order, borders of blocks included. */
    for (uint64_t i = 0; i < 300; i++) {
        uint64_t start = i % 3 ? i * 7919 % total : (i % total) / 3 % 3 * TMS_BLOCK + 65530;
        size_t n = start + 1000 > total ? total - start : 1000;
        assert_int_equal(native_read(r, start, n, ids, &e), 0);
        for (size_t k = 0; k < n; k++)
            assert_int_equal(ids[k], token(start + k, width));
    }
    assert_int_equal(native_read(r, 0, total, ids, &e), 0);
    for (uint64_t k = 0; k < total; k++)
        if (ids[k] != token(k, width))
            fail_msg("token %lu", (unsigned long)k);
    assert_int_equal(native_read(r, total, 1, ids, &e), -1);
    err_init(&e);
    assert_int_equal(native_verify(r, &e), 0);
    mem_free(ids);
    native_close(r);
    unlink(path);
}

static void round_trips(void **state)
{
    (void)state;
    round_trip(2);
    round_trip(4);
}

static void empty(void **state)
{
    struct err e;
    (void)state;
    err_init(&e);
    make(2, 0);
    struct native *r = native_open(path, &e);
    assert_non_null(r);
    assert_int_equal(native_tokens(r), 0);
    assert_int_equal(native_verify(r, &e), 0);
    native_close(r);
    unlink(path);
}

static char *slurp(size_t *n)
{
    FILE *f = fopen(path, "rb");
    fseek(f, 0, SEEK_END);
    *n = (size_t)ftell(f);
    rewind(f);
    char *p = mem_alloc(*n);
    assert_int_equal(fread(p, 1, *n, f), *n);
    fclose(f);
    return p;
}

static bool accepts(const char *p, size_t n)
{
    struct err e;
    FILE *f = fopen(path, "wb");
    assert_int_equal(fwrite(p, 1, n, f), n);
    fclose(f);
    err_init(&e);
    struct native *r = native_open(path, &e);
    bool ok = r && native_verify(r, &e) == 0;
    if (!ok)
        assert_int_equal(e.kind, ERR_VERIFY);
    native_close(r);
    return ok;
}

/* All bits of a small shard, and of the ends of the file; every cut of it. */
static void flipped_bits(void **state)
{
    size_t n;
    (void)state;
    make(2, 12);
    char *p = slurp(&n);
    assert_true(accepts(p, n));
    for (size_t i = 0; i < n; i++) {
        size_t bit = i < 200 || i + 700 > n ? 8 : 1;
        for (size_t k = 0; k < bit; k++) {
            p[i] ^= (char)(1 << (k + i) % 8);
            if (accepts(p, n))
                fail_msg("bit %zu of byte %zu of %zu", (k + i) % 8, i, n);
            p[i] ^= (char)(1 << (k + i) % 8);
        }
    }
    for (size_t i = 0; i < n; i += i < 300 ? 1 : 97)
        assert_false(accepts(p, i));
    assert_true(accepts(p, n));
    mem_free(p);
    unlink(path);
}

/* Counts that lie are refused before anything is sized by them. */
static void huge_counts(void **state)
{
    size_t n;
    (void)state;
    make(2, 12);
    char *p = slurp(&n);
    memset(p + n - 9, 0xff, 4);         /* frames of the seek table */
    assert_false(accepts(p, n));
    memset(p, 0xff, n);
    assert_false(accepts(p, n));
    memset(p, 0, n);
    assert_false(accepts(p, n));
    mem_free(p);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trips), cmocka_unit_test(empty), cmocka_unit_test(flipped_bits),
        cmocka_unit_test(huge_counts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
