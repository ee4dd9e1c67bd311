/* See words.h. */
#include "text/words.h"
#include "text/uax29.h"

/* Adds [p, end) with what its characters say. */
static void add(const struct chars *c, struct slice text, const char *p, const char *end,
                struct word_list *w)
{
    const char *start = p;
    uint32_t any = 0, first = chars_flags(c, chars_next(&p));
    size_t n = (size_t)(end - start), chars = 1;
    for (any = first; p < end; chars++)
        any |= chars_flags(c, chars_next(&p));
    bool alnum = (first & CH_WORD) && *start != '_';
    word_list_add(w, (size_t)(start - text.p), n,
                  (any & CH_LETTER ? WORD_LETTER : 0u) | (chars == n ? WORD_ASCII : 0u) |
                      (alnum ? WORD_ALNUM : 0u));
}

static bool is_space(const struct chars *c, const char *p)
{
    return chars_flags(c, chars_next(&p)) & CH_SPACE;
}

static void whitespace(const struct chars *c, struct slice text, struct word_list *w)
{
    struct slice rest = text, word;
    while (chars_next_word(c, &rest, &word))
        add(c, text, word.p, word.p + word.n, w);
}

static void wordpunct(const struct chars *c, struct slice text, struct word_list *w)
{
    const char *p = text.p, *end = text.p + text.n;
    while (p < end) {
        const char *start = p;
        uint32_t kind = chars_flags(c, chars_next(&p)) & (CH_WORD | CH_SPACE);
        if (kind & CH_SPACE)
            continue;
        for (const char *next = p; next < end; p = next)
            if ((chars_flags(c, chars_next(&next)) & (CH_WORD | CH_SPACE)) != kind)
                break;
        add(c, text, start, p, w);
    }
}

/* fasttext/src/dictionary.cc, readWord(); NUL is a space there as well. */
static bool cuts(char b)
{
    return b == ' ' || (b >= '\t' && b <= '\r') || b == '\0';
}

static void fasttext(const struct chars *c, struct slice text, struct word_list *w)
{
    const char *p = text.p, *end = text.p + text.n;
    while (p < end) {
        const char *start = p;
        while (p < end && !cuts(*p))
            p++;
        if (p > start)
            add(c, text, start, p, w);
        else
            p++;
    }
}

static void uax29(const struct chars *c, struct slice text, struct word_list *w)
{
    const char *p = text.p, *end = text.p + text.n;
    while (p < end) {
        const char *start = p;
        p = uax29_word_end(c, p, end);
        if (!is_space(c, start))
            add(c, text, start, p, w);
    }
}

void words_split(enum words_kind kind, const struct spacy *s, struct slice text,
                 struct word_list *w)
{
    const struct chars *c = spacy_chars(s);
    w->n = 0;
    w->full = false;
    switch (kind) {
    case WORDS_WHITESPACE: whitespace(c, text, w); break;
    case WORDS_WORDPUNCT: wordpunct(c, text, w); break;
    case WORDS_FASTTEXT: fasttext(c, text, w); break;
    case WORDS_UAX29: uax29(c, text, w); break;
    default: spacy_words(s, text, w);
    }
}
