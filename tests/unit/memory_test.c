#include "check.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/mem.h"

/* ---- slice ---------------------------------------------------------------------------------- */

static void slices_compare(void **state)
{
    (void)state;
    assert_true(slice_cmp(SLICE("a"), SLICE("b")) < 0);
    assert_true(slice_cmp(SLICE("a"), SLICE("ab")) < 0);
    assert_true(slice_cmp(SLICE("\x80"), SLICE("a")) > 0);     /* bytes are unsigned */
    assert_int_equal(slice_cmp(SLICE(""), slice_of(NULL, 0)), 0);
    assert_true(slice_eq_nocase(SLICE("Text"), SLICE("tEXT")));
    assert_false(slice_eq_nocase(SLICE("\xc3\x84"), SLICE("\xc3\xa4")));
    assert_true(slice_starts_nocase(SLICE("HTTP/1.1"), SLICE("http/")));
    assert_false(slice_starts(SLICE("ab"), SLICE("abc")));
    assert_true(slice_ends(SLICE("x.gz"), SLICE(".gz")));
}

static void slices_search(void **state)
{
    (void)state;
    assert_int_equal(slice_find(SLICE("abcabd"), SLICE("abd")), 3);
    assert_int_equal(slice_find(SLICE("abc"), SLICE("x")), 3);
    assert_int_equal(slice_find(SLICE("abc"), SLICE("")), 0);
    assert_int_equal(slice_find_byte(SLICE("abc"), 'c'), 2);
    assert_int_equal(slice_find_byte(slice_of(NULL, 0), 'c'), 0);
    assert_slice(slice_trim(SLICE(" \t a b\r\n\v\f")), "a b");
    assert_slice(slice_from(SLICE("abc"), 5), "");
    assert_slice(slice_upto(SLICE("abc"), 5), "abc");
}

static void slices_split(void **state)
{
    (void)state;
    struct slice rest = SLICE("a,,b,"), piece;
    static const char *const want[] = {"a", "", "b", ""};
    for (size_t i = 0; i < 4; i++) {
        assert_true(slice_next(&rest, ',', &piece));
        assert_slice(piece, want[i]);
    }
    assert_false(slice_next(&rest, ',', &piece));
    rest = SLICE("");
    assert_true(slice_next(&rest, ',', &piece));
    assert_false(slice_next(&rest, ',', &piece));
}

/* ---- buf ------------------------------------------------------------------------------------ */

static void buffers_grow(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < 1000; i++) {
        buf_add_fmt(&b, "%d", i);
        buf_add_byte(&b, ';');
    }
    assert_true(buf_ok(&b));
    assert_int_equal(b.n, 10 + 180 + 2700 + 1000);
    assert_slice(slice_of(b.p + b.n - 8, 8), "998;999;");
    buf_drop_front(&b, b.n - 4);
    assert_slice(buf_slice(&b), "999;");
    buf_clear(&b);
    buf_add_u64(&b, 0);
    buf_add_u64(&b, UINT64_MAX);
    assert_slice(buf_slice(&b), "018446744073709551615");
    buf_free(&b);
    assert_null(b.p);
}

static void buffers_refuse_beyond_their_maximum(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 10);
    buf_add_str(&b, "12345678");
    buf_add_str(&b, "abc");
    assert_false(buf_ok(&b));
    assert_slice(buf_slice(&b), "12345678");        /* nothing of what did not fit */
    buf_add_str(&b, "9A");
    assert_slice(buf_slice(&b), "123456789A");
    assert_false(buf_ok(&b));                       /* a refusal is remembered */
    buf_clear(&b);
    assert_true(buf_ok(&b));
    assert_null(buf_reserve(&b, SIZE_MAX));
    assert_null(buf_reserve(&b, 11));
    buf_free(&b);
}

/* ---- arena ---------------------------------------------------------------------------------- */

static void arenas_keep_what_was_put_in_them(void **state)
{
    (void)state;
    enum { N = 5000 };
    static char *p[N];
    struct arena a;
    arena_init(&a);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < N; i++) {
            p[i] = arena_alloc(&a, (size_t)i);
            assert_int_equal((uintptr_t)p[i] % 16, 0);
            memset(p[i], i & 255, (size_t)i);
        }
        for (int i = 0; i < N; i++)
            for (int k = 0; k < i; k += 97)
                assert_int_equal((unsigned char)p[i][k], i & 255);
        arena_reset(&a);
    }
    arena_free(&a);
}

/* One huge document must not hold its memory for the rest of the run. */
static void arenas_give_back_a_huge_chunk(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    memset(arena_alloc(&a, 64 << 20), 1, 64 << 20);
    assert_true(a.total >= 64 << 20);
    arena_reset(&a);
    assert_true(a.total < 8 << 20);
    arena_free(&a);
}

static void arenas_copy(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    struct slice s = arena_copy(&a, SLICE("abc"));
    assert_slice(s, "abc");
    assert_string_equal(arena_str(&a, s), "abc");
    assert_slice(arena_fmt(&a, "%s-%d", "x", 7), "x-7");
    assert_int_equal(arena_copy(&a, slice_of(NULL, 0)).n, 0);
    char *zero = arena_zero(&a, 100);
    for (int i = 0; i < 100; i++)
        assert_int_equal(zero[i], 0);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_compare),
        cmocka_unit_test(slices_search),
        cmocka_unit_test(slices_split),
        cmocka_unit_test(buffers_grow),
        cmocka_unit_test(buffers_refuse_beyond_their_maximum),
        cmocka_unit_test(arenas_keep_what_was_put_in_them),
        cmocka_unit_test(arenas_give_back_a_huge_chunk),
        cmocka_unit_test(arenas_copy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
