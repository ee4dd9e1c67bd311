/* perm - shuffled orders that are computed, not stored
 *
 * perm_at() is a permutation of 0..n-1 under a key: a Feistel network over the next even power of
 * two, walked until it falls below n (four steps at most on average). Any place of the order is
 * found at once, so nothing is materialised and any part of it can be made anywhere.
 *
 * order_at() makes an order of documents of it: as they stand; all over; or, for stores where a
 * read costs most by where it goes, in blocks: blocks of `block` documents in shuffled order, and
 * documents shuffled among `group` blocks at a time.
 */
#ifndef SHARD_PERM_H
#define SHARD_PERM_H
#include <stdint.h>

uint64_t perm_at(uint64_t n, uint64_t key, uint64_t i);     /* i < n */

enum order_kind { ORDER_NONE, ORDER_GLOBAL, ORDER_BLOCKS };

struct order {
    enum order_kind kind;
    uint64_t block, group;      /* documents, blocks; at least 1 */
    uint64_t seed;
};

/* Which of n documents comes at place i of the order `key` (a source and an epoch). */
uint64_t order_at(const struct order *o, uint64_t n, uint64_t key, uint64_t i);

#endif
