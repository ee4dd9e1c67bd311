/* perm - see perm.h. */
#include "shard/perm.h"
#include "core/hash.h"

enum { ROUNDS = 6 };

uint64_t perm_at(uint64_t n, uint64_t key, uint64_t i)
{
    unsigned half = 1;
    while (half < 32 && (uint64_t)1 << 2 * half < n)
        half++;
    const uint64_t mask = ((uint64_t)1 << half) - 1;
    do {
        uint64_t left = i >> half, right = i & mask;
        for (uint64_t r = 0; r < ROUNDS; r++) {
            uint64_t next = left ^ (hash_mix(key ^ hash_mix(right * ROUNDS + r)) & mask);
            left = right;
            right = next;
        }
        i = left << half | right;
    } while (i >= n);
    return i;
}

/* Whole blocks change places; the short one at the end, if there is one, stays there. */
static uint64_t in_blocks(const struct order *o, uint64_t n, uint64_t key, uint64_t i)
{
    const uint64_t whole = n / o->block, group = o->group * o->block;
    const uint64_t first = i / group * group, left = n - first;
    uint64_t in = perm_at(left < group ? left : group, hash_mix(key + 1 + i / group), i - first);
    uint64_t block = first / o->block + in / o->block;
    return (block < whole ? perm_at(whole, key, block) : block) * o->block + in % o->block;
}

uint64_t order_at(const struct order *o, uint64_t n, uint64_t key, uint64_t i)
{
    key = hash_mix(o->seed ^ hash_mix(key));
    return o->kind == ORDER_NONE ? i
           : o->kind == ORDER_GLOBAL ? perm_at(n, key, i) : in_blocks(o, n, key, i);
}
