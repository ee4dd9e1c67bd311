/* winnow - fingerprints that any two equal stretches share (Schleimer, Wilkerson and Aiken 2003)
 *
 *   text -> a value for each place -> the least value of each window of places -> fingerprints
 *
 * A text is a row of units: bytes, or ids of 4 bytes. Which place of a window is chosen depends on
 * the window's units alone, so two stretches of `length` equal units choose the same place in
 * themselves; the fingerprint there is a hash of the gram that begins at it, which lies within
 * every such stretch. Grams are half as long as stretches: long enough to be rare, and about one
 * place in length / 4 is chosen. Texts that repeat with a short period choose more.
 *
 * A winnower belongs to one thread.
 */
#ifndef DEDUP_WINNOW_H
#define DEDUP_WINNOW_H
#include <stdint.h>
#include "core/slice.h"

enum { WINNOW_LENGTH_MIN = 16, WINNOW_LENGTH_MAX = 4096 };

struct winnower;

struct fingerprint {
    uint64_t hash, at;              /* at: units from the start of the text */
};

/* unit: 1 or 4 bytes; length: of stretches, in units. */
struct winnower *winnower_new(size_t length, size_t unit);
void winnower_free(struct winnower *w);             /* NULL is allowed */
size_t winnow_gram(size_t length);                  /* units of a gram */
/* Begins with a text, whose bytes are a multiple of the unit and outlive its use. */
void winnow_start(struct winnower *w, struct slice text);
/* Further fingerprints, in order, at most `room`; 0 at the end. */
size_t winnow_next(struct winnower *w, struct fingerprint *out, size_t room);

#endif
