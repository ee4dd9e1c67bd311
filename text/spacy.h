/* spacy - words and sentences as spaCy's English rule tokenizer cuts them (3.8, blank "en")
 *
 * datatrove splits English with it, so every rule set that counts words as datatrove does stands on
 * this. No trained model is involved: a text is cut at white space; each piece loses prefixes and
 * suffixes (punctuation, quotes, units after digits), what remains is an exception ("don't" is
 * "do" + "n't"), an address, or is cut at infixes ("and/or", hyphens between letters). At last runs
 * of tokens that spell an exception are put together again (":" and ")" give ":)").
 *
 *     spacy_words()       spacy/tokenizer.pyx, without the white-space tokens
 *     spacy_sentences()   spacy/pipeline/sentencizer.pyx: number of sentences in a run of words
 *
 * A struct spacy is made once and read-only; a struct word_list belongs to one thread. Time is
 * linear in the text, also for a single word of 100 MB.
 */
#ifndef TEXT_SPACY_H
#define TEXT_SPACY_H
#include "text/chars.h"

enum {
    WORD_LETTER = 1,            /* holds a CH_LETTER */
    WORD_SOLID = 2,             /* holds a character outside CH_DT_PUNCT */
    WORD_PLAIN = 4,             /* ASCII letters only */
    WORD_PUNCT = 8,             /* CH_PUNCT characters only: is_punct */
    WORD_STOP = 16,             /* one CH_SENTENCE character */
    WORD_SEEN = 32,             /* spacy.c's own */
    WORD_ASCII = 64,            /* as many characters as bytes */
    WORD_ALNUM = 128            /* of words.h: begins with a letter or number */
};

enum { WORD_LONG = 0xFFFF };

/* Eight bytes, since a large text has very many. */
struct word {
    uint32_t at;                /* byte in the text */
    uint16_t n;                 /* bytes; WORD_LONG: this many or more, ask word_bytes() */
    uint16_t flags;
};

struct word_span {
    uint32_t start;             /* word */
    uint16_t words, pattern;
};

struct word_list {
    struct word *v;
    size_t n, cap;
    uint32_t *cuts;             /* suffixes of the piece at hand, outermost first */
    size_t n_cuts, cap_cuts;
    struct word_span *spans;    /* rows of words that spell an exception */
    size_t n_spans, cap_spans;
    size_t limit;               /* bytes that all may take; 0: any number */
    bool full;                  /* they would take more: words are missing */
};

struct spacy;
struct spacy *spacy_new(void);
void spacy_free(struct spacy *s);                   /* NULL is allowed */
const struct chars *spacy_chars(const struct spacy *s);

void word_list_free(struct word_list *w);       /* keeps the limit */
/* Adds a word, unless the limit is reached. */
void word_list_add(struct word_list *w, size_t at, size_t bytes, unsigned flags);
/* Bytes of word i of n in a text that ends at byte `end`. Between words there is only white space,
 * so a long word ends where that begins. */
size_t word_long(const struct chars *c, struct slice text, const struct word *v, size_t i, size_t n,
                 size_t end);
static inline size_t word_bytes(const struct chars *c, struct slice text, const struct word *v,
                                 size_t i, size_t n)
{
    return v[i].n < WORD_LONG ? v[i].n : word_long(c, text, v, i, n, text.n);
}
/* Fills w with the words of the text (valid UTF-8, below 4 GiB), in order. */
void spacy_words(const struct spacy *s, struct slice text, struct word_list *w);
/* Sentences that words v[0..n) of `text` make, at least 1. The text counted ends at byte `end`. */
size_t spacy_sentences(const struct spacy *s, struct slice text, const struct word *v, size_t n,
                       size_t end);

#endif
