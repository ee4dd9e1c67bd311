/* Splittings by name: what each of their sources makes of one text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/mem.h"
#include "text/words.h"

_Noreturn void mem_failed(size_t wanted)
{
    (void)wanted;
    abort();
}

static const struct {
    enum words_kind kind;
    const char *text, *words;       /* words parted by "|" */
} cases[] = {
    {WORDS_WHITESPACE, " a\tb\xC2\xA0" "c\x1F" "d\xE2\x80\xA8" "e ", "a|b|c|d|e"},
    {WORDS_FASTTEXT, " a\tb\xC2\xA0" "c\x1F" "d ", "a|b\xC2\xA0" "c\x1F" "d"},
    {WORDS_WORDPUNCT, "It's $3.50, né_1—ok", "It|'|s|$|3|.|50|,|né_1|—|ok"},
    /* answers of uniseg 0.10 */
    {WORDS_UAX29, "can't 3.5 a.b x_y 1,000.", "can't|3.5|a.b|x_y|1,000|."},
    {WORDS_UAX29, "漢字かな カタカナ. ab12 '90s",
     "漢|字|か|な|カタカナ|.|ab12|'|90s"},
    {WORDS_UAX29, "a\r\nb\n\xCC\x88" "c e\xCC\x81.", "a|b|\xCC\x88|c|e\xCC\x81|."},
    {WORDS_UAX29, "👩‍👩‍👧 🇩🇪🇫🇷🇮 x:y x: y",
     "👩‍👩‍👧|🇩🇪|🇫🇷|🇮|x:y|x|:|y"},
    {WORDS_UAX29, "א\"ב א' ש׳", "א\"ב|א'|ש׳"},
    {WORDS_UAX29, "กา \xE2\x80\x8Dx", "ก|า|x"},
};

static void splittings(void **state)
{
    struct spacy *s = spacy_new();
    struct word_list w = {.n = 0};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slice text = slice_str(cases[i].text);
        char got[400] = "";
        size_t n = 0;
        words_split(cases[i].kind, s, text, &w);
        for (size_t k = 0; k < w.n; k++)
            n += (size_t)snprintf(got + n, sizeof got - n, "%s%.*s", k ? "|" : "",
                                  (int)w.v[k].n, text.p + w.v[k].at);
        assert_string_equal(got, cases[i].words);
    }
    words_split(WORDS_UAX29, s, slice_str("é1 _a 1 -"), &w);
    assert_int_equal(w.v[0].flags, WORD_LETTER | WORD_ALNUM);
    assert_int_equal(w.v[1].flags, WORD_LETTER | WORD_ASCII);
    assert_int_equal(w.v[2].flags, WORD_ALNUM | WORD_ASCII);
    assert_int_equal(w.v[3].flags, WORD_ASCII);
    word_list_free(&w);
    spacy_free(s);
}

/* A word longer than its field holds, and a list that is full. */
static void limits(void **state)
{
    struct spacy *s = spacy_new();
    struct word_list w = {.limit = 16384};
    char *text = mem_alloc(200000);
    (void)state;
    memset(text, 'x', 200000);
    text[100000] = text[100001] = ' ';
    struct slice t = slice_of(text, 200000);
    for (int kind = 0; kind < WORDS_KINDS; kind++) {
        words_split((enum words_kind)kind, s, t, &w);
        assert_int_equal(w.n, 2);
        assert_int_equal(word_bytes(spacy_chars(s), t, w.v, 0, 2), 100000);
        assert_int_equal(word_bytes(spacy_chars(s), t, w.v, 1, 2), 99998);
    }
    for (size_t i = 0; i < 200000; i += 2)
        text[i] = ' ';
    for (int kind = 0; kind < WORDS_KINDS; kind++) {
        words_split((enum words_kind)kind, s, t, &w);
        assert_true(w.full);
        assert_true(w.cap * sizeof *w.v <= w.limit);
    }
    mem_free(text);
    word_list_free(&w);
    spacy_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splittings),
        cmocka_unit_test(limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
