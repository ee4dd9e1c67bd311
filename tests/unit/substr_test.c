/* Repeated stretches by brute force: every stretch of every document is compared with every other.
 * Small alphabets and periods make repeats of all lengths, in and between documents. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include "core/hash.h"
#include "core/mem.h"
#include "dedup/substr.h"

enum { DOCS = 24, LENGTH = 16, MOST = 260 };

struct corpus {
    uint32_t units[DOCS][MOST];
    char bytes[DOCS][MOST];
    size_t n[DOCS];
    uint64_t rank[DOCS];
    uint64_t random;
};

static uint64_t next(struct corpus *c) { return c->random = hash_mix(c->random + 1); }

/* Random letters; pieces of earlier documents; periods of 1 to 5. */
static void make(struct corpus *c, uint64_t seed)
{
    c->random = seed;
    for (size_t d = 0; d < DOCS; d++) {
        size_t n = 0, want = next(c) % (MOST - 60);
        while (n < want) {
            size_t k = 1 + next(c) % 50, kind = next(c) % 4, of = d ? next(c) % d : 0;
            for (size_t i = 0; i < k && n < want; i++, n++)
                c->bytes[d][n] = (char)(kind == 0 ? 'a' + (int)(next(c) % 26)
                                        : kind == 1 ? 'a' + (int)(i % (1 + k % 5))
                                        : i + k / 2 < c->n[of] ? c->bytes[of][i + k / 2] : 'z');
        }
        c->n[d] = n;
        c->rank[d] = next(c) % 3;
        for (size_t i = 0; i < n; i++)
            c->units[d][i] = (uint32_t)c->bytes[d][i] * 1000003;
    }
}

static bool better(const struct corpus *c, bool by_rank, size_t d, size_t i, size_t e, size_t k)
{
    if (by_rank && c->rank[d] != c->rank[e])
        return c->rank[d] < c->rank[e];
    return d != e ? d < e : i < k;
}

static void brute(const struct corpus *c, bool all, bool by_rank, bool struck[DOCS][MOST])
{
    memset(struck, 0, sizeof(bool[DOCS][MOST]));
    for (size_t d = 0; d < DOCS; d++)
        for (size_t i = 0; i + LENGTH <= c->n[d]; i++)
            for (size_t e = 0; e < DOCS; e++)
                for (size_t k = 0; k + LENGTH <= c->n[e]; k++)
                    if ((d != e || i != k) && (all || better(c, by_rank, e, k, d, i)) &&
                        !memcmp(c->bytes[d] + i, c->bytes[e] + k, LENGTH))
                        memset(struck[d] + i, true, LENGTH);
}

static void check(struct corpus *c, size_t unit, bool all, bool by_rank)
{
    static bool want[DOCS][MOST], got[DOCS][MOST];
    struct substr_about about = {.length = LENGTH, .unit = unit, .memory = 4 << 20, .tmp = "/tmp",
                                 .keep = all ? SUBSTR_ALL : SUBSTR_BEST, .by_id = by_rank};
    struct err e;
    err_init(&e);
    struct substr *s = substr_new(&about, &e);
    struct names *names = names_new("/tmp", 0, &e);
    struct winnower *w = winnower_new(LENGTH, unit);
    struct place_cursor *cursor = place_cursor_new();
    for (size_t d = 0; d < DOCS; d++) {
        struct slice text = unit == 1 ? slice_of(c->bytes[d], c->n[d])
                                      : slice_of((const char *)c->units[d], 4 * c->n[d]);
        struct fingerprint f[7];
        char id[8];
        size_t n_id = (size_t)snprintf(id, sizeof id, "%04zu", d);
        assert_int_equal(names_add(names, slice_of(id, n_id), &e), 0);
        assert_int_equal(substr_text(s, d, c->rank[d], text, &e), 0);
        winnow_start(w, text);
        for (size_t n; (n = winnow_next(w, f, 7)) > 0;)
            for (size_t i = 0; i < n; i++)
                assert_int_equal(substr_print(s, &f[i], &e), 0);
    }
    assert_int_equal(names_seal(names, &e), 0);
    assert_int_equal(substr_decide(s, names, &e), 0);
    memset(got, 0, sizeof got);
    for (size_t d = 0; d < DOCS; d++) {
        struct stretch r = {0, 0};
        while (substr_find(s, cursor, d, r.to, &r, &e) > 0)
            memset(got[d] + r.from, true, r.to - r.from);
    }
    brute(c, all, by_rank, want);
    for (size_t d = 0; d < DOCS; d++)
        assert_memory_equal(got[d], want[d], MOST);
    place_cursor_free(cursor);
    winnower_free(w);
    names_free(names);
    substr_free(s);
}

static void strikes_what_brute_force_does(void **state)
{
    (void)state;
    struct corpus *c = mem_zero(sizeof *c);
    for (uint64_t seed = 1; seed < 40; seed++) {
        make(c, seed);
        check(c, seed % 3 ? 1 : 4, false, false);
        check(c, 1, true, false);
        check(c, seed % 2 ? 1 : 4, false, true);
    }
    mem_free(c);
}

/* What is chosen depends on the stretch alone, wherever it stands. */
static void equal_stretches_share_a_fingerprint(void **state)
{
    (void)state;
    enum { N = 100000, L = 100 };
    char *text = mem_alloc(N);
    uint64_t r = 7;
    struct fingerprint f[N / 8], own[64];
    struct winnower *w = winnower_new(L, 1);
    for (size_t i = 0; i < N; i++)
        text[i] = (char)('a' + (r = hash_mix(r + 1)) % 3);
    winnow_start(w, slice_of(text, N));
    size_t n = winnow_next(w, f, N / 8), k = 0;
    assert_in_range(n, N / 35, N / 20);         /* 2 / (L / 2 + 2) expected */
    for (size_t i = 0; i + L <= N; i += 37) {
        winnow_start(w, slice_of(text + i, L));
        assert_int_equal(winnow_next(w, own, 64), 1);
        for (k = 0; k < n && f[k].at != i + own[0].at;)
            k++;
        assert_true(k < n && f[k].hash == own[0].hash);
    }
    winnower_free(w);
    mem_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strikes_what_brute_force_does),
        cmocka_unit_test(equal_stretches_share_a_fingerprint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
