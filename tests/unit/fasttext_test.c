/* fasttext: a tiny model written here, with scores worked out by hand; damaged ones are refused
 * or used without harm. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>
#include <cmocka.h>
#include "core/buf.h"
#include "core/mem.h"
#include "filter/fasttext.h"
#include "filter/lang_code.h"

_Noreturn void mem_failed(size_t n)
{
    fprintf(stderr, "out of memory: %zu\n", n);
    _exit(3);
}

static void put_i32(struct buf *b, int32_t v) { buf_add(b, &v, sizeof v); }
static void put_i64(struct buf *b, int64_t v) { buf_add(b, &v, sizeof v); }
static void put_f32(struct buf *b, float v) { buf_add(b, &v, sizeof v); }

static void put_entry(struct buf *b, const char *word, int64_t count, char type)
{
    buf_add(b, word, strlen(word) + 1);
    put_i64(b, count);
    buf_add_byte(b, type);
}

struct shape {
    int32_t loss, maxn, word_ngrams, bucket;
    bool pruned;                /* then quantised too: dsub 1, codes 0 and 1 are -1 and +1 */
};

static void put_quantised(struct buf *b, int64_t rows, const char *codes)
{
    buf_add_byte(b, 0);
    put_i64(b, rows);
    put_i64(b, 2);
    put_i32(b, (int32_t)rows * 2);
    buf_add(b, codes, (size_t)rows * 2);
    put_i32(b, 2);
    put_i32(b, 2);
    put_i32(b, 1);
    put_i32(b, 1);
    for (int i = 0; i < 512; i++)
        put_f32(b, i % 256 == 0 ? -1 : i % 256 == 1 ? 1 : 0);
}

/* Words "a" = (1, 0) and "b" = (0, 1), buckets (1, 1); labels x = (2, 0) and y = (0, 2). */
static void put_model(struct buf *b, struct shape s)
{
    const int32_t head[] = {793712314, 12, 2, 5, 1, 1, 5, s.word_ngrams, s.loss, 3, s.bucket, 1,
                            s.maxn, 100};
    const double t = 1e-4;
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        put_i32(b, head[i]);
    buf_add(b, &t, sizeof t);
    put_i32(b, 4);
    put_i32(b, 2);
    put_i32(b, 2);
    put_i64(b, 20);
    put_i64(b, s.pruned ? 1 : -1);
    put_entry(b, "a", 7, 0);
    put_entry(b, "b", 6, 0);
    put_entry(b, "__label__x", 4, 1);
    put_entry(b, "__label__y", 3, 1);
    if (s.pruned) {
        put_i32(b, 0);              /* bucket 0 is row 0 behind the words */
        put_i32(b, 0);
    }
    buf_add_byte(b, s.pruned);
    if (s.pruned) {
        put_quantised(b, 3, "\1\0\0\1\1\1");
    } else {
        put_i64(b, 2 + s.bucket);
        put_i64(b, 2);
        const float rows[] = {1, 0, 0, 1};
        buf_add(b, rows, sizeof rows);
        for (int i = 0; i < 2 * s.bucket; i++)
            put_f32(b, 1);
    }
    buf_add_byte(b, 0);
    put_i64(b, 2);
    put_i64(b, 2);
    const float out[] = {2, 0, 0, 2};
    buf_add(b, out, sizeof out);
}

static struct fasttext *load(struct slice bytes, struct err *e)
{
    err_init(e);
    return fasttext_parse(bytes, e);
}

/* p of x and y for a text; the number of labels given. */
static size_t ask(struct shape s, const char *text, float p[2])
{
    struct buf b;
    struct err e;
    struct fasttext_guess g[2];
    buf_init(&b, 1 << 20);
    put_model(&b, s);
    struct fasttext *ft = load(buf_slice(&b), &e);
    assert_non_null(ft);
    struct fasttext_reader *r = fasttext_reader_new(ft);
    size_t n = fasttext_read(r, slice_str(text)) ? fasttext_top(r, 2, 0, g) : 0;
    p[0] = p[1] = 0;
    for (size_t i = 0; i < n; i++)
        p[g[i].label] = g[i].score;
    assert_true(n < 2 || g[0].score >= g[1].score);
    fasttext_reader_free(r);
    fasttext_free(ft);
    buf_free(&b);
    return n;
}

static void near(float a, double b) { assert_true(fabs((double)a - b) < 2e-6); }

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

static void losses(void **state)
{
    (void)state;
    float p[2];
    enum { HS = 1, NS, SOFTMAX, OVA };
    /* "a a b": hidden = (2/3, 1/3), dots 4/3 and 2/3; every reported p has 1e-5 added */
    assert_int_equal(ask((struct shape){SOFTMAX, 0, 1, 0, false}, "a a b", p), 2);
    near(p[0], sigmoid(2.0 / 3) + 1e-5);
    near(p[1], sigmoid(-2.0 / 3) + 1e-5);
    /* the table of sigmoids has steps of 1/32: 4/3 falls to 42/32, 2/3 to 21/32 */
    for (int loss = NS; loss <= OVA; loss += OVA - NS) {
        assert_int_equal(ask((struct shape){loss, 0, 1, 0, false}, "a\na\tb\r\n", p), 2);
        near(p[0], sigmoid(42.0 / 32) + 1e-5);
        near(p[1], sigmoid(21.0 / 32) + 1e-5);
    }
    /* one inner node with the first output row; the rarer label, y, is its left */
    assert_int_equal(ask((struct shape){HS, 0, 1, 0, false}, "a a b", p), 2);
    near(p[0], sigmoid(4.0 / 3) + 1e-5);
    near(p[1], sigmoid(-4.0 / 3) + 1e-5);
}

static void features(void **state)
{
    (void)state;
    float p[2], q[2];
    struct shape words = {3, 0, 1, 0, false}, grams = {3, 2, 1, 1, false},
                 pairs = {3, 0, 2, 1, false}, pruned = {3, 2, 1, 1, true};
    assert_int_equal(ask(words, "", p), 0);
    assert_int_equal(ask(words, "unknown __label__x __label__z", p), 0);
    ask(words, "a b", p);
    near(p[0], 0.5 + 1e-5);
    ask(words, "a </s> b", p);                  /* the text ends there */
    near(p[0], sigmoid(2) + 1e-5);
    /* "<a>": a, <a, a> : one word and three buckets, as "<" and ">" alone are none */
    ask(grams, "a", p);
    near(p[0], sigmoid(2.0 / 4) + 1e-5);
    /* "<zz>": z, zz, z, z>, <z: five buckets, no word */
    ask(grams, "zz a", p);
    near(p[0], sigmoid(2.0 / 9) + 1e-5);
    ask(grams, "\xC3\xA9 a", q);                /* one letter of two bytes: as "<z>" */
    near(q[0], sigmoid(2.0 / 7) + 1e-5);
    ask(pairs, "a a", p);                       /* a a, and the pairs (a, a), (a, </s>) */
    near(p[0], sigmoid(4.0 / 4) + 1e-5);
    ask(pruned, "a", p);                        /* (1, -1) and three buckets (1, 1) */
    near(p[0], sigmoid(2 * (4.0 / 4 - 2.0 / 4)) + 1e-5);
}

/* A word of any length gives the same whether or not it fits the cache and the chunks. */
static void long_words(void **state)
{
    (void)state;
    static char text[40000];
    float p[2];
    for (size_t n = 30; n < sizeof text - 4; n = n * 3 + 1) {
        memset(text, 'z', n);
        memcpy(text + n, " a a", 5);
        ask((struct shape){3, 2, 1, 1, false}, text, p);
        /* n single letters, n + 1 pairs; twice a with its three buckets */
        double rows = 2.0 * (double)n + 1 + 8, x = 2.0 * 2 / rows;
        assert_true(fabs((double)p[0] - sigmoid(x)) < 2e-5);
    }
}

static void use(struct slice bytes, bool must_fail)
{
    struct err e;
    struct fasttext_guess g[2];
    struct fasttext *ft = load(bytes, &e);
    assert_true(ft != NULL || e.kind == ERR_DATA || e.kind == ERR_IO);
    assert_true(ft == NULL || !must_fail);
    if (!ft)
        return;
    struct fasttext_reader *r = fasttext_reader_new(ft);
    if (fasttext_read(r, SLICE("a zz b __label__x \xFF\xC3 </s>")) && fasttext_labels(ft) >= 2)
        fasttext_top(r, 2, 0, g);
    fasttext_reader_free(r);
    fasttext_free(ft);
}

static void damage(void **state)
{
    (void)state;
    const struct shape shapes[] = {{1, 2, 2, 3, false}, {3, 2, 2, 3, true}};
    for (size_t k = 0; k < 2; k++) {
        struct buf b;
        buf_init(&b, 1 << 20);
        put_model(&b, shapes[k]);
        for (size_t n = 0; n < b.n; n++)
            use(slice_of(b.p, n), true);
        for (size_t i = 0; i < b.n; i++)
            for (int bit = 0; bit < 8; bit++) {
                b.p[i] ^= (char)(1 << bit);
                use(buf_slice(&b), false);
                b.p[i] ^= (char)(1 << bit);
            }
        buf_free(&b);
    }
}

static bool same(const char *wanted, const char *label)
{
    struct lang_code a, b;
    return lang_code_parse(slice_str(wanted), &a) && lang_code_parse(slice_str(label), &b) &&
           lang_code_match(a, b);
}

static void codes(void **state)
{
    (void)state;
    static const char *const equal[][2] = {
        {"en", "eng"}, {"eng", "en"}, {"en", "eng_Latn"}, {"deu-Latn", "de"}, {"EN", "en"},
        {"zh", "cmn_Hani"}, {"zh-Hant", "cmn_Hani"}, {"ar", "arb_Arab"}, {"ger", "de"},
        {"iw", "he"}, {"no", "nb"}, {"als_Latn", "sq"}, {"yue", "yue_Hant"},
    };
    static const char *const unlike[][2] = {
        {"en", "de"}, {"zh-Hans", "zh-Hant"}, {"sr_Latn", "srp_Cyrl"}, {"als", "sq"},
        {"nn", "no"}, {"q1", "q1"}, {"xx", "xx"}, {"english", "english"}, {"en_", "en"},
        {"", ""}, {"en-US", "en"},
    };
    for (size_t i = 0; i < sizeof equal / sizeof *equal; i++)
        assert_true(same(equal[i][0], equal[i][1]));
    for (size_t i = 0; i < sizeof unlike / sizeof *unlike; i++)
        assert_false(same(unlike[i][0], unlike[i][1]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(losses), cmocka_unit_test(features), cmocka_unit_test(long_words),
        cmocka_unit_test(damage), cmocka_unit_test(codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
