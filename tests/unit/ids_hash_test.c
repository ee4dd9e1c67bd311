/* The content's hash against XXH3-128 of the bytes that ids_hash.h promises, in any pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/mem.h"
#include "shard/ids_hash.h"
#include "shard/le.h"

enum { DOCS = 40, LONGEST = 9000 };

static void pieces(void **state)
{
    (void)state;
    unsigned char *bytes = mem_alloc((size_t)4 * DOCS * (LONGEST + 1));
    uint32_t *ids = mem_alloc((size_t)4 * LONGEST);
    size_t at = 0;
    struct hasher *whole = hasher_new(), *single = hasher_new();
    for (uint32_t d = 0; d < DOCS; d++) {
        uint32_t n = d * 7919 % LONGEST;
        for (uint32_t i = 0; i < n; i++, at += 4) {
            ids[i] = d * 31 + i * i;
            le_put32(bytes + at, ids[i]);
        }
        le_put32(bytes + at, UINT32_MAX);
        at += 4;
        ids_hash_add(whole, ids, n);
        for (uint32_t i = 0; i < n; i++)
            ids_hash_add(single, ids + i, 1);
        ids_hash_border(whole);
        ids_hash_border(single);
        struct hash128 want = hash128(slice_of((char *)bytes, at));
        struct hash128 got = hasher_value(whole);       /* may be asked for in between */
        assert_true(got.hi == want.hi && got.lo == want.lo);
    }
    struct hash128 a = hasher_value(whole), b = hasher_value(single);
    assert_true(a.hi == b.hi && a.lo == b.lo);
    hasher_free(whole);
    hasher_free(single);
    mem_free(ids);
    mem_free(bytes);
}

/* Ids as others store them: of every width, refused where they are none. */
static void any_width(void **state)
{
    (void)state;
    const unsigned char b[16] = {255, 0, 1, 128, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0};
    uint32_t ids[8];
    assert_true(le_get_any(ids, b, 4, 1, false) && ids[0] == 255 && ids[3] == 128);
    assert_false(le_get_any(ids, b, 1, 1, true));
    assert_true(le_get_any(ids, b + 1, 2, 1, true) && ids[1] == 1);
    assert_true(le_get_any(ids, b, 2, 2, false) && ids[1] == 0x8001);
    assert_false(le_get_any(ids, b, 2, 2, true));
    assert_true(le_get_any(ids, b, 1, 4, false) && ids[0] == 0x800100ff);
    assert_false(le_get_any(ids, b, 1, 4, true));
    assert_true(le_get_any(ids, b, 1, 8, true) && ids[0] == 0x800100ff);
    assert_false(le_get_any(ids, b + 8, 1, 8, false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(pieces), cmocka_unit_test(any_width)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
