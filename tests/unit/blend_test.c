/* The interleave against the rule written out naively. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include "shard/blend.h"

static void same_as_the_rule(void **state)
{
    const double w[3] = {0.5, 0.3, 0.2};
    double sum = w[0] + w[1] + w[2];
    uint64_t c[3] = {0, 0, 0};
    struct blend b;
    (void)state;
    blend_init(&b, w, 3);
    for (uint64_t k = 0; k < 5000; k++) {
        size_t best = 0;
        double max = -1e300;
        for (size_t i = 0; i < 3; i++) {
            double error = w[i] / sum * (double)(k > 1 ? k : 1) - (double)c[i];
            if (error > max) {
                max = error;
                best = i;
            }
        }
        size_t got = blend_pick(&b);
        if (got != best)
            fail_msg("step %lu: %zu, not %zu", (unsigned long)k, got, best);
        blend_give(&b, got, 1);
        c[best]++;
    }
    assert_in_range(c[0], 2499, 2501);
    assert_in_range(c[1], 1499, 1501);
    blend_free(&b);
}

/* Even weights: a round robin that begins with the first. */
static void ties(void **state)
{
    const double w[2] = {1, 1};
    struct blend b;
    (void)state;
    blend_init(&b, w, 2);
    for (size_t k = 0; k < 10; k++) {
        assert_int_equal(blend_pick(&b), k % 2);
        blend_give(&b, k % 2, 1);
    }
    blend_free(&b);
}

static void closing(void **state)
{
    const double w[3] = {8, 1, 1};
    struct blend b;
    (void)state;
    blend_init(&b, w, 3);
    for (int k = 0; k < 20; k++)
        blend_give(&b, blend_pick(&b), 1);
    assert_int_equal(b.given[0], 16);
    blend_close(&b, 0);
    for (int k = 0; k < 20; k++)
        blend_give(&b, blend_pick(&b), 1);
    assert_int_equal(b.given[1], 10);
    assert_int_equal(b.given[2], 10);
    blend_close(&b, 1);
    blend_close(&b, 2);
    assert_int_equal(blend_pick(&b), 3);
    blend_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(same_as_the_rule), cmocka_unit_test(ties),
                                       cmocka_unit_test(closing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
