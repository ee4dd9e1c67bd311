/* check - what the unit tests of core share: cmocka's headers, slices compared as text, files. */
#ifndef TESTS_UNIT_CHECK_H
#define TESTS_UNIT_CHECK_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/slice.h"

#define assert_slice(got, want) check_slice((got), slice_str(want), __FILE__, __LINE__)
#define assert_bytes(got, want) check_slice((got), (want), __FILE__, __LINE__)

static inline void check_slice(struct slice got, struct slice want, const char *file, int line)
{
    if (slice_eq(got, want))
        return;
    print_error("got      \"%.*s\" (%zu bytes)\nexpected \"%.*s\" (%zu bytes)\n",
                (int)slice_upto(got, 400).n, got.p, got.n, (int)slice_upto(want, 400).n, want.p,
                want.n);
    _fail(file, line);
}

/* Tests run in a scratch folder of their own, so plain names do. */
static inline void put_file(const char *name, const void *p, size_t n)
{
    FILE *f = fopen(name, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(p, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

/* Whole file; the caller frees .p. */
static inline struct slice get_file(const char *name)
{
    FILE *f = fopen(name, "rb");
    assert_non_null(f);
    char *p = malloc(1 << 25);
    assert_non_null(p);
    size_t n = fread(p, 1, 1 << 25, f);
    fclose(f);
    return slice_of(p, n);
}

/* A stream of numbers that is the same in every run. */
static inline uint32_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(*state >> 33);
}

#endif
