/* bitset - numbers below a limit, with the nearest one above or below in a few steps
 *
 * Levels of 64-bit words: a bit of a level says that a word of the one below it is not 0.
 */
#ifndef SHARD_BITSET_H
#define SHARD_BITSET_H
#include <stdbool.h>
#include <stdint.h>

enum { BITSET_LEVELS = 6 };

struct bitset {
    uint64_t *level[BITSET_LEVELS];
    uint32_t words[BITSET_LEVELS];
    uint32_t limit;
};

#define BITSET_NONE UINT32_MAX

void bitset_init(struct bitset *b, uint32_t limit);
void bitset_free(struct bitset *b);
void bitset_add(struct bitset *b, uint32_t i);
void bitset_remove(struct bitset *b, uint32_t i);
uint32_t bitset_from(const struct bitset *b, uint32_t i);   /* smallest >= i, or BITSET_NONE */
uint32_t bitset_upto(const struct bitset *b, uint32_t i);   /* largest <= i, or BITSET_NONE */

#endif
