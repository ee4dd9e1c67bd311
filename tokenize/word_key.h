/* word_key - a word of up to 15 bytes as two numbers
 *
 * Its bytes, filled up with zeros, and its length in the last byte: words are equal if their keys
 * are, and a key is never (0, 0).
 */
#ifndef TOKENIZE_WORD_KEY_H
#define TOKENIZE_WORD_KEY_H
#include <stdint.h>
#include "core/slice.h"
#if defined __SSE2__
#include <emmintrin.h>
#endif

#define WORD_KEY 15                     /* bytes */

/* `end` is the end of readable memory behind the word of n <= WORD_KEY bytes at p. */
static inline void word_key(const char *p, size_t n, const char *end, uint64_t key[2])
{
#if defined __SSE2__
    static const uint8_t ones[32] = {255, 255, 255, 255, 255, 255, 255, 255,
                                     255, 255, 255, 255, 255, 255, 255, 255};
    if (__builtin_expect((size_t)(end - p) >= 16, 1)) {
        const __m128i keep = _mm_loadu_si128((const void *)(ones + 16 - n));
        const __m128i v = _mm_and_si128(_mm_loadu_si128((const void *)p), keep);
        key[0] = (uint64_t)_mm_cvtsi128_si64(v);
        key[1] = (uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(v, v)) | (uint64_t)n << 56;
        return;
    }
#elif __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (__builtin_expect((size_t)(end - p) >= 16, 1)) {
        memcpy(key, p, 16);
        key[0] &= n >= 8 ? UINT64_MAX : ((uint64_t)1 << 8 * n) - 1;
        key[1] &= n > 8 ? ((uint64_t)1 << 8 * (n - 8)) - 1 : 0;
        key[1] |= (uint64_t)n << 56;
        return;
    }
#endif
    (void)end;
    key[0] = key[1] = 0;
    memcpy(key, p, n);
    ((unsigned char *)key)[WORD_KEY] = (unsigned char)n;
}

static inline uint64_t word_hash(const uint64_t key[2])
{
    uint64_t h = (key[0] ^ (key[1] << 29 | key[1] >> 35)) * 0x9E3779B97F4A7C15u + key[1];
    h = (h ^ h >> 32) * 0xD6E8FEB86659FD93u;
    return h ^ h >> 32;
}

#endif
