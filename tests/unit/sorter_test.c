#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/hash.h"
#include "core/mem.h"
#include "dedup/sorter.h"

struct record {
    uint64_t a, b;                  /* key */
    uint64_t serial;
};

static int by_key(const void *x, const void *y)
{
    const struct record *p = x, *q = y;
    if (p->a != q->a)
        return p->a < q->a ? -1 : 1;
    if (p->b != q->b)
        return p->b < q->b ? -1 : 1;
    return p->serial < q->serial ? -1 : p->serial > q->serial;
}

/* Sorts n records with few different keys and compares with qsort, ties by serial. */
static void check(size_t n, uint64_t memory, size_t keys)
{
    struct err e;
    err_init(&e);
    struct record *want = mem_array(n ? n : 1, sizeof *want);
    struct sorter *s = sorter_new(&(struct sorter_about){sizeof *want, keys, memory, "/tmp", 0});
    for (size_t i = 0; i < n; i++) {
        want[i] = (struct record){hash_mix(i % 977) << 60 | i % 977, hash_mix(i * i) & 15, i};
        if (keys == 1)
            want[i].b = 0;
        assert_int_equal(sorter_add(s, &want[i], &e), 0);
    }
    qsort(want, n, sizeof *want, by_key);
    assert_int_equal(sorter_sort(s, &e), 0);
    assert_int_equal(sorter_count(s), n);
    for (size_t i = 0; i < n; i++) {
        const void *got;
        assert_int_equal(sorter_next(s, &got, &e), 1);
        assert_memory_equal(got, &want[i], sizeof want[i]);
    }
    const void *got;
    assert_int_equal(sorter_next(s, &got, &e), 0);
    sorter_free(s);
    mem_free(want);
}

static void sorts_in_memory(void **state)
{
    (void)state;
    for (size_t keys = 1; keys <= 2; keys++) {
        check(0, 1 << 20, keys);
        check(1, 1 << 20, keys);
        check(20000, 4 << 20, keys);
    }
}

static void sorts_by_runs(void **state)
{
    (void)state;
    check(100000, 1 << 20, 1);      /* 5 runs */
    check(100000, 1 << 20, 2);
    check(500000, 1 << 20, 2);      /* 23 runs, more than 16 buffers: two levels */
}

static void respects_its_space(void **state)
{
    (void)state;
    struct err e;
    err_init(&e);
    struct sorter *s = sorter_new(&(struct sorter_about){24, 1, 1 << 20, "/tmp", 1 << 20});
    struct record r = {0};
    int rc = 0;
    for (size_t i = 0; i < 100000 && !rc; i++)
        rc = sorter_add(s, &r, &e);
    assert_int_equal(rc, -1);
    assert_int_equal(e.kind, ERR_NOMEM);
    sorter_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorts_in_memory),
        cmocka_unit_test(sorts_by_runs),
        cmocka_unit_test(respects_its_space),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
