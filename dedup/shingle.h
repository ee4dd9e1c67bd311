/* shingle - a text as a set of hashed n-grams
 *
 *   text -> units -> unit hashes -> rolling n-gram hashes, the shingles
 *
 * Units, called words from here on, are folded words (fold.h); the identifiers of code as they
 * stand: runs of ASCII letters, digits and "_" (BigCode's near-deduplication); or code points as
 * they stand (NeMo Curator's).
 *
 * A text of fewer than n words has one shingle, of all of them; a text without words has none. A
 * word of more than SHINGLE_WORD_MAX bytes counts as several.
 *
 * A shingler belongs to one thread. It hands out shingles piecemeal, so a text of any length needs
 * no memory.
 */
#ifndef DEDUP_SHINGLE_H
#define DEDUP_SHINGLE_H
#include <stdint.h>
#include "core/slice.h"

enum { SHINGLE_WORDS_MAX = 32, SHINGLE_WORD_MAX = 1024, SHINGLE_ROOM = 2048 };

struct shingler;

enum shingle_kind { SHINGLE_WORDS, SHINGLE_CODE, SHINGLE_CHARS };

/* words, n: 1 to SHINGLE_WORDS_MAX */
struct shingler *shingler_new(enum shingle_kind kind, unsigned words);
/* Begins with a text, which is valid UTF-8 and outlives its use. */
void shingler_start(struct shingler *s, struct slice text);
/* Further shingles, repeated ones included, at most SHINGLE_ROOM; 0 at the end. */
size_t shingler_next(struct shingler *s, uint64_t out[SHINGLE_ROOM]);
void shingler_free(struct shingler *s);             /* NULL is allowed */

#endif
