/* spacy_affix - what spaCy cuts off at the ends of a piece and inside it
 * (spacy/lang/punctuation.py, spacy/lang/en/punctuation.py, 3.8). Private to text/.
 *
 * The three regular expressions, matched by hand. All work on [b, e), valid UTF-8, and return the
 * length in bytes of what is to be cut, 0 for nothing.
 */
#ifndef TEXT_SPACY_AFFIX_H
#define TEXT_SPACY_AFFIX_H
#include "text/chars.h"

size_t spacy_prefix(const struct chars *c, const char *b, const char *e);
size_t spacy_suffix(const struct chars *c, const char *b, const char *e);
/* At p in [b, e). */
size_t spacy_infix(const struct chars *c, const char *b, const char *p, const char *e);

#endif
