/* uax29 - default word boundaries of Unicode Standard Annex 29 (Unicode 16's rules)
 *
 * The property Word_Break lies in the flags of chars.h, by category and the lists here; characters
 * newer than utf8proc's Unicode are Other.
 */
#ifndef TEXT_UAX29_H
#define TEXT_UAX29_H
#include "text/chars.h"

/* The flags of Word_Break for [0, CHARS_TABLE), on top of none. Called by chars_new(). */
void uax29_mark(struct chars *c);
uint32_t uax29_beyond(uint32_t cp);         /* the same for a code point above the table */

/* Where the word that starts at p, a boundary before `end`, ends. */
const char *uax29_word_end(const struct chars *c, const char *p, const char *end);

#endif
