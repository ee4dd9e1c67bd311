/* kenlm: every cut and every flipped bit of small models of each kind is refused or harmless, and
 * what is left of them still answers. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include "core/mem.h"
#include "filter/kenlm.h"
#include "filter/lm_text.h"

_Noreturn void mem_failed(size_t n)
{
    fprintf(stderr, "out of memory: %zu\n", n);
    _exit(3);
}

static size_t read_golden(const char *name, char *out, size_t max)
{
    const char *root = getenv("TOKMILL_SRC");
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/golden/kenlm/%s", root ? root : ".", name);
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("no %s", path);
    size_t n = fread(out, 1, max, f);
    fclose(f);
    return n;
}

static bool answers(const char *bytes, size_t n)
{
    struct err e;
    uint64_t tokens = 0, unknown = 0;
    err_init(&e);
    struct kenlm *k = kenlm_parse(slice_of(bytes, n), &e);
    if (!k) {
        assert_int_equal(e.kind, ERR_DATA);
        return false;
    }
    kenlm_sentence(k, SLICE("a b c zzz c c a b c a <unk> <s> </s> b"), &tokens, &unknown);
    assert_int_equal(tokens, 15);
    kenlm_free(k);
    return true;
}

static void damage(void **state)
{
    static const char *const names[] = {"tiny.arpa", "probing.bin", "probing-rest.bin", "trie.bin",
                                        "trie-array.bin", "trie-quant.bin",
                                        "trie-quant-array.bin"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char bytes[4096];
        size_t n = read_golden(names[i], bytes, sizeof bytes);
        size_t words = i ? 6 + 6 + 4 + 5 + 2 * 3 : 1;   /* behind the tables, not needed */
        assert_true(answers(bytes, n));
        for (size_t cut = 0; cut < n; cut++)
            assert_true(!answers(bytes, cut) || cut + words >= n);
        for (size_t at = 0; at < n; at++)
            for (int bit = 0; bit < 8; bit++) {
                bytes[at] ^= (char)(1 << bit);
                answers(bytes, n);
                bytes[at] ^= (char)(1 << bit);
            }
    }
}

static void check(enum lm_normal how, const char *text, const char *want)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    struct slice got = lm_normalize(how, slice_str(text), &b);
    if (!slice_is(got, want))
        fail_msg("'%.*s' instead of '%s'", (int)got.n, got.p, want);
    buf_free(&b);
}

/* What cc_net's text_normalizer.normalize() gives for these. */
static void normal_forms(void **state)
{
    (void)state;
    check(LM_NONE, " \xC3\x89 1\n", " \xC3\x89 1\n");
    check(LM_CCNET, " \n\xC2\xA0\t", "");
    check(LM_CCNET, "  \xC3\x89t\xC3\xA9 1984\nx\r\n", "ete 0000x");
    check(LM_EDUGP, "  \xC3\x89t\xC3\xA9 1984\nx\r\n", "\xC3\x89t\xC3\xA9 0000x");
    check(LM_CCNET, "\xE2\x80\x9C" "A\xE2\x80\x9D \xE2\x80\x94 B\xE2\x80\xA6", "\"a\"  -  b...");
    check(LM_CCNET, "\xEF\xBC\x91\xD9\xA3\xE0\xA5\xAB", "000");     /* digits of three scripts */
    check(LM_CCNET, "a\x07\xC2\x85" "b\x7F" "c", "abc");
    /* a final sigma, as Python's lower() */
    check(LM_CCNET, "\xCE\x9F\xCE\x94\xCE\x9F\xCE\xA3. \xCE\xA3\xCE\x9F",
          "\xCE\xBF\xCE\xB4\xCE\xBF\xCF\x82. \xCF\x83\xCE\xBF");
    /* KenlmModel.normalize() of datatrove */
    check(LM_DATATROVE, "  \xC3\x89t\xC3\xA9 1984, 3.14 1,2,3 7.\nx\r\n", "ete 0, 0 0,0 0.x");
    check(LM_DATATROVE, "\xE2\x80\x94" "A 12\xD9\xA3\xD9\xAB" "5 \x01", " - a 0 ");
    check(LM_CCNET, "\xEF\xBC\x88x\xEF\xBC\x89\xE3\x80\x82", "(x).");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(damage), cmocka_unit_test(normal_forms)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
