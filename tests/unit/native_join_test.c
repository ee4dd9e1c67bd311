/* Mending at every cut and every damaged byte: what comes out is whole and a beginning. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>
#include <cmocka.h>
#include "core/mem.h"
#include "shard/native.h"
#include "shard/native_join.h"

enum { DOCS = 5, LONGEST = 66000 };
static const char good[] = "join_good.tms", bad[] = "join_bad.tms", out[] = "join_out.tms";
static const unsigned length[DOCS] = {40, 0, LONGEST, 300, 0};

static uint32_t token(uint64_t i) { return (uint32_t)(hash_mix(i / 7000) % 90000); }

static uint64_t make(void)
{
    struct err e;
    struct shard_files files = {0};
    struct shard_about a = {.max_id = 90000, .eod = EOD_NONE, .width = 4};
    uint32_t *ids = mem_array(LONGEST, sizeof *ids);
    uint64_t at = 0;
    err_init(&e);
    struct shard_sink *s = shard_native.open(good, &a, 3, &e);
    for (int i = 0; i < DOCS; i++) {
        for (unsigned k = 0; k < length[i]; k++)
            ids[k] = token(at++);
        assert_int_equal(shard_native.add(s, ids, length[i], &e), 0);
        assert_int_equal(shard_native.end_doc(s, &(struct shard_doc){0}, &e), 0);
    }
    assert_int_equal(shard_native.commit(s, &files, &e), 0);
    uint64_t size = files.v[0].size;
    shard_files_free(&files);
    mem_free(ids);
    return size;
}

static void write_bad(const unsigned char *p, size_t n)
{
    FILE *f = fopen(bad, "wb");
    assert_int_equal(fwrite(p, 1, n, f), n);
    fclose(f);
}

/* The mended shard verifies, and holds the first tokens and documents. */
static void check(const struct native_joined *j)
{
    static uint32_t ids[LONGEST + 400];
    struct err e;
    err_init(&e);
    struct native *r = native_open(out, &e);
    if (!r || native_verify(r, &e))
        fail_msg("%s", e.text);
    assert_int_equal(native_tokens(r), j->tokens);
    assert_int_equal(native_docs(r), j->documents);
    assert_int_equal(native_read(r, 0, j->tokens, ids, &e), 0);
    for (uint64_t i = 0; i < j->tokens; i++)
        if (ids[i] != token(i))
            fail_msg("token %lu", (unsigned long)i);
    for (uint64_t i = 0, from, to; i < j->documents; i++) {
        assert_int_equal(native_doc(r, i, &from, &to, &e), 0);
        assert_true(to - from == length[i] || (j->unfinished == to - from && to == j->tokens));
    }
    native_close(r);
}

/* 0: nothing could be recovered. */
static uint64_t mend(const unsigned char *p, size_t n)
{
    struct native_joined j;
    struct err e;
    err_init(&e);
    write_bad(p, n);
    if (native_mend(bad, out, &j, &e)) {
        assert_int_equal(e.kind, ERR_VERIFY);
        assert_int_not_equal(access(out, F_OK), 0);
        return 0;
    }
    check(&j);
    unlink(out);
    return 1 + j.tokens;
}

static void every_cut(void **state)
{
    size_t size = make();
    unsigned char *p = mem_alloc(size);
    uint64_t before = 0;
    FILE *f = fopen(good, "rb");
    (void)state;
    assert_int_equal(fread(p, 1, size, f), size);
    fclose(f);
    for (size_t n = 0; n <= size; n++) {
        uint64_t got = mend(p, n);
        if (got < before)
            fail_msg("%zu bytes give less than %zu", n, n - 1);
        before = got;
    }
    assert_int_equal(before, 1 + 40 + LONGEST + 300);
    for (size_t i = 0; i < size; i += 7) {
        p[i] ^= 0x11;
        mend(p, size);
        p[i] ^= 0x11;
    }
    mem_free(p);
    unlink(good);
    unlink(bad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_cut)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
