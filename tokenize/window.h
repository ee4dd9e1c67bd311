/* window - the known patterns, 64 bytes at a time
 *
 * A window of text becomes one 64-bit mask a class (letters, digits, blanks, ..; all bytes of a
 * character carry its class), and a few dozen operations on the masks give all places inside where
 * a piece starts. Places where a piece may be cut further (cuts.h) come with them.
 *
 * The next window starts at the last place found, whose end is not yet seen. That is the start of
 * a piece, or a cut between two letters of a word; `struct scan_place` is all that passes from one
 * window to the next. What masks do not cover (a piece longer than the window and without a cut,
 * foreign blanks and digits, ill-formed bytes) is left to scan_next(), so both always give the same
 * pieces.
 *
 * The masks come from AVX-512 (with VBMI2), AVX2, SSE2 or NEON, chosen when a tokenizer is opened.
 */
#ifndef TOKENIZE_WINDOW_H
#define TOKENIZE_WINDOW_H
#include "tokenize/cuts.h"
#include "tokenize/scan.h"

#define WINDOW 64

struct scan_place {             /* zero at the start of a text */
    size_t at;                  /* the next window; in the piece that starts at `piece` */
    size_t piece;
    size_t end;                 /* of that piece, where scan_next() has found it; else <= at */
    bool lower;                 /* WORD_CASED: a capital at `at` would start a piece */
};

/* Ends of pieces, and of their parts where `cuts` allows (NULL: whole pieces), from place->at on;
 * stops when fewer than WINDOW places are left in `ends`, or at the end of the text. Returns their
 * number. */
typedef size_t window_fn(const struct grammar *g, const struct scan *s, const struct cuts *cuts,
                         struct scan_place *place, uint32_t *ends, size_t max);
/* NULL when this machine has no vector unit that is known. */
window_fn *window_for(const struct grammar *g);
/* For tests: variant i of those that this machine can run; NULL behind the last. */
window_fn *window_variant(const struct grammar *g, int i);

#endif
