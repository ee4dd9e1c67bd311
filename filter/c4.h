/* c4 - line by line cleaning as C4 does it
 *
 * Lines are judged in order; some go, some lose citation marks, and a phrase can end the document.
 * The rules come in datatrove 0.10's reading (filters/c4_filters.py, C4QualityFilter).
 */
#ifndef FILTER_C4_H
#define FILTER_C4_H
#include "core/buf.h"
#include "text/spacy.h"

struct c4_rules {
    bool citations;                 /* take [1], [], [edit], [citation needed] out */
    bool terminal;                  /* a line must end in . ? ! " or ' and not in "..." */
    unsigned min_words;             /* by white space, before citations are taken out */
    unsigned max_word;              /* code points */
    bool lorem_ipsum, javascript, curly, policy;
};
extern const struct c4_rules c4_datatrove, c4_fineweb;

enum c4_end { C4_WHOLE, C4_LOREM_IPSUM, C4_CURLY };

struct c4 {
    enum c4_end end;                /* the phrase that ended the document */
    uint64_t lines, kept;
    uint64_t sentences;             /* of the lines kept */
    uint64_t too_long_word, no_terminal, too_few_words, javascript, policy;     /* lines dropped */
    struct buf text;                /* what is left, when end is C4_WHOLE */
    struct buf line;                /* scratch */
    struct word_list work;          /* its limit is the caller's to set */
    bool full;                      /* it was reached: sentences are void */
};

void c4_init(struct c4 *r);
void c4_free(struct c4 *r);
void c4_end(struct c4 *r, size_t keep);     /* of a text: gives back what is larger than `keep` */
/* words: spaCy's of the whole text. */
void c4_run(struct c4 *r, const struct c4_rules *rules, const struct spacy *s, struct slice text,
            const struct word *words, size_t n_words);

#endif
