/* book - what Project Gutenberg puts around a text, taken away
 *
 * Texts come with a header (title, author, language), a START line, the book, an END line and a
 * licence. The lines have been worded in many ways since 1991, so they are recognised by what they
 * all contain, but only where they may stand: START in the first tenth (or 20,000 bytes), END in
 * the last seventh (or 30,000 bytes), so a licence in the middle of a collection never costs the
 * book. Behind START, the notes of producers and transcribers go as well.
 *
 * Pure functions over slices of the caller's text.
 */
#ifndef READ_BOOK_H
#define READ_BOOK_H
#include "core/buf.h"

struct book {
    struct slice title, author, lang, number;   /* empty when the header does not say */
    bool gutenberg;                             /* a START or END line was found */
    struct slice body;
};

void book_strip(struct book *b, struct slice text);
/* Joins the lines of a paragraph that were broken at 60 to 80 columns; verse, tables and lists
 * keep theirs. Carriage returns go. */
void book_unwrap(struct slice body, struct buf *out);

#endif
