/* Orders that are computed: each is a permutation, blocks stay together, and nothing is left as it
 * stood. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "core/mem.h"
#include "shard/perm.h"

static void all_once(const struct order *o, uint64_t n, uint64_t key)
{
    bool *seen = mem_array((size_t)n, sizeof *seen);
    for (uint64_t i = 0; i < n; i++) {
        uint64_t v = order_at(o, n, key, i);
        assert_true(v < n && !seen[v]);
        seen[v] = true;
    }
    mem_free(seen);
}

static void permutations(void **state)
{
    (void)state;
    for (uint64_t n = 1; n < 70000; n = n * 3 / 2 + 1)
        for (uint64_t seed = 0; seed < 3; seed++)
            for (int kind = ORDER_NONE; kind <= ORDER_BLOCKS; kind++) {
                struct order o = {(enum order_kind)kind, 7 + seed * 100, 1 + seed, seed};
                all_once(&o, n, seed * 5);
            }
    for (uint64_t k = 0; k < 100; k++)      /* beyond 32 bits it is still in range */
        assert_true(perm_at((uint64_t)1 << 40, k, k * 1000003) < (uint64_t)1 << 40);
}

/* Mean distance of neighbours: a third of n when shuffled all over, of a group in blocks. */
static double distance(const struct order *o, uint64_t n)
{
    double sum = 0;
    for (uint64_t i = 1; i < n; i++) {
        uint64_t a = order_at(o, n, 1, i - 1), b = order_at(o, n, 1, i);
        sum += a < b ? (double)(b - a) : (double)(a - b);
    }
    return sum / (double)n;
}

static void far_and_near(void **state)
{
    enum { N = 60000 };
    struct order all = {ORDER_GLOBAL, 1, 1, 9}, one = {ORDER_BLOCKS, 100, 1, 9};
    (void)state;
    assert_true(distance(&all, N) > N / 3.0 * 0.98 && distance(&all, N) < N / 3.0 * 1.02);
    /* within a block about 33, and 1 step in 100 to another block, about N / 3 away */
    double near = distance(&one, N);
    assert_true(near > 33 + N / 300.0 * 0.8 && near < 33 + N / 300.0 * 1.2);
    uint64_t fixed = 0;
    for (uint64_t i = 0; i < N; i++)
        fixed += order_at(&all, N, 1, i) == i;
    assert_true(fixed < 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(permutations),
                                       cmocka_unit_test(far_and_near)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
