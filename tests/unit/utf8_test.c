#include "check.h"

#include "core/utf8.h"

static void knows_every_code_point(void **state)
{
    (void)state;
    for (uint32_t cp = 0; cp <= 0x110000; cp++) {
        char s[4];
        const char *p = s;
        bool valid = cp < 0x110000 && !(cp >= 0xD800 && cp < 0xE000);
        size_t n = utf8_put(s, cp);
        assert_int_equal(utf8_valid(slice_of(s, n)), valid);
        uint32_t back = utf8_next(&p, s + n);
        assert_int_equal(back, valid ? cp : UTF8_BAD);
        if (valid)
            assert_ptr_equal(p, s + n);
    }
}

static void refuses_ill_formed_sequences(void **state)
{
    (void)state;
    static const struct { const char *s; size_t good; } bad[] = {
        {"a\x80", 1}, {"\xc0\xaf", 0}, {"\xc1\xbf", 0}, {"\xe0\x9f\xbf", 0}, {"\xed\xa0\x80", 0},
        {"\xf0\x8f\xbf\xbf", 0}, {"\xf4\x90\x80\x80", 0}, {"\xf5\x80\x80\x80", 0}, {"\xff", 0},
        {"ab\xc3", 2}, {"\xe2\x82", 0}, {"\xf0\x9f\x98", 0}, {"12345678\xfe", 8},
        {"1234567\xc3\xa9\xc3", 9}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(utf8_valid_upto(slice_str(bad[i].s)), bad[i].good);
    assert_true(utf8_valid(SLICE("")));
}

/* Unicode 15, section 3.9, table 3-8 and its neighbours: one U+FFFD for each maximal subpart. */
static void repairs_as_unicode_recommends(void **state)
{
    (void)state;
#define R "\xef\xbf\xbd"
    static const struct { const char *in, *out; unsigned n; } cases[] = {
        {"\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41", R R R R R R R R "A", 8},
        {"\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41", R R R R R R R R "A", 8},
        {"\xf4\x91\x92\x93\xff\x41\x80\xbf\x42", R R R R R "A" R R "B", 7},
        {"\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41", R R R R "A", 4},
        {"caf\xc3\xa9\xff", "caf\xc3\xa9" R, 1}};
#undef R
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t n = 0;
        assert_slice(utf8_repair(slice_str(cases[i].in), &a, &n), cases[i].out);
        assert_int_equal(n, cases[i].n);
    }
    struct slice whole = SLICE("na\xc3\xafve");
    uint64_t n = 0;
    assert_ptr_equal(utf8_repair(whole, &a, &n).p, whole.p);    /* nothing to do: nothing copied */
    assert_int_equal(n, 0);
    arena_free(&a);
}

static void repair_of_noise_is_valid(void **state)
{
    (void)state;
    struct arena a;
    uint64_t random = 7;
    arena_init(&a);
    for (int round = 0; round < 20000; round++) {
        char s[24];
        size_t n = next_random(&random) % sizeof s;
        uint64_t repaired = 0;
        for (size_t i = 0; i < n; i++)
            s[i] = (char)(next_random(&random) % 3 ? 0x80 + next_random(&random) % 0x80
                                                   : next_random(&random));
        struct slice out = utf8_repair(slice_of(s, n), &a, &repaired);
        assert_true(utf8_valid(out));
        assert_int_equal(repaired > 0, !utf8_valid(slice_of(s, n)));
        arena_reset(&a);
    }
    arena_free(&a);
}

static void counts_code_points(void **state)
{
    (void)state;
    assert_int_equal(utf8_count(SLICE("")), 0);
    assert_int_equal(utf8_count(SLICE("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80")), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_every_code_point),
        cmocka_unit_test(refuses_ill_formed_sequences),
        cmocka_unit_test(repairs_as_unicode_recommends),
        cmocka_unit_test(repair_of_noise_is_valid),
        cmocka_unit_test(counts_code_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
