/* unigram: pieces as SentencePiece gives them, and damaged models. */
#include "tests/unit/check.h"
#include "core/docs.h"
#include "tokenize/unigram.h"

static const char *model_path(void)
{
    static char path[1024];
    const char *root = getenv("TOKMILL_SRC");
    snprintf(path, sizeof path, "%s/tests/golden/sentencepiece/tiny.model", root ? root : ".");
    return path;
}

static void check(const struct unigram *u, const char *text, const char *want)
{
    struct unigram_work w;
    struct buf out;
    unigram_work_init(&w);
    buf_init(&out, BUF_NO_LIMIT);
    unigram_pieces(u, slice_str(text), &w, &out);
    assert_slice(buf_slice(&out), want);
    buf_free(&out);
    unigram_work_free(&w);
}

/* What encode_as_pieces() of SentencePiece 0.2.1 gives for these. */
static void pieces(void **state)
{
    struct err e;
    err_init(&e);
    struct unigram *u = unigram_load(model_path(), &e);
    (void)state;
    assert_non_null(u);
    check(u, "the mill grinds", "▁t h e ▁mill ▁gr ind s");
    check(u, "  A  \xEF\xAC\x81n\xE2\x80\x83stone ", "▁a ▁ f in ▁stone");
    check(u, "xyz the", "▁ xyz ▁t h e");
    check(u, "zzz\xF0\x9F\x98\x80 q", "▁ zzz\xF0\x9F\x98\x80 ▁ q");
    check(u, "", "");
    check(u, " \xE2\x80\x83 ", "");
    unigram_free(u);
}

static void try_model(struct slice file)
{
    struct err e;
    err_init(&e);
    struct unigram *u = unigram_parse(file, &e);
    if (u)
        check(u, "", "");
    if (u) {
        struct unigram_work w;
        struct buf out;
        unigram_work_init(&w);
        buf_init(&out, BUF_NO_LIMIT);
        unigram_pieces(u, SLICE("the A mill \xEF\xAC\x81 zz"), &w, &out);
        buf_free(&out);
        unigram_work_free(&w);
    }
    unigram_free(u);
}

static void damage(void **state)
{
    struct buf b;
    struct err e;
    (void)state;
    err_init(&e);
    buf_init(&b, 1 << 20);
    assert_int_equal(docs_read_file(model_path(), &b, &e), 0);
    for (size_t n = 0; n < b.n; n++)
        try_model(slice_of(b.p, n));
    for (size_t at = 0; at < b.n; at++)
        for (int bit = 0; bit < 8; bit++) {
            b.p[at] ^= (char)(1 << bit);
            try_model(buf_slice(&b));
            b.p[at] ^= (char)(1 << bit);
        }
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(pieces), cmocka_unit_test(damage)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
