/* wordplaces - where in a text its folded words stand
 *
 * Folding (fold.h) forgets places. For the few texts in which something was found, this goes over
 * the text piece by piece, counting the words of each piece: pieces are runs without ASCII white
 * space, cut also around characters that are words of their own. A stretch of words is then a
 * stretch of whole pieces.
 */
#ifndef DEDUP_WORDPLACES_H
#define DEDUP_WORDPLACES_H
#include <stdint.h>
#include "core/slice.h"

struct word_range {                 /* words, then bytes, [from, to) */
    uint64_t from, to;
};

struct wordplaces;

struct wordplaces *wordplaces_new(void);
void wordplaces_free(struct wordplaces *p);         /* NULL is allowed */
/* Replaces ranges of words, rising and apart, by the ranges of bytes that hold them. */
void wordplaces_to_bytes(struct wordplaces *p, struct slice text, struct word_range *v, size_t n);

#endif
