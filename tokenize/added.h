/* added - tokens that are found in a text by their spelling, before it is cut into pieces
 *
 * A vocabulary has two lists: tokens looked for in the raw text and tokens looked for, in their
 * normalized spelling, in the normalized text. Matches are leftmost, then longest, and do not
 * overlap. A match that is not wanted (a special token that is to be text, a token that must stand
 * alone as a word and does not) is passed over whole; no shorter one is tried in its place. All
 * this is the tokenizers library's rule (added_vocabulary.rs).
 *
 * Sets are built when a vocabulary is loaded and read-only afterwards.
 */
#ifndef TOKENIZE_ADDED_H
#define TOKENIZE_ADDED_H
#include <stdint.h>
#include "core/slice.h"

struct added_token {
    struct slice content;
    uint32_t id;
    bool special;
    bool normalized;                /* looked for in the normalized text */
    bool lstrip, rstrip;            /* takes the white space before, behind it */
    bool single_word;               /* only between characters that are none of a word */
    bool as_spelled;                /* normalized: the content is the normalized spelling */
};

/* Added tokens of one matching pass. */
struct added_set {
    struct added_token *v;          /* in byte order */
    size_t n, longest;
    uint32_t first[257];            /* v[first[b]] .. v[first[b + 1]] start with byte b */
    uint8_t two[65536 / 8];         /* bit for each pair of bytes that some token starts with */
};

void added_set_build(struct added_set *s, const struct added_token *v, size_t n);
void added_set_free(struct added_set *s);
/* First match at or behind `from`, wanted or not; its place in *at. NULL: none. */
const struct added_token *added_find(const struct added_set *set, struct slice s, size_t from,
                                     size_t *at);
/* single_word holds for the match of `a` at s[at]. */
bool added_stands_alone(const struct added_token *a, struct slice s, size_t at);
/* Start of the white space that ends at `at`, end of the one that starts there. */
size_t added_space_before(struct slice s, size_t at);
size_t added_space_behind(struct slice s, size_t at);

#endif
