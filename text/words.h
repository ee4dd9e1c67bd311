/* words - splittings of a text into words, each under its source's name
 *
 *   spacy-en     spaCy's English tokenizer (spacy.h)
 *   whitespace   Python's str.split()
 *   wordpunct    NLTK's WordPunctTokenizer as of 3.8: runs of \w, runs of neither \w nor \s
 *   fasttext     fastText's tokenizer: cut at ASCII white space and NUL
 *   uax29        word boundaries of Unicode's UAX 29; pieces of white space are left out
 *
 * All fill a list of words with flags WORD_LETTER, WORD_ASCII and WORD_ALNUM (spacy-en has its own
 * others, see spacy.h). Valid UTF-8 below 4 GiB; time is linear; the list may reach its limit.
 */
#ifndef TEXT_WORDS_H
#define TEXT_WORDS_H
#include "text/spacy.h"

enum words_kind { WORDS_SPACY_EN, WORDS_WHITESPACE, WORDS_WORDPUNCT, WORDS_FASTTEXT, WORDS_UAX29,
                  WORDS_KINDS };

void words_split(enum words_kind kind, const struct spacy *s, struct slice text,
                 struct word_list *w);

#endif
