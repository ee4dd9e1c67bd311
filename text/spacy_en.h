/* spacy_en - the exceptions of spaCy's English tokenizer
 * (spacy/lang/tokenizer_exceptions.py and spacy/lang/en/tokenizer_exceptions.py, 3.8).
 * Private to text/.
 *
 * An exception is a piece of text that is cut in a fixed way: "cannot" into "can" and "not", "Mr."
 * not at all. They are made from a few stems and endings, as spaCy makes them.
 */
#ifndef TEXT_SPACY_EN_H
#define TEXT_SPACY_EN_H
#include <stdint.h>
#include "core/slice.h"

enum { SPACY_EXC_MAX = 32, SPACY_PIECES_MAX = 3 };

struct spacy_exc {
    char text[SPACY_EXC_MAX];       /* not NUL-ended */
    uint8_t n, pieces;
    uint8_t len[SPACY_PIECES_MAX];  /* bytes of each piece */
};

/* Calls add() for every exception, in spaCy's order; a later one replaces an equal earlier one. */
typedef void spacy_exc_add(void *to, const struct spacy_exc *e);
void spacy_en_exceptions(spacy_exc_add *add, void *to);
/* Exceptions that the rules above make and spaCy takes out again ("were", "its"). */
bool spacy_en_excluded(struct slice text);

#endif
