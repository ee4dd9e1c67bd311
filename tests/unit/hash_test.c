#include "check.h"

#include "core/hash.h"

/* Values that xxhsum 0.8 prints (xxhsum -H3, -H2): outputs on disk depend on them. */
static void is_xxh3(void **state)
{
    (void)state;
    char hex[33];
    assert_true(hash64(SLICE("")) == 0x2d06800538d394c2ULL);
    assert_true(hash64(SLICE("tokmill")) == 0xc25b10b11fffe222ULL);
    assert_true(hash64_seed(SLICE("tokmill"), 0) == hash64(SLICE("tokmill")));
    assert_true(hash64_seed(SLICE("tokmill"), 1) != hash64(SLICE("tokmill")));
    hash128_hex(hash128(SLICE("tokmill")), hex);
    assert_string_equal(hex, "b3a9f610ee904eceaca5ccec758ae5b9");
    hash128_hex(hash128(SLICE("")), hex);
    assert_string_equal(hex, "99aa06d3014798d86001c324468d497f");
}

static void streams_hash_like_one_piece(void **state)
{
    (void)state;
    static char bytes[5000];
    uint64_t random = 3;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)next_random(&random);
    struct hasher *h = hasher_new();
    for (size_t at = 0, n; at < sizeof bytes; at += n) {
        n = next_random(&random) % 700;
        n = n < sizeof bytes - at ? n : sizeof bytes - at;
        hasher_add(h, bytes + at, n);
    }
    struct hash128 got = hasher_value(h), want = hash128(slice_of(bytes, sizeof bytes));
    assert_true(got.hi == want.hi && got.lo == want.lo);
    hasher_free(h);
    hasher_free(NULL);
}

static void mix_is_a_bijection_that_spreads(void **state)
{
    (void)state;
    assert_true(hash_mix(0) == 0);
    assert_true(hash_mix(1) == 0xb456bcfc34c2cb2cULL);     /* MurmurHash3's fmix64 */
    unsigned flipped = 0;
    for (uint64_t i = 0; i < 4096; i++)
        flipped += (unsigned)__builtin_popcountll(hash_mix(i) ^ hash_mix(i ^ 1));
    assert_in_range(flipped, 31 * 4096, 33 * 4096);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_xxh3),
        cmocka_unit_test(streams_hash_like_one_piece),
        cmocka_unit_test(mix_is_a_bijection_that_spreads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
