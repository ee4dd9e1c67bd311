/* ids_hash - the hash of token ids that all formats share
 *
 * XXH3-128 of the ids in order as 32-bit little-endian numbers, however a format stores them: equal
 * hashes mean equal ids, so a conversion can be proved to have lost nothing.
 */
#ifndef SHARD_IDS_HASH_H
#define SHARD_IDS_HASH_H
#include "core/hash.h"

void ids_hash_add(struct hasher *h, const uint32_t *ids, size_t n);

#endif
