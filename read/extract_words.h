/* extract_words - text of a node into the text of its block, counted on the way
 *
 * One pass collapses white space and counts words, commas, sentence ends and so on. Words are runs
 * of letters and digits; scripts that are written without spaces count one word for two characters
 * (Han, kana) or four (Thai, Lao, Khmer, Burmese), so that paragraphs weigh alike in any script.
 */
#ifndef READ_EXTRACT_WORDS_H
#define READ_EXTRACT_WORDS_H
#include "read/extract.h"

struct words_in {
    bool link, bold;
    bool verbatim;              /* pre: white space stays */
};

/* Appends s to t and adds to the counts of b, whose text is at the end of t. *space: white space is
 * due before the next word; on return, whether s ended so. */
void extract_add_words(struct buf *t, struct extract_block *b, struct slice s, bool *space,
                       struct words_in in);

#endif
