/* shingle - a text as a set of hashed word n-grams
 *
 *   text -> code points, folded -> words -> word hashes -> rolling n-gram hashes (shingles)
 *
 * Folding follows datatrove's text normalisation for deduplication (lower case; numbers with their
 * decimal part become 0; canonical decomposition without nonspacing marks), with one simpler rule
 * for what ends a word: everything that is neither letter, mark nor number does. Scripts written
 * without spaces (Han, kana, Thai, Lao, Khmer, Burmese, Yi) have words of one character.
 *
 * A text of fewer than n words has one shingle, of all of them; a text without words has none.
 * A shingler belongs to one thread. It hands out shingles piecemeal, so a text of any length needs
 * no memory.
 */
#ifndef DEDUP_SHINGLE_H
#define DEDUP_SHINGLE_H
#include <stdint.h>
#include "core/slice.h"

enum { SHINGLE_WORDS_MAX = 32 };

struct shingler;

struct shingler *shingler_new(unsigned words);      /* n: 1 to SHINGLE_WORDS_MAX */
/* Begins with a text, which is valid UTF-8 and outlives its use. */
void shingler_start(struct shingler *s, struct slice text);
/* Up to `room` further shingles, repeated ones included; 0 at the end. */
size_t shingler_next(struct shingler *s, uint64_t *out, size_t room);
void shingler_free(struct shingler *s);             /* NULL is allowed */

#endif
