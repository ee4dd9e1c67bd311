/* Damaged vocabulary files: each cut and many flipped bytes end in an error or in a vocabulary that
 * can be used, never elsewhere (run under sanitizers). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/mem.h"
#include "tokenize/encode.h"
#include "tokenize/load.h"

static const char hf[] =
    "{\"version\":\"1.0\",\"added_tokens\":[{\"id\":0,\"content\":\"<u>\",\"special\":true,"
    "\"normalized\":false,\"single_word\":false,\"lstrip\":true,\"rstrip\":false}],"
    "\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":["
    "{\"type\":\"Prepend\",\"prepend\":\"_\"}"
    ",{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"_\"}]},"
    "\"pre_tokenizer\":null,\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":"
    "[{\"SpecialToken\":{\"id\":\"<u>\",\"type_id\":0}},{\"Sequence\":{\"id\":\"A\"}}],"
    "\"special_tokens\":{\"<u>\":{\"id\":\"<u>\",\"ids\":[0],\"tokens\":[\"<u>\"]}}},"
    "\"decoder\":{\"type\":\"ByteFallback\"},\"model\":{\"type\":\"BPE\",\"unk_token\":\"<u>\","
    "\"fuse_unk\":true,\"byte_fallback\":true,\"vocab\":{\"<u>\":0,\"a\":1,\"b\":2,\"ab\":3,"
    "\"aba\":4,\"<0x41>\":5},\"merges\":[[\"a\",\"b\"],\"ab a\"]}}";
static const char tekken[] =
    "{\"config\":{\"pattern\":\"[a-z]+\",\"num_vocab_tokens\":3,\"default_vocab_size\":9,"
    "\"default_num_special_tokens\":4},\"vocab\":[{\"rank\":0,\"token_bytes\":\"YQ==\"},"
    "{\"rank\":1,\"token_bytes\":\"Yg==\"},{\"rank\":2,\"token_bytes\":\"YWI=\"}],"
    "\"special_tokens\":[{\"rank\":3,\"token_str\":\"[X]\"}]}";

/* A rank file with all bytes and some merges of a. */
static void make_ranks(struct buf *b)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (unsigned i = 0; i < 256; i++)
        buf_add_fmt(b, "%c%c== %u\n", digits[i >> 2], digits[(i & 3) << 4], i);
    buf_add_str(b, "YWE= 256\nYWFh 257\nYWI= 258\n");
}

static void add_piece(struct buf *b, const char *text, float score, int type)
{
    size_t n = strlen(text);
    buf_add_fmt(b, "\n%c\n%c%s\x15", (int)(n + 9), (int)n, text);
    buf_add(b, &score, 4);
    buf_add_fmt(b, "\x18%c", type);
}

static void make_model(struct buf *b)
{
    static const char settings[] = "\x12\x05\x18\x02\x98\x02\x01\x1a\x04\x18\x01 ";
    add_piece(b, "<unk>", 0, 2);
    add_piece(b, "<s>", 0, 3);
    add_piece(b, "<0x41>", 0, 6);
    add_piece(b, "ab", -1, 1);
    add_piece(b, "aba", -2, 1);
    add_piece(b, "a", -3, 1);
    add_piece(b, "b", -4, 1);
    buf_add(b, settings, sizeof settings);      /* drop_spaces is the final 0 */
}

static uint64_t random_state = 9;
static unsigned below(unsigned n)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(random_state >> 33) % n;
}

/* Parses a copy of exactly this size; true if it is a vocabulary. */
static bool try_file(struct slice file, bool use)
{
    struct err e;
    char *copy = mem_alloc(file.n ? file.n : 1);
    memcpy(copy, file.p, file.n);
    err_init(&e);
    static const struct load_opts plain = {NULL, NULL, UNICODE_DEFAULT, NULL};
    struct tokenizer *t = tokenizer_parse(slice_of(copy, file.n), SLICE("cl100k_base"), &plain, &e);
    mem_free(copy);
    assert_true(t != NULL || e.kind == ERR_DATA || e.kind == ERR_USAGE);
    if (t && use) {
        struct encoder *en = encoder_new(t, &(struct encode_opts){SPECIAL_PARSE, NULL, true, true});
        const uint32_t *ids;
        size_t n;
        uint32_t bad;
        struct buf out;
        buf_init(&out, 1 << 20);
        if (encoder_run(en, SLICE("ab aba<u> A[X]é<s>漢字"), &ids, &n) == ENCODE_OK)
            tokenizer_decode(t, ids, n, (struct decode_opts){false, true}, &out, &bad);
        buf_free(&out);
        encoder_free(en);
    }
    tokenizer_free(t);
    return t != NULL;
}

static void damage(struct slice file, bool valid)
{
    char *copy = mem_alloc(file.n + 1);
    if (valid)
        assert_true(try_file(file, true));
    for (size_t n = 0; n < file.n; n += 1 + file.n / 150)
        try_file(slice_upto(file, n), n % 16 == 0);
    for (unsigned i = 0; i < 200; i++) {
        memcpy(copy, file.p, file.n);
        for (unsigned k = 0; k <= i % 3; k++)
            copy[below((unsigned)file.n)] = (char)(below(4) ? below(96) + 32 : below(256));
        try_file(slice_of(copy, file.n), i % 8 == 0);
    }
    mem_free(copy);
}

static void damaged_files(void **state)
{
    (void)state;
    struct buf ranks, model;
    buf_init(&ranks, 1 << 20);
    buf_init(&model, 1 << 20);
    make_ranks(&ranks);
    make_model(&model);
    damage(slice_str(hf), true);
    damage(slice_str(tekken), false);   /* lacks bytes: refused whole, too */
    damage(buf_slice(&ranks), true);
    damage(buf_slice(&model), true);
    buf_free(&ranks);
    buf_free(&model);
}

_Noreturn void mem_failed(size_t wanted)
{
    fprintf(stderr, "no memory for %zu bytes\n", wanted);
    abort();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(damaged_files)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
