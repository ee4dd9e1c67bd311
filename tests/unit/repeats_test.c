/* Repeated n-grams against the definition written out: quadratic, on texts that repeat much. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/hash.h"
#include "core/mem.h"
#include "filter/grams.h"
#include "filter/strset.h"

_Noreturn void mem_failed(size_t wanted)
{
    (void)wanted;
    abort();
}

/* Words i..i+n run together, as they stand in `joined`. */
static struct slice gram(const struct grams *g, size_t i, size_t n)
{
    return slice_of(g->joined + g->start[i], g->start[i + n] - g->start[i]);
}

static uint64_t dup_by_definition(const struct grams *g, size_t n)
{
    size_t *taken = mem_array(g->n + 1, sizeof *taken), count = 0, i = 0;
    uint64_t chars = 0;
    while (i + n <= g->n) {
        bool again = false;
        for (size_t k = 0; k < count && !again; k++)
            again = slice_eq(gram(g, taken[k], n), gram(g, i, n));
        if (again)
            chars += utf8_count(gram(g, i, n));
        else
            taken[count++] = i;
        i += again ? n : 1;
    }
    mem_free(taken);
    return chars;
}

static bool same_words(const struct grams *g, size_t a, size_t b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!slice_eq(gram(g, a + i, 1), gram(g, b + i, 1)))
            return false;
    return true;
}

static uint64_t top_by_definition(const struct grams *g, size_t n)
{
    uint64_t best = 0, times = 0;
    for (size_t i = 0; i + n <= g->n; i++) {
        uint64_t count = 0;
        for (size_t k = 0; k + n <= g->n; k++)
            count += same_words(g, i, k, n);
        if (count > times) {
            times = count;
            best = count * (utf8_count(gram(g, i, n)) + n - 1);
        }
    }
    return best;
}

static void against_definition(void **state)
{
    static const char *const vocabulary[] = {"a", "b", "ab", "ba", "c", "é", "longer", "longest",
                                             "averyveryverylongwordindeed", "漢"};
    struct grams g = {.n = 0};
    (void)state;
    for (uint64_t round = 0; round < 300; round++) {
        struct word v[120];
        char text[4096] = "";
        size_t n = hash_mix(round) % 120, at = 0, kinds = 2 + hash_mix(round + 1000) % 9;
        for (size_t i = 0; i < n; i++) {
            const char *w = vocabulary[hash_mix(round * 1000 + i) % kinds];
            v[i] = (struct word){(uint32_t)at, (uint16_t)strlen(w), 0};
            at += (size_t)snprintf(text + at, sizeof text - at, "%s ", w);
        }
        grams_words(&g, NULL, slice_of(text, at), v, n);
        grams_top(&g);
        grams_dup(&g);
        for (size_t k = GRAM_TOP_MIN; k <= GRAM_TOP_MAX; k++)
            assert_int_equal(g.top[k], top_by_definition(&g, k));
        for (size_t k = GRAM_DUP_MIN; k <= GRAM_DUP_MAX; k++)
            assert_int_equal(g.dup[k], dup_by_definition(&g, k));
    }
    grams_free(&g);
}

static void sets_and_finder(void **state)
{
    struct strset s;
    char word[32];
    (void)state;
    strset_init(&s);
    for (int i = 0; i < 5000; i++) {
        snprintf(word, sizeof word, "w%dx", i % 2500);
        strset_add(&s, slice_str(word));
    }
    assert_int_equal(s.n, 2500);
    assert_true(strset_has(&s, SLICE("w2499x")));
    assert_false(strset_has(&s, SLICE("w2500x")));
    assert_false(strset_has(&s, SLICE("")));
    strset_add(&s, SLICE("she"));
    strset_add(&s, SLICE("hers"));
    struct finder *f = finder_new(&s);
    assert_true(finder_finds(f, SLICE("ushers")));
    assert_true(finder_finds(f, SLICE("H-E/R.S")));
    assert_true(finder_finds(f, SLICE("aw77xb")));
    assert_false(finder_finds(f, SLICE("her w77y hes")));
    finder_free(f);
    strset_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(against_definition),
        cmocka_unit_test(sets_and_finder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
