/* scan - the known patterns, character by character
 *
 * The patterns of most vocabularies are variations of one grammar: contractions, words with one
 * character in front, digits, punctuation with line breaks behind, white space. `struct grammar`
 * names the variation. scan_next() finds the end of one piece; it takes any bytes (an ill-formed
 * sequence is a character of no class) and is the reference for the faster window.h.
 */
#ifndef TOKENIZE_SCAN_H
#define TOKENIZE_SCAN_H
#include "core/slice.h"
#include "core/utf8.h"
#include "tokenize/uclass.h"

enum word_form {
    WORD_PLAIN,             /* gpt2:   ?\p{L}+ */
    WORD_PREFIX,            /* cl100k: [^\r\n\p{L}\p{N}]?\p{L}+ */
    WORD_CASED              /* o200k:  the same, cut where a new capitalised word begins */
};

struct grammar {
    enum word_form word;
    bool contractions;      /* 's 't 're 've 'm 'll 'd; before a word, or (WORD_CASED) behind one */
    unsigned digits;        /* in one piece; 0: any number, with a space in front */
    bool slash;             /* slashes too may follow punctuation's line breaks */
};

typedef unsigned char u8;

struct scan {               /* the text and the tables */
    const uint8_t *of;
    const u8 *start, *end;
};

/* Class at p (< end), and the length of the character. */
static inline unsigned class_at(const struct scan *s, const u8 *p, unsigned *len)
{
    if (*p < 0x80) {
        *len = 1;
        return s->of[*p];
    }
    const char *q = (const char *)p;
    uint32_t c = utf8_next(&q, (const char *)s->end);
    *len = (unsigned)(q - (const char *)p);
    return c == UTF8_BAD ? 0 : s->of[c];
}

/* Length of 's 't 're 've 'm 'll 'd at p, 0 for none. */
unsigned scan_contraction(const struct scan *s, const u8 *p, bool any_case);
/* End of the piece that starts at p (< s->end). */
const u8 *scan_next(const struct grammar *g, const struct scan *s, const u8 *p);

#endif
