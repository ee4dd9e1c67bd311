/* Signatures: lanes against the definition, agreement of bands against theory, and folding. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

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

static size_t shingles_of(const char *text, unsigned n, uint64_t *out, size_t room)
{
    struct shingler *s = shingler_new(n);
    size_t k = 0, got;
    shingler_start(s, slice_str(text));
    while (k + 4 <= room && (got = shingler_next(s, out + k, room - k)) > 0)
        k += got;
    shingler_free(s);
    return k;
}

static void same(const char *a, const char *b)
{
    uint64_t x[256], y[256];
    size_t n = shingles_of(a, 2, x, 256), k = shingles_of(b, 2, y, 256);
    if (n != k || memcmp(x, y, n * sizeof *x))
        fail_msg("not the same: '%s' (%zu) and '%s' (%zu)", a, n, b, k);
}

static void different(const char *a, const char *b)
{
    uint64_t x[256], y[256];
    size_t n = shingles_of(a, 2, x, 256), k = shingles_of(b, 2, y, 256);
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
    uint64_t x[256];
    assert_int_equal(shingles_of("", 5, x, 256), 0);
    assert_int_equal(shingles_of(" \n...!", 5, x, 256), 0);
    assert_int_equal(shingles_of("one two", 5, x, 256), 1);
    assert_int_equal(shingles_of("a b c d e", 5, x, 256), 1);
    assert_int_equal(shingles_of("a b c d e f", 5, x, 256), 2);
    assert_int_equal(shingles_of("\344\270\200\344\272\214\344\270\211", 1, x, 256), 3);
    assert_int_equal(shingles_of("ab\344\270\200cd\344\272\214", 1, x, 256), 4);
    assert_int_equal(shingles_of("\343\201\213\343\202\231\343\201\213", 1, x, 256), 2);
}

/* Small rooms give the same shingles as one large one. */
static void hands_out_piecemeal(void **state)
{
    (void)state;
    char text[4096];
    uint64_t whole[4096], part[4096];
    size_t at = 0, n, k = 0, got;
    for (int i = 0; at < 3900; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "%c%c %s", 'a' + i % 26,
                               'a' + i / 26 % 26, i % 7 ? "" : "\344\270\200");
    n = shingles_of(text, 3, whole, 4096);
    struct shingler *s = shingler_new(3);
    shingler_start(s, slice_str(text));
    while ((got = shingler_next(s, part + k, 4)) > 0)
        k += got;
    shingler_free(s);
    assert_true(n > 900);
    assert_int_equal(n, k);
    assert_memory_equal(whole, part, n * sizeof *whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lanes_are_minima),
        cmocka_unit_test(bands_agree_as_theory_says),
        cmocka_unit_test(settings_follow_from_similarity),
        cmocka_unit_test(folds_what_does_not_matter),
        cmocka_unit_test(counts_words),
        cmocka_unit_test(hands_out_piecemeal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
