/* hash - the hashes that outputs may depend on
 *
 * XXH3 (xxHash 0.8, stable format), and a keyed 64-bit mix for "random" choices: CONTRACT.md
 * section 8, randomness is a hash of seed and id, never a stream.
 */
#ifndef CORE_HASH_H
#define CORE_HASH_H
#include <stdint.h>
#include "core/slice.h"

struct hash128 {
    uint64_t hi, lo;
};

uint64_t hash64(struct slice s);                            /* XXH3 64 */
uint64_t hash64_seed(struct slice s, uint64_t seed);
struct hash128 hash128(struct slice s);                     /* XXH3 128 */
uint64_t hash_mix(uint64_t v);                              /* a bijection on 64 bits */
void hash128_hex(struct hash128 h, char out[33]);           /* lower case, NUL-ended */

struct hasher;                                              /* XXH3-128 of a stream */
struct hasher *hasher_new(void);
void hasher_add(struct hasher *h, const void *p, size_t n);
struct hash128 hasher_value(const struct hasher *h);
void hasher_free(struct hasher *h);                         /* NULL is allowed */

#endif
