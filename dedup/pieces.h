/* pieces - a text cut into lines, paragraphs or sentences, and what makes two of them equal
 *
 *   lines        end at a newline
 *   paragraphs   end at an empty line
 *   sentences    end as spaCy's sentencizer has it (text/spacy.h)
 *
 * Pieces cover the text: a piece includes the white space behind it. A piece's key is the XXH3-128
 * hash of its folded words (fold.h) or, exactly, of its bytes without white space at both ends;
 * a piece without words has no key. A cutter belongs to one thread.
 */
#ifndef DEDUP_PIECES_H
#define DEDUP_PIECES_H
#include "core/arena.h"
#include "core/buf.h"
#include "core/hash.h"

enum piece_kind { PIECE_LINE, PIECE_PARAGRAPH, PIECE_SENTENCE };

struct piece_key {
    size_t at, n;                   /* the piece, in bytes of the text */
    struct hash128 key;
};

struct cutter;

/* min_words: pieces of fewer words have no key. */
struct cutter *cutter_new(enum piece_kind kind, bool exact, uint64_t min_words);
void cutter_free(struct cutter *c);                 /* NULL is allowed */
/* The pieces that have a key, in order; owned by the cutter until the next call. -1 if the text is
 * too long to be cut (sentences: 4 GiB). */
int cutter_run(struct cutter *c, struct slice text, const struct piece_key **pieces, size_t *n);
/* Of the last text: pieces that hold a word, those with too few of them included. */
size_t cutter_worded(const struct cutter *c);
/* The text without the pieces struck (one flag a piece of cutter_run), appended to *out. White
 * space left at the end by a struck last piece goes with it. */
void cutter_strike(struct slice text, const struct piece_key *pieces, const bool *struck, size_t n,
                   struct buf *out);

#endif
