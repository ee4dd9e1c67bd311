/* Repeated n-grams against the definitions written out: quadratic, on texts that repeat much. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/hash.h"
#include "core/mem.h"
#include "filter/ngrams.h"
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

static uint64_t length(const struct grams *g, size_t i, size_t n)
{
    return utf8_count(gram(g, i, n));
}

/* Word by word: what Dolma, DCLM and NeMo-Curator count. */
static struct ngram_counts counts_by_definition(const struct grams *g, size_t n)
{
    struct ngram_counts c = {.grams = g->n - n + 1};
    bool *covered = mem_array(g->n, sizeof *covered);
    size_t overlap = 0;
    for (size_t i = 0; i + n <= g->n; i++) {
        uint64_t count = 0, before = 0;
        for (size_t k = 0; k + n <= g->n; k++) {
            bool same = same_words(g, i, k, n);
            count += same;
            before += same && k < i;
        }
        if (count > c.most)
            c.first = i, c.first_chars = c.longest_chars = length(g, i, n);
        c.most = count > c.most ? count : c.most;
        if (count == c.most && count > 1 && length(g, i, n) > c.longest_chars)
            c.longest_chars = length(g, i, n);
        c.all_chars += length(g, i, n);
        c.repeated_chars += count > 1 ? length(g, i, n) : 0;
        for (size_t w = 0; count > 1 && w < n; w++)
            covered[i + w] = true;
        if (before) {
            c.again_chars += length(g, i + overlap, n - overlap) +
                             (n - overlap < n - 1 ? n - overlap : n - 1);
            overlap = n;
        }
        overlap -= overlap > 0;
    }
    for (size_t i = 0; i < g->n; i++)
        c.covered_chars += covered[i] ? length(g, i, 1) : 0;
    mem_free(covered);
    return c;
}

static void check_counts(struct ngrams *x, struct grams *g)
{
    ngrams_run(x, g);
    for (size_t n = NGRAM_MIN; n <= NGRAM_MAX && n <= g->n; n++) {
        struct ngram_counts want = counts_by_definition(g, n), *got = &x->n[n];
        assert_int_equal(got->grams, want.grams);
        assert_int_equal(got->most, want.most);
        assert_int_equal(got->first, want.first);
        assert_int_equal(got->first_chars, want.first_chars);
        assert_int_equal(got->longest_chars, want.longest_chars);
        assert_int_equal(got->repeated_chars, want.repeated_chars);
        assert_int_equal(got->all_chars, want.all_chars);
        assert_int_equal(got->covered_chars, want.covered_chars);
        assert_int_equal(got->again_chars, want.again_chars);
    }
}

static void against_definition(void **state)
{
    static const char *const vocabulary[] = {"a", "b", "ab", "ba", "c", "é", "longer", "longest",
                                             "averyveryverylongwordindeed", "漢"};
    struct grams g = {.n = 0};
    struct ngrams x = {.cap = 0};
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
        grams_words(&g, NULL, slice_of(text, at), v, n, 0);
        grams_top(&g);
        grams_dup(&g);
        for (size_t k = GRAM_TOP_MIN; k <= GRAM_TOP_MAX; k++)
            assert_int_equal(g.top[k], top_by_definition(&g, k));
        for (size_t k = GRAM_DUP_MIN; k <= GRAM_DUP_MAX; k++)
            assert_int_equal(g.dup[k], dup_by_definition(&g, k));
        check_counts(&x, &g);
    }
    ngrams_free(&x);
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
