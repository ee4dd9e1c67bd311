/* window - the known patterns, 64 bytes at a time
 *
 * A window of text starts where a piece starts. Its bytes become one 64-bit mask a class (letters,
 * digits, blanks, ..; all bytes of a character carry its class), and a few dozen operations on the
 * masks give all places inside where a piece starts. No state passes from one window to the next:
 * the next one starts at the last piece found, whose end is not yet seen. What masks do not cover
 * (a piece longer than the window, marks, foreign blanks and digits, ill-formed bytes) is left to
 * scan_next(), so both always give the same pieces.
 *
 * The masks come from AVX-512, AVX2, SSE2 or NEON, chosen when a tokenizer is opened.
 */
#ifndef TOKENIZE_WINDOW_H
#define TOKENIZE_WINDOW_H
#include "tokenize/scan.h"

#define WINDOW 64

/* Ends of pieces from `at` on; stops when fewer than WINDOW places are left in `ends`, or at the
 * end of the text. Returns their number. */
typedef size_t window_fn(const struct grammar *g, const struct scan *s, size_t at, uint32_t *ends,
                         size_t max);
/* NULL when this machine has no vector unit that is known. */
window_fn *window_for(const struct grammar *g);
/* For tests: variant i of those that this machine can run; NULL behind the last. */
window_fn *window_variant(const struct grammar *g, int i);

#endif
