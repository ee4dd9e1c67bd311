/* excise - a text without stretches of it, as GPT-3's decontamination cuts them out
 *
 * Around each stretch a margin of characters goes, too; what is left in pieces of fewer than so
 * many characters goes as well (Brown and others 2020, appendix C). Pieces stand one below the
 * other.
 */
#ifndef DEDUP_EXCISE_H
#define DEDUP_EXCISE_H
#include "core/buf.h"
#include "dedup/wordplaces.h"

struct cutting {
    uint64_t margin, min_piece;     /* characters */
};

/* Replaces *out; v are ranges of bytes in any order, sorted here. Returns the number of cuts:
 * ranges that are apart with their margins. */
size_t excise(struct slice text, struct word_range *v, size_t n, const struct cutting *how,
              struct buf *out);

#endif
