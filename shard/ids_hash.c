/* ids_hash - see ids_hash.h. */
#include "shard/ids_hash.h"
#include "shard/le.h"

enum { CHUNK = 1024 };

void ids_hash_add(struct hasher *h, const uint32_t *ids, size_t n)
{
    unsigned char bytes[4 * CHUNK];
    while (n) {
        size_t now = n < CHUNK ? n : CHUNK;
        le_put_ids(bytes, ids, now, 4);
        hasher_add(h, bytes, 4 * now);
        ids += now;
        n -= now;
    }
}

void ids_hash_border(struct hasher *h)
{
    ids_hash_add(h, &(uint32_t){UINT32_MAX}, 1);
}
