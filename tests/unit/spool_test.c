#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include "core/spool.h"

static struct slice record(char *room, size_t n, unsigned i)
{
    int k = snprintf(room, n, "{\"id\":\"%u\",\"text\":\"%0*u\"}\n", i, (int)(i % 997) + 1, i);
    return slice_of(room, (size_t)k);
}

static void gives_back_what_was_added(void **state)
{
    (void)state;
    enum { N = 5000 };
    char room[2048];
    struct err e;
    err_init(&e);
    struct spool *s = spool_new("/tmp", 0, &e);
    assert_non_null(s);
    for (unsigned i = 0; i < N; i++)
        assert_int_equal(spool_add(s, record(room, sizeof(room), i), &e), 0);
    assert_int_equal(spool_seal(s, &e), 0);
    assert_int_equal(spool_count(s), N);
    assert_true(spool_blocks(s) > 4);
    struct spool_cursor *c = spool_cursor_new();
    for (unsigned k = 0; k < N; k++) {
        unsigned i = (unsigned)((k * 2654435761u) % N);
        struct slice got, want = record(room, sizeof(room), i);
        assert_int_equal(spool_get(s, c, i, &got, &e), 0);
        assert_true(slice_eq(got, slice_upto(want, want.n - 1)));
    }
    uint64_t total = 0;
    for (uint64_t b = 0; b < spool_blocks(s); b++) {
        struct slice bytes;
        uint64_t first, count;
        assert_int_equal(spool_block(s, c, b, &bytes, &first, &count, &e), 0);
        assert_int_equal(first, total);
        total += count;
    }
    assert_int_equal(total, N);
    spool_cursor_free(c);
    spool_free(s);
}

static void refuses_beyond_its_space(void **state)
{
    (void)state;
    char room[2048];
    struct err e;
    err_init(&e);
    struct spool *s = spool_new("/tmp", 100, &e);
    int r = 0;
    for (unsigned i = 0; i < 5000 && r == 0; i++)
        r = spool_add(s, record(room, sizeof(room), i), &e);
    assert_int_equal(r, -1);
    assert_int_equal(e.kind, ERR_NOMEM);
    assert_true(slice_find(slice_str(e.text), SLICE("--tmp-max is 100")) < strlen(e.text));
    spool_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_back_what_was_added),
        cmocka_unit_test(refuses_beyond_its_space),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
