/* ids_hash - the hashes of token ids that all formats share
 *
 * XXH3-128 of the ids in order as 32-bit little-endian numbers, however a format stores them: equal
 * hashes mean equal ids. Over a file's ids as they stand there it is the manifest's `xxh3_128`.
 *
 * The hash of the content, `documents_xxh3_128`, is over each document's ids without its
 * end-of-document id, and 0xFFFFFFFF behind each (ids_hash_border). It does not depend on where a
 * format puts that id or whether there is one, nor on how documents are cut into files; it does on
 * every id, their order and every border. So it proves that a conversion lost nothing.
 */
#ifndef SHARD_IDS_HASH_H
#define SHARD_IDS_HASH_H
#include "core/hash.h"

void ids_hash_add(struct hasher *h, const uint32_t *ids, size_t n);
void ids_hash_border(struct hasher *h);

#endif
