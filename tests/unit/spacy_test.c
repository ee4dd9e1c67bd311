/* spaCy's English tokenizer: what each rule does, by the answers of spaCy 3.8 itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/mem.h"
#include "text/scan.h"
#include "text/spacy.h"

_Noreturn void mem_failed(size_t wanted)
{
    (void)wanted;
    abort();
}

static const struct {
    const char *text, *words;       /* words parted by "|" */
    size_t sentences;
} cases[] = {
    {"", "", 1},
    {" \n\t ", "", 1},
    {"Hello, world! Again.", "Hello|,|world|!|Again|.", 2},
    {"I can't, won't; cannot.", "I|ca|n't|,|wo|n't|;|can|not|.", 1},
    {"Don’t you’ve", "Do|n’t|you|’ve", 1},
    {"id its were hell wed", "i|d|its|were|hell|we|d", 1},
    {"Mr. Smith vs. J. Doe, Ph.D.", "Mr.|Smith|vs.|J.|Doe|,|Ph.D.", 1},
    {"the U.S. and NASA. Is A. it", "the|U.S.|and|NASA|.|Is|A.|it", 2},
    {"10am 5km 3.5% $5 5US$ US$10 5+", "10|am|5|km|3.5|%|$|5|5|US$|US$|10|5|+", 1},
    {"5²km x² 30°C. 30°K.", "5²km|x²|30|°|C|.|30|°|K|.", 2},
    {"C++ :) (see below:) (a): b", "C++|:)|(|see|below|:)|(|a|):|b", 1},
    {"wait... what....", "wait|...|what|....", 1},
    {"«a» “b” 'c' \"d\"", "«|a|»|“|b|”|'|c|'|\"|d|\"", 1},
    {"state-of-the-art and/or a/b", "state|-|of|-|the|-|art|and/or|a|/|b", 1},
    {"end.Begin a.b 1+2 3-4 x,y 1,000", "end|.|Begin|a.b|1|+|2|3|-|4|x|,|y|1,000", 2},
    {"http://x.org/a?b=c www.example.com a.b@c.de",
     "http://x.org/a?b=c|www.example.com|a.b@c.de", 1},
    {"8.8.8.8/x-y 10.0.0.1", "8.8.8.8/x-y|10.0.0.1", 1},
    {"One. Two.  \"Three.\" Four", "One|.|Two|.|\"|Three|.|\"|Four", 4},
    {"漢字。かな", "漢字。かな", 1},
    {"+5 +x -5", "+5|+|x|-5", 1},
    {"😀😀 a😀b", "😀|😀|a|😀|b", 1},
    {"lovin' 'em let's-go", "lovin'|'em|let's|-|go", 1},
    {"a\xC2\xA0" "b\xE2\x80\x83" "c", "a|b|c", 1},
};

static void words_and_sentences(void **state)
{
    struct spacy *s = spacy_new();
    struct word_list w = {.n = 0};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slice text = slice_str(cases[i].text);
        char got[400] = "";
        size_t n = 0;
        spacy_words(s, text, &w);
        for (size_t k = 0; k < w.n; k++)
            n += (size_t)snprintf(got + n, sizeof got - n, "%s%.*s", k ? "|" : "",
                                  (int)w.v[k].n, text.p + w.v[k].at);
        assert_string_equal(got, cases[i].words);
        assert_int_equal(spacy_sentences(s, text, w.v, w.n, text.n), cases[i].sentences);
    }
    word_list_free(&w);
    spacy_free(s);
}

static void flags(void **state)
{
    struct spacy *s = spacy_new();
    struct word_list w = {.n = 0};
    (void)state;
    spacy_words(s, slice_str("né 12 . — 漢"), &w);
    assert_int_equal(w.n, 5);
    assert_int_equal(w.v[0].flags, WORD_LETTER | WORD_SOLID);
    assert_int_equal(w.v[1].flags, WORD_SOLID | WORD_ASCII);
    assert_int_equal(w.v[2].flags, WORD_PUNCT | WORD_STOP | WORD_ASCII);
    assert_int_equal(w.v[3].flags, WORD_PUNCT);
    assert_int_equal(w.v[4].flags, WORD_LETTER | WORD_SOLID);
    word_list_free(&w);
    spacy_free(s);
}

/* The walk by 16 bytes against one by one, at every alignment and length. */
static void scanning(void **state)
{
    static const char pattern[] = "a.b..\n#é…\t\r漢\x0B#..\n…\x1C end";
    char text[1024];
    (void)state;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = pattern[i % (sizeof pattern - 1)];
    for (size_t n = 0; n < 700; n++) {
        struct slice t = slice_of(text + n % 23, n);
        struct scan s;
        uint64_t chars = 0, newlines = 0, hashes = 0;
        size_t end = n;
        for (size_t i = n; i > 0; i--) {
            unsigned char c = (unsigned char)t.p[i - 1];
            chars += (c & 0xC0) != 0x80;
            newlines += c == '\n';
            hashes += c == '#';
            if ((c < 0x20 && c != '\t') || c == 0xC2 || c == 0xE2)
                end = i - 1;
        }
        scan_text(t, &s);
        assert_int_equal(s.chars, chars);
        assert_int_equal(s.newlines, newlines);
        assert_int_equal(s.hashes, hashes);
        assert_int_equal(s.two_dots, memmem(t.p, n, "..", 2) != NULL);
        assert_int_equal(s.ellipsis, memmem(t.p, n, "\x80\xA6", 2) != NULL);
        assert_int_equal(scan_line_end(t.p, t.p + n) - t.p, end);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_and_sentences),
        cmocka_unit_test(flags),
        cmocka_unit_test(scanning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
