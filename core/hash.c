/* hash - see hash.h. */
#include "core/hash.h"
#include <xxhash.h>
#include "core/mem.h"

struct hasher {
    XXH3_state_t *state;
};

uint64_t hash64(struct slice s) { return XXH3_64bits(s.p, s.n); }
uint64_t hash64_seed(struct slice s, uint64_t seed)
{
    return XXH3_64bits_withSeed(s.p, s.n, seed);
}

struct hash128 hash128(struct slice s)
{
    XXH128_hash_t h = XXH3_128bits(s.p, s.n);
    return (struct hash128){h.high64, h.low64};
}

/* The finaliser of MurmurHash3 (Appleby): every output bit depends on every input bit. */
uint64_t hash_mix(uint64_t v)
{
    v ^= v >> 33;
    v *= 0xff51afd7ed558ccdULL;
    v ^= v >> 33;
    v *= 0xc4ceb9fe1a85ec53ULL;
    return v ^ v >> 33;
}

void hash128_hex(struct hash128 h, char out[33])
{
    for (int i = 0; i < 32; i++) {
        uint64_t half = i < 16 ? h.hi : h.lo;
        out[i] = "0123456789abcdef"[half >> (60 - 4 * (i % 16)) & 15];
    }
    out[32] = '\0';
}

struct hasher *hasher_new(void)
{
    struct hasher *h = mem_alloc(sizeof *h);
    h->state = XXH3_createState();
    if (!h->state)
        mem_failed(sizeof *h);
    XXH3_128bits_reset(h->state);
    return h;
}

void hasher_add(struct hasher *h, const void *p, size_t n)
{
    if (n)
        XXH3_128bits_update(h->state, p, n);
}

struct hash128 hasher_value(const struct hasher *h)
{
    XXH128_hash_t v = XXH3_128bits_digest(h->state);
    return (struct hash128){v.high64, v.low64};
}

void hasher_free(struct hasher *h)
{
    if (!h)
        return;
    XXH3_freeState(h->state);
    mem_free(h);
}
