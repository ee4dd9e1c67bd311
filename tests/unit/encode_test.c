/* Any bytes come back from their ids: every ill-formed sequence at every place of a text, for
 * scanners and expressions, whole and piece by piece; and spans cover the text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/mem.h"
#include "tokenize/encode.h"

static const char text[] = "The cat's 123 \xE6\xBC\xA2\xE5\xAD\x97\xE3\x81\x8B caf\xC3\xA9  "
                           "\xF0\x9F\x99\x82!\n\n x";
static const char *const broken[] = {"\x80", "\xBF\xBF", "\xC0\x80", "\xC3", "\xE6", "\xE6\xBC",
    "\xED\xA0\x80", "\xF0\x9F\x99", "\xF4\x90\x80\x80", "\xF5", "\xFE\xFF", "\xFF"};
enum { N_BROKEN = sizeof broken / sizeof *broken };

/* A rank file of all bytes and pairs that the text has. */
static struct tokenizer *make(const char *pattern)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct load_opts o = {pattern, NULL, UNICODE_DEFAULT, NULL};
    struct buf b;
    struct err e;
    bool seen[65536] = {false};
    unsigned rank = 256;
    err_init(&e);
    buf_init(&b, 1 << 20);
    for (unsigned i = 0; i < 256; i++)
        buf_add_fmt(&b, "%c%c== %u\n", digits[i >> 2], digits[(i & 3) << 4], i);
    for (size_t i = 0; i + 2 < sizeof text; i++) {
        unsigned x = (unsigned char)text[i], y = (unsigned char)text[i + 1];
        if (seen[x << 8 | y])
            continue;
        seen[x << 8 | y] = true;
        buf_add_fmt(&b, "%c%c%c= %u\n", digits[x >> 2], digits[(x & 3) << 4 | y >> 4],
                    digits[(y & 15) << 2], rank++);
    }
    struct tokenizer *t = tokenizer_parse(buf_slice(&b), SLICE("x"), &o, &e);
    if (!t)
        fail_msg("%s: %s", pattern, e.text);
    buf_free(&b);
    return t;
}

/* In memory of exactly its size, so that sanitizers see every byte too many. */
static void check_text(const struct tokenizer *t, struct encoder *whole, struct encoder *pieces,
                       struct slice s)
{
    const uint32_t *ids, *again;
    size_t n, m, at = 0;
    uint32_t bad;
    struct buf back;
    char *copy = mem_alloc(s.n ? s.n : 1);
    memcpy(copy, s.p, s.n);
    buf_init(&back, 1 << 16);
    assert_int_equal(encoder_run(whole, slice_of(copy, s.n), &ids, &n), ENCODE_OK);
    assert_int_equal(tokenizer_decode(t, ids, n, (struct decode_opts){false, false}, &back, &bad),
                     0);
    assert_int_equal(back.n, s.n);
    assert_memory_equal(back.p, s.p, s.n);
    assert_int_equal(encoder_run(pieces, slice_of(copy, s.n), &again, &m), ENCODE_OK);
    assert_int_equal(n, m);
    assert_memory_equal(ids, again, n * sizeof *ids);
    for (size_t i = 0; i < m; i++) {
        struct span p = encoder_spans(pieces)[i];
        assert_int_equal(p.start, at);
        at = p.end;
    }
    assert_int_equal(at, s.n);
    buf_free(&back);
    mem_free(copy);
}

static void any_bytes(void **state)
{
    static const char *const patterns[] = {"gpt2", "cl100k", "o200k", "qwen2", "tekken", "qwen35",
                                           "kimi", "deepseek-v3", "\\S+|\\s", "[^a]"};
    char s[sizeof text + 8];
    (void)state;
    for (size_t p = 0; p < sizeof patterns / sizeof *patterns; p++) {
        struct tokenizer *t = make(patterns[p]);
        struct encoder *whole = encoder_new(t, &(struct encode_opts){.spans = false});
        struct encoder *pieces = encoder_new(t, &(struct encode_opts){.spans = true});
        check_text(t, whole, pieces, slice_of(text, sizeof text - 1));
        for (size_t at = 0; at < sizeof text; at++) {
            check_text(t, whole, pieces, slice_of(text, at));
            for (int k = 0; k < N_BROKEN; k++) {
                size_t n = strlen(broken[k]);
                memcpy(s, text, at);
                memcpy(s + at, broken[k], n);
                memcpy(s + at + n, text + at, sizeof text - 1 - at);
                check_text(t, whole, pieces, slice_of(s, sizeof text - 1 + n));
            }
        }
        encoder_free(whole);
        encoder_free(pieces);
        tokenizer_free(t);
    }
}

_Noreturn void mem_failed(size_t wanted)
{
    fprintf(stderr, "no memory for %zu bytes\n", wanted);
    abort();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(any_bytes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
