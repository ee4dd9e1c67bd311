/* Pretokenizers: masks and scanners cut as the regular expressions do, whatever the text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/mem.h"
#include "core/utf8.h"
#include "tokenize/pretok.h"
#include "tokenize/window.h"

enum { MAX_TEXT = 1024 };
static const struct pretok_opts opts = {REGEX_ONIG, UNICODE_DEFAULT};
static const char *const names[] = {"gpt2", "cl100k", "o200k", "qwen2", "tekken"};
static const struct grammar grammars[] = {{WORD_PLAIN, true, 0, false},
    {WORD_PREFIX, true, 3, false}, {WORD_CASED, true, 3, true}, {WORD_PREFIX, true, 1, false},
    {WORD_CASED, false, 1, true}};

static uint64_t random_state = 1;
static unsigned below(unsigned n)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(random_state >> 33) % n;
}

/* Characters that the patterns tell apart, in strings that favour one kind. */
static size_t make_text(char *out, unsigned kind)
{
    static const char *const ascii[] = {" ", " ", "\t", "\n", "\r", "'", "s", "t", "re", "LL", "D",
        "a", "bc", "The", "ABC", "x", "0", "12", "3456", ".", ",", "--", "/", "!", "_", "\v", "'S"};
    static const uint32_t wide[] = {0xE9, 0xC9, 0x17F, 0x130, 0x416, 0x436, 0x6F22, 0x304B, 0xD55C,
        0xA0, 0x3000, 0x85, 0x2028, 0x200B, 0x301, 0x661, 0x2167, 0xB2, 0x2019, 0x3002, 0xFF0C,
        0x1F642, 0x1D400, 0x10400, 0x1C5, 0x2B0, 0xE2A, 0xE31, 0x905, 0x94D, 0x180E, 0xFEFF};
    size_t n = 0, want = 1 + below(kind % 4 ? 200 : 60);
    while (n < want && n + 8 < MAX_TEXT) {
        unsigned r = below(100);
        if (r < (kind % 3 ? 80u : 30u)) {
            const char *s = ascii[below(kind % 2 ? 27 : 15)];
            memcpy(out + n, s, strlen(s));
            n += strlen(s);
        } else if (r < 97) {
            n += utf8_put(out + n, wide[below(kind % 5 ? 32 : 9)]);
        } else {
            uint32_t c = below(0x11000) * (1 + below(16));
            n += utf8_put(out + n, c >= 0xD800 && c < 0xE000 ? 'a' : c % 0x110000);
        }
    }
    return n;
}

static void fail_at(const char *name, const char *text, size_t n, size_t at)
{
    fprintf(stderr, "%s differs at %zu of:", name, at);
    for (size_t i = 0; i < n; i++)
        fprintf(stderr, " %02x", (unsigned char)text[i]);
    fprintf(stderr, "\n");
    fail();
}

/* All ends by window variant v equal those of the scanner, in one go or a few at a time. */
static void compare_window(const struct scan *s, unsigned g, int v, const struct cuts *cuts,
                           const char *text, size_t n)
{
    uint32_t ends[MAX_TEXT + WINDOW], want[MAX_TEXT];
    window_fn *fn = window_variant(&grammars[g], v);
    struct scan_place place = {0};
    size_t k = 0, m = 0, max = below(2) ? MAX_TEXT + WINDOW : WINDOW + below(9);
    for (size_t at = 0, end; at < n; at = end) {
        end = (size_t)(scan_next(&grammars[g], s, s->start + at) - s->start);
        want[m] = (uint32_t)end;
        m += cuts ? cuts_ends(cuts, slice_of(text, n), at, end, want + m, MAX_TEXT) : 1;
    }
    while (place.at < n) {
        size_t room = max < MAX_TEXT + WINDOW - k ? max : MAX_TEXT + WINDOW - k;
        size_t more = fn(&grammars[g], s, cuts, &place, ends + k, room);
        assert_int_not_equal(more, 0);
        k += more;
    }
    for (size_t i = 0; i < m; i++)
        if (i >= k || ends[i] != want[i])
            fail_at(names[g], text, n, want[i]);
    assert_int_equal(m, k);
}

/* Cuts as no vocabulary has them: any character with any. */
static struct cuts *random_cuts(void)
{
    struct cuts *c = mem_zero(sizeof *c);
    size_t words = ((size_t)1 << CUT_PAIR_BITS) / 64;
    c->pairs = mem_array(words, sizeof *c->pairs);
    for (size_t i = 0; i < words * 8; i++)
        ((u8 *)c->pairs)[i] = (u8)below(256);
    for (size_t i = 0; i < sizeof c->side; i++)
        c->side[i] = (u8)(below(4) ? below(4) : below(64));
    return c;
}

static void windows_equal_scanners(void **state)
{
    (void)state;
    struct uclass *u = uclass_new(UNICODE_DEFAULT);
    struct cuts *cuts = random_cuts();
    char text[MAX_TEXT];
    int variants = 0;
    while (window_variant(&grammars[0], variants))
        variants++;
    for (unsigned round = 0; round < 60000; round++) {
        size_t n = make_text(text, round);
        if (round % 7 == 0)             /* ill-formed bytes too */
            text[below((unsigned)n)] = (char)below(256);
        char *exact = mem_alloc(n);     /* so that sanitizers see a read behind the end */
        memcpy(exact, text, n);
        struct scan s = {u->of, (u8 *)exact, (u8 *)exact + n};
        for (unsigned g = 0; g < 5; g++)
            for (int v = 0; v < variants; v++)
                compare_window(&s, g, v, round & 1 ? cuts : NULL, exact, n);
        mem_free(exact);
    }
    cuts_free(cuts);
    uclass_free(u);
}

static void scanners_equal_expressions(void **state)
{
    (void)state;
    char text[MAX_TEXT];
    struct err e;
    err_init(&e);
    for (unsigned g = 0; g < 5; g++) {
        struct pretok *fast = pretok_new(slice_str(names[g]), opts, &e);
        struct pretok *slow = pretok_new_regex(slice_str(names[g]), opts, &e);
        assert_non_null(fast);
        assert_non_null(slow);
        assert_string_equal(pretok_name(fast), names[g]);
        struct pretok_work *work = pretok_work_new(slow), *none = pretok_work_new(fast);
        for (unsigned round = 0; round < 5000; round++) {
            struct slice s = slice_of(text, make_text(text, round));
            for (size_t at = 0; at < s.n;) {
                size_t a = pretok_next(fast, none, s, at), b = pretok_next(slow, work, s, at);
                if (a != b)
                    fail_at(names[g], text, s.n, at);
                at = a;
            }
        }
        pretok_work_free(work);
        pretok_work_free(none);
        pretok_free(fast);
        pretok_free(slow);
    }
}

/* In batches of any size the same pieces. */
static void batches(void **state)
{
    (void)state;
    char text[MAX_TEXT];
    struct err e;
    uint32_t all[MAX_TEXT], some[MAX_TEXT];
    err_init(&e);
    struct pretok *p = pretok_new(SLICE("cl100k"), opts, &e);
    struct pretok_work *w = pretok_work_new(p);
    for (unsigned round = 0; round < 2000; round++) {
        struct slice s = slice_of(text, make_text(text, round));
        size_t n = pretok_ends(p, w, s, 0, all, MAX_TEXT), done = 0, max = 1 + below(150);
        assert_int_equal(all[n - 1], s.n);
        for (size_t at = 0; at < s.n; at = all[done - 1]) {
            size_t k = pretok_ends(p, w, s, at, some, max);
            assert_true(k && k <= max);
            assert_memory_equal(some, all + done, k * sizeof *some);
            done += k;
        }
        assert_int_equal(done, n);
    }
    pretok_work_free(w);
    pretok_free(p);
}

_Noreturn void mem_failed(size_t wanted)
{
    fprintf(stderr, "no memory for %zu bytes\n", wanted);
    abort();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(windows_equal_scanners),
                                       cmocka_unit_test(scanners_equal_expressions),
                                       cmocka_unit_test(batches)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
