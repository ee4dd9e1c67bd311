/* spacy_url - what spaCy takes for an address and leaves in one piece
 * (URL_PATTERN of spacy/lang/tokenizer_exceptions.py, 3.8). Private to text/. */
#ifndef TEXT_SPACY_URL_H
#define TEXT_SPACY_URL_H
#include "text/chars.h"

/* The whole piece is an address: [scheme://][user@]host.tld or a public IPv4 number, then an
 * optional port and path. Linear time. */
bool spacy_url(const struct chars *c, struct slice piece);

#endif
