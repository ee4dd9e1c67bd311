/* Trees and hints: small tables with known answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/mem.h"
#include "read/extract_hints.h"
#include "read/extract_trees.h"

_Noreturn void mem_failed(size_t wanted)
{
    (void)wanted;
    abort();
}

/* Column 0 above 100 adds 8192 (two of log-odds), column 1 above 200 takes 12288 away. */
static void known_scores(void **state)
{
    (void)state;
    static const uint16_t columns[] = {0, 2};
    static const struct tree_of_six tree[] = {
        {{0, 0, 0, 0, 0, 0}, {100, 255, 255, 255, 255, 255}, {0, 8192}},
        {{1, 0, 0, 0, 0, 0}, {200, 255, 255, 255, 255, 255}, {0, -12288}},
    };
    const struct trees t = {columns, 2, 2, tree, 0};
    uint8_t rows[128][3] = {{0}}, score[70];
    rows[0][0] = 100;
    rows[1][0] = 101;
    rows[2][0] = 255;
    rows[2][2] = 200;
    rows[3][2] = 201;
    rows[69][0] = 255;
    rows[69][2] = 255;
    trees_score(&t, rows[0], 3, 70, score);
    assert_int_equal(score[0], 128);            /* 255 / 2, rounded */
    assert_int_equal(score[1], 225);            /* 255 / (1 + exp(-2)) */
    assert_int_equal(score[2], 225);
    assert_int_equal(score[3], 12);             /* 255 / (1 + exp(3)) */
    assert_int_equal(score[69], 69);            /* 255 / (1 + exp(1)) */
}

static void hint_words(void **state)
{
    (void)state;
    struct hints t;
    hints_init(&t);
    assert_int_equal(hints_of(&t, SLICE("main-nav shareButtons")),
                     1u << HINT_main | 1u << HINT_nav | 1u << HINT_share | 0);
    assert_int_equal(hints_of(&t, SLICE("navy unshared x123")), 0);
    assert_int_equal(hints_of(&t, SLICE("POST-comments")),
                     1u << HINT_article | 1u << HINT_comment);
    assert_int_equal(hints_of(&t, SLICE("averyveryverylongwordnav")), 0);
    assert_int_equal(hints_of(&t, SLICE("")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_scores), cmocka_unit_test(hint_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
