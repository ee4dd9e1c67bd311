/* Signatures: lanes against the definition, agreement of bands against theory, and folding. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include "core/buf.h"
#include "core/hash.h"
#include "dedup/minhash.h"
#include "dedup/shingle.h"

enum { BANDS = 14, ROWS = 8, LANES = 112 };

static bool shares_band(const uint64_t *a, const uint64_t *b)
{
    for (int i = 0; i < BANDS; i++)
        if (a[i] == b[i])
            return true;
    return false;
}

static void add_range(const struct minhash *m, uint32_t *lanes, uint64_t from, uint64_t n)
{
    for (uint64_t i = from; i < from + n; i++) {
        uint64_t x = hash_mix(i + 1);
        minhash_add(m, lanes, &x, 1);
    }
}

/* Two sets of `common` shared and `own` private elements each share a band as often as
 * 1-(1-J^rows)^bands says: within 4 standard deviations of a binomial. */
static void check_curve(uint64_t common, uint64_t own)
{
    enum { TRIALS = 1500 };
    struct minhash *m = minhash_new(BANDS, ROWS, 1);
    uint32_t a[LANES], b[LANES];
    uint64_t ka[BANDS], kb[BANDS], at = common * 1000003 + own;
    double j = (double)common / (double)(common + 2 * own), p = minhash_probability(j, BANDS, ROWS);
    int hits = 0;
    for (int t = 0; t < TRIALS; t++, at += common + 2 * own) {
        minhash_start(m, a);
        minhash_start(m, b);
        add_range(m, a, at, common);
        add_range(m, b, at, common);
        add_range(m, a, at + common, own);
        add_range(m, b, at + common + own, own);
        minhash_keys(m, a, ka);
        minhash_keys(m, b, kb);
        hits += shares_band(ka, kb);
    }
    double bound = 4 * sqrt(p * (1 - p) / TRIALS) + 1e-9;
    if (fabs((double)hits / TRIALS - p) > bound)
        fail_msg("J = %.3f: %.4f of pairs, theory %.4f", j, (double)hits / TRIALS, p);
    minhash_free(m);
}

static void bands_agree_as_theory_says(void **state)
{
    (void)state;
    static const double js[] = {.5, .6, .7, .75, .8, .85, .9};
    static const int sizes[] = {15, 40, 100, 300};
    for (size_t i = 0; i < sizeof js / sizeof *js; i++)
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            uint64_t common = (uint64_t)lround(sizes[k] * js[i]);
            check_curve(common, (uint64_t)sizes[k] > common ? (sizes[k] - common + 1) / 2 : 0);
        }
}

/* Whatever the processor does, the lanes are the minimum of a*x + b. Order and repetition do not
 * matter, and splitting the set into calls neither. */
static void lanes_are_minima(void **state)
{
    (void)state;
    for (unsigned bands = 1; bands <= 40; bands += 13) {
        struct minhash *m = minhash_new(bands, 3, 7);
        uint32_t whole[160], parts[160];
        uint64_t x[1000], reversed[1000];
        assert_true(minhash_lanes(m) <= 160 && minhash_lanes(m) >= bands * 3);
        for (int i = 0; i < 1000; i++)
            reversed[999 - i] = x[i] = hash_mix((uint64_t)i % 700);
        minhash_start(m, whole);
        minhash_add(m, whole, x, 1000);
        minhash_start(m, parts);
        for (int i = 0; i < 1000; i++)
            minhash_add(m, parts, reversed + i, 1);
        assert_memory_equal(whole, parts, bands * 3 * sizeof *whole);
        uint32_t one[160], other[160];
        minhash_start(m, one);
        minhash_add(m, one, x, 500);
        minhash_start(m, other);
        minhash_add(m, other, x + 500, 500);
        for (unsigned k = 0; k < bands * 3; k++)
            assert_int_equal(whole[k], one[k] < other[k] ? one[k] : other[k]);
        minhash_free(m);
    }
}

static void settings_follow_from_similarity(void **state)
{
    (void)state;
    unsigned bands, rows;
    assert_true(fabs(minhash_probability(.8, 14, 8) - .924) < .001);
    assert_true(fabs(minhash_probability(.8, 9, 13) - .399) < .001);
    assert_true(minhash_choose(.8, .95, 128, &bands, &rows));
    assert_true(bands * rows <= 128);
    assert_true(minhash_probability(.8, bands, rows) >= .95);
    assert_true(minhash_probability(.8, 128 / (rows + 1), rows + 1) < .95);
}

static size_t shingles_of(const char *text, unsigned n, uint64_t *out)
{
    struct shingler *s = shingler_new(SHINGLE_WORDS, n);
    uint64_t more[SHINGLE_ROOM];
    shingler_start(s, slice_str(text));
    size_t k = shingler_next(s, out);
    if (k)
        assert_int_equal(shingler_next(s, more), 0);
    shingler_free(s);
    return k;
}

static void same(const char *a, const char *b)
{
    uint64_t x[SHINGLE_ROOM], y[SHINGLE_ROOM];
    size_t n = shingles_of(a, 2, x), k = shingles_of(b, 2, y);
    if (n != k || memcmp(x, y, n * sizeof *x))
        fail_msg("not the same: '%s' (%zu) and '%s' (%zu)", a, n, b, k);
}

static void different(const char *a, const char *b)
{
    uint64_t x[SHINGLE_ROOM], y[SHINGLE_ROOM];
    size_t n = shingles_of(a, 2, x), k = shingles_of(b, 2, y);
    if (n == k && !memcmp(x, y, n * sizeof *x))
        fail_msg("the same: '%s' and '%s'", a, b);
}

static void folds_what_does_not_matter(void **state)
{
    (void)state;
    same("The cat, the HAT!", "the   cat the hat");
    same("it costs 3.50 or 1,000", "it costs 7 or 0");
    same("it costs 3.5.1 now", "it costs 1.5 1 now");       /* one fraction only */
    same("room 12a", "room 7a");
    different("room 12", "room one");
    same("Caf\303\251 cr\303\250me", "cafe\314\201 creme");     /* composed, not, bare */
    same("\320\234\320\236\320\240\320\225 \320\270", "\320\274\320\276\321\200\320\265 \320\270");
    same("\331\241\331\242\331\253\331\243 x", "5 x");      /* Arabic digits and separator */
    same("\355\225\234\352\265\255 x",                /* Hangul syllables and their parts */
         "\341\204\222\341\205\241\341\206\253\341\204\200\341\205\256\341\206\250 x");
    same("soft\302\255 hyphen", "soft hyphen");
    same("\342\200\234quoted\342\200\235 text", "quoted text");
    different("ab c", "a bc");
    different("one two", "two one");
}

static void counts_words(void **state)
{
    (void)state;
    uint64_t x[SHINGLE_ROOM];
    assert_int_equal(shingles_of("", 5, x), 0);
    assert_int_equal(shingles_of(" \n...!", 5, x), 0);
    assert_int_equal(shingles_of("one two", 5, x), 1);
    assert_int_equal(shingles_of("a b c d e", 5, x), 1);
    assert_int_equal(shingles_of("a b c d e f", 5, x), 2);
    assert_int_equal(shingles_of("\344\270\200\344\272\214\344\270\211", 1, x), 3);
    assert_int_equal(shingles_of("ab\344\270\200cd\344\272\214", 1, x), 4);
    assert_int_equal(shingles_of("\343\201\213\343\202\231\343\201\213", 1, x), 2);
}

/* A text of several buffers has the shingles of its words, wherever a buffer ends: the same as
 * those of each window of n words on its own. */
static void buffers_do_not_show(void **state)
{
    (void)state;
    enum { WORDS = 4000 };
    struct buf text;
    size_t ends[WORDS + 1] = {0}, at = 0, got;
    uint64_t out[SHINGLE_ROOM], window[SHINGLE_ROOM];
    buf_init(&text, 1 << 20);
    for (size_t i = 0; i < WORDS; i++) {
        for (uint64_t v = hash_mix(i), k = v % 23 + 1; k; k--, v /= 3)
            buf_add_str(&text, v % 9 ? v % 2 ? "a" : "B" : "\303\251");
        buf_add_str(&text, i % 3 ? " " : ", ");
        ends[i + 1] = text.n;
    }
    struct shingler *s = shingler_new(SHINGLE_WORDS, 3), *one = shingler_new(SHINGLE_WORDS, 3);
    shingler_start(s, buf_slice(&text));
    for (; (got = shingler_next(s, out)) > 0; at += got)
        for (size_t i = 0; i < got; i++) {
            size_t from = ends[at + i], to = ends[at + i + 3];
            shingler_start(one, slice_of(text.p + from, to - from));
            assert_int_equal(shingler_next(one, window), 1);
            assert_int_equal(out[i], window[0]);
        }
    assert_int_equal(at, WORDS - 2);
    shingler_free(s);
    shingler_free(one);
    buf_free(&text);
}

/* A word without end counts as one word for each 1024 bytes, wherever it begins. */
static void long_words_are_cut(void **state)
{
    (void)state;
    enum { N = 100 * SHINGLE_WORD_MAX };
    uint64_t out[SHINGLE_ROOM], sum[2] = {0};
    for (int k = 0; k < 2; k++) {
        struct buf text;
        size_t n = 0, got;
        buf_init(&text, 1 << 20);
        for (int i = 0; i < (k ? 3000 : 0); i++)
            buf_add_byte(&text, ' ');
        for (size_t i = 0; i < N + 1; i++)
            buf_add_byte(&text, (char)('a' + hash_mix(i) % 26));
        struct shingler *s = shingler_new(SHINGLE_WORDS, 1);
        shingler_start(s, buf_slice(&text));
        for (; (got = shingler_next(s, out)) > 0; n += got)
            for (size_t i = 0; i < got; i++)
                sum[k] = hash_mix(sum[k] + out[i]);
        assert_int_equal(n, 101);
        shingler_free(s);
        buf_free(&text);
    }
    assert_int_equal(sum[0], sum[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lanes_are_minima),
        cmocka_unit_test(bands_agree_as_theory_says),
        cmocka_unit_test(settings_follow_from_similarity),
        cmocka_unit_test(folds_what_does_not_matter),
        cmocka_unit_test(counts_words),
        cmocka_unit_test(buffers_do_not_show),
        cmocka_unit_test(long_words_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
