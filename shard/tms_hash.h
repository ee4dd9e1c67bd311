/* tms_hash - XXH3 of ids as 32-bit little-endian numbers, and of bytes */
#ifndef SHARD_TMS_HASH_H
#define SHARD_TMS_HASH_H
#define XXH_STATIC_LINKING_ONLY             /* the size of the state */
#include <xxhash.h>
#include "shard/le.h"

#if defined __BYTE_ORDER__ && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define TMS_NATIVE_ORDER 1
#else
#define TMS_NATIVE_ORDER 0
#endif

/* At most TMS_BLOCK ids. */
static inline uint64_t tms_hash64(const uint32_t *ids, size_t n)
{
    if (TMS_NATIVE_ORDER)
        return XXH3_64bits(ids, n * sizeof *ids);
    unsigned char bytes[1024];
    XXH3_state_t state;
    XXH3_64bits_reset(&state);
    for (size_t now; n; ids += now, n -= now) {
        now = n < sizeof bytes / 4 ? n : sizeof bytes / 4;
        le_put_ids(bytes, ids, now, 4);
        XXH3_64bits_update(&state, bytes, 4 * now);
    }
    return XXH3_64bits_digest(&state);
}

#endif
