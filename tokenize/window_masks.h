/* window_masks - the class masks of 64 bytes, by vector unit
 *
 * For each unit: masks_*() fills a struct masks from 64 readable bytes; test_*() tells which of 64
 * bytes have one of some flags; places_*() writes the places of the bits of a mask. Bit i is byte
 * i. Included by window.c only, which compiles its rules once for each.
 */
#ifndef TOKENIZE_WINDOW_MASKS_H
#define TOKENIZE_WINDOW_MASKS_H
#include <stdint.h>
#if defined __x86_64__
#include <immintrin.h>
#elif defined __aarch64__
#include <arm_neon.h>
#endif

struct masks {
    uint64_t high;                      /* not ASCII */
    uint64_t rest;                      /* 0x80 to 0xBF: continues a character */
    uint64_t three, four;               /* from 0xE0 on, from 0xF0 on: begin characters of 3, 4 */
    uint64_t letter, upper, digit;
    uint64_t space, plain, line;        /* white space; U+0020; \r \n */
    uint64_t quote, slash;
};

#define INLINE static inline __attribute__((always_inline))

INLINE void places_by_bits(uint64_t mask, uint32_t from, uint32_t *out)
{
    for (; mask; mask &= mask - 1)
        *out++ = from + (uint32_t)__builtin_ctzll(mask);
}

#if defined __x86_64__
#define TARGET_AVX512 \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,bmi,bmi2,lzcnt,popcnt")))
#define TARGET_AVX2 __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))

TARGET_AVX512 INLINE void masks_avx512(const unsigned char *p, struct masks *m)
{
    const __m512i v = _mm512_loadu_si512(p), c26 = _mm512_set1_epi8(26);
    const __m512i folded = _mm512_or_si512(v, _mm512_set1_epi8(32));
    m->high = _mm512_movepi8_mask(v);
    m->rest = _mm512_cmplt_epi8_mask(v, _mm512_set1_epi8(-64));
    m->three = _mm512_cmpge_epu8_mask(v, _mm512_set1_epi8((char)0xE0));
    m->four = _mm512_cmpge_epu8_mask(v, _mm512_set1_epi8((char)0xF0));
    m->letter = _mm512_cmplt_epu8_mask(_mm512_sub_epi8(folded, _mm512_set1_epi8('a')), c26);
    m->upper = _mm512_cmplt_epu8_mask(_mm512_sub_epi8(v, _mm512_set1_epi8('A')), c26);
    m->digit = _mm512_cmplt_epu8_mask(_mm512_sub_epi8(v, _mm512_set1_epi8('0')),
                                      _mm512_set1_epi8(10));
    m->plain = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(' '));
    m->space = m->plain | _mm512_cmplt_epu8_mask(_mm512_sub_epi8(v, _mm512_set1_epi8('\t')),
                                                 _mm512_set1_epi8(5));
    m->line = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('\n')) |
              _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('\r'));
    m->quote = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('\''));
    m->slash = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('/'));
}

TARGET_AVX512 INLINE uint64_t test_avx512(const unsigned char *flags, unsigned char which)
{
    return _mm512_test_epi8_mask(_mm512_load_si512(flags), _mm512_set1_epi8((char)which));
}

/* Writes up to 64 places, whatever their number. */
TARGET_AVX512 INLINE void places_avx512(uint64_t mask, uint32_t from, uint32_t *out)
{
    const __m512i count = _mm512_set_epi64(
        0x3F3E3D3C3B3A3938, 0x3736353433323130, 0x2F2E2D2C2B2A2928, 0x2726252423222120,
        0x1F1E1D1C1B1A1918, 0x1716151413121110, 0x0F0E0D0C0B0A0908, 0x0706050403020100);
    const __m512i v = _mm512_maskz_compress_epi8(mask, count), base = _mm512_set1_epi32((int)from);
    int n = __builtin_popcountll(mask);
    _mm512_storeu_si512(out, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(
                                 _mm512_castsi512_si128(v))));
    if (n <= 16)
        return;
    _mm512_storeu_si512(out + 16, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(
                                      _mm512_extracti32x4_epi32(v, 1))));
    if (n <= 32)
        return;
    _mm512_storeu_si512(out + 32, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(
                                      _mm512_extracti32x4_epi32(v, 2))));
    _mm512_storeu_si512(out + 48, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(
                                      _mm512_extracti32x4_epi32(v, 3))));
}

#define places_avx2 places_by_bits
#define places_sse2 places_by_bits

/* v - low < count, by byte */
#define BETWEEN256(v, low, count) \
    (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8( \
        _mm256_min_epu8(_mm256_sub_epi8(v, _mm256_set1_epi8(low)), \
                        _mm256_set1_epi8((count) - 1)), \
        _mm256_sub_epi8(v, _mm256_set1_epi8(low))))
#define EQUAL256(v, c) \
    (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, _mm256_set1_epi8(c)))

TARGET_AVX2 INLINE void masks_avx2(const unsigned char *p, struct masks *m)
{
    *m = (struct masks){0};
    for (int i = 0; i < 64; i += 32) {
        const __m256i v = _mm256_loadu_si256((const void *)(p + i));
        const __m256i folded = _mm256_or_si256(v, _mm256_set1_epi8(32));
        m->high |= (uint64_t)(uint32_t)_mm256_movemask_epi8(v) << i;
        m->rest |= (uint64_t)(uint32_t)_mm256_movemask_epi8(
                       _mm256_cmpgt_epi8(_mm256_set1_epi8(-64), v)) << i;
        m->three |= (uint64_t)BETWEEN256(v, (char)0xE0, 0x20) << i;
        m->four |= (uint64_t)BETWEEN256(v, (char)0xF0, 0x10) << i;
        m->letter |= (uint64_t)BETWEEN256(folded, 'a', 26) << i;
        m->upper |= (uint64_t)BETWEEN256(v, 'A', 26) << i;
        m->digit |= (uint64_t)BETWEEN256(v, '0', 10) << i;
        m->plain |= (uint64_t)EQUAL256(v, ' ') << i;
        m->space |= (uint64_t)BETWEEN256(v, '\t', 5) << i;
        m->line |= (uint64_t)(EQUAL256(v, '\n') | EQUAL256(v, '\r')) << i;
        m->quote |= (uint64_t)EQUAL256(v, '\'') << i;
        m->slash |= (uint64_t)EQUAL256(v, '/') << i;
    }
    m->space |= m->plain;
}

TARGET_AVX2 INLINE uint64_t test_avx2(const unsigned char *flags, unsigned char which)
{
    uint64_t none = 0;
    for (int i = 0; i < 64; i += 32) {
        const __m256i v = _mm256_and_si256(_mm256_load_si256((const void *)(flags + i)),
                                           _mm256_set1_epi8((char)which));
        none |= (uint64_t)EQUAL256(v, 0) << i;
    }
    return ~none;
}

#define BETWEEN128(v, low, count) \
    (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8( \
        _mm_min_epu8(_mm_sub_epi8(v, _mm_set1_epi8(low)), _mm_set1_epi8((count) - 1)), \
        _mm_sub_epi8(v, _mm_set1_epi8(low))))
#define EQUAL128(v, c) (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8(c)))

INLINE void masks_sse2(const unsigned char *p, struct masks *m)
{
    *m = (struct masks){0};
    for (int i = 0; i < 64; i += 16) {
        const __m128i v = _mm_loadu_si128((const void *)(p + i));
        const __m128i folded = _mm_or_si128(v, _mm_set1_epi8(32));
        m->high |= (uint64_t)(uint32_t)_mm_movemask_epi8(v) << i;
        m->rest |= (uint64_t)(uint32_t)_mm_movemask_epi8(
                       _mm_cmplt_epi8(v, _mm_set1_epi8(-64))) << i;
        m->three |= (uint64_t)BETWEEN128(v, (char)0xE0, 0x20) << i;
        m->four |= (uint64_t)BETWEEN128(v, (char)0xF0, 0x10) << i;
        m->letter |= (uint64_t)BETWEEN128(folded, 'a', 26) << i;
        m->upper |= (uint64_t)BETWEEN128(v, 'A', 26) << i;
        m->digit |= (uint64_t)BETWEEN128(v, '0', 10) << i;
        m->plain |= (uint64_t)EQUAL128(v, ' ') << i;
        m->space |= (uint64_t)BETWEEN128(v, '\t', 5) << i;
        m->line |= (uint64_t)(EQUAL128(v, '\n') | EQUAL128(v, '\r')) << i;
        m->quote |= (uint64_t)EQUAL128(v, '\'') << i;
        m->slash |= (uint64_t)EQUAL128(v, '/') << i;
    }
    m->space |= m->plain;
}

INLINE uint64_t test_sse2(const unsigned char *flags, unsigned char which)
{
    uint64_t none = 0;
    for (int i = 0; i < 64; i += 16) {
        const __m128i v = _mm_and_si128(_mm_load_si128((const void *)(flags + i)),
                                        _mm_set1_epi8((char)which));
        none |= (uint64_t)EQUAL128(v, 0) << i;
    }
    return ~none;
}

#elif defined __aarch64__

/* 64 bytes of 0x00 or 0xFF as 64 bits */
INLINE uint64_t neon_bits(const uint8x16_t v[4])
{
    const uint8x16_t bit = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16_t a = vpaddq_u8(vandq_u8(v[0], bit), vandq_u8(v[1], bit));
    uint8x16_t b = vpaddq_u8(vandq_u8(v[2], bit), vandq_u8(v[3], bit));
    a = vpaddq_u8(a, b);
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(a, a)), 0);
}

INLINE uint64_t neon_between(const uint8x16_t v[4], uint8_t low, uint8_t count, uint8_t fold)
{
    uint8x16_t x[4];
    for (int i = 0; i < 4; i++)
        x[i] = vcltq_u8(vsubq_u8(vorrq_u8(v[i], vdupq_n_u8(fold)), vdupq_n_u8(low)),
                        vdupq_n_u8(count));
    return neon_bits(x);
}

INLINE void masks_neon(const unsigned char *p, struct masks *m)
{
    const uint8x16_t v[4] = {vld1q_u8(p), vld1q_u8(p + 16), vld1q_u8(p + 32), vld1q_u8(p + 48)};
    m->high = neon_between(v, 0x80, 0x80, 0);
    m->rest = neon_between(v, 0x80, 0x40, 0);
    m->three = neon_between(v, 0xE0, 0x20, 0);
    m->four = neon_between(v, 0xF0, 0x10, 0);
    m->letter = neon_between(v, 'a', 26, 32);
    m->upper = neon_between(v, 'A', 26, 0);
    m->digit = neon_between(v, '0', 10, 0);
    m->plain = neon_between(v, ' ', 1, 0);
    m->space = m->plain | neon_between(v, '\t', 5, 0);
    m->line = neon_between(v, '\n', 1, 0) | neon_between(v, '\r', 1, 0);
    m->quote = neon_between(v, '\'', 1, 0);
    m->slash = neon_between(v, '/', 1, 0);
}

INLINE uint64_t test_neon(const unsigned char *flags, unsigned char which)
{
    uint8x16_t v[4];
    for (int i = 0; i < 4; i++)
        v[i] = vtstq_u8(vld1q_u8(flags + 16 * i), vdupq_n_u8(which));
    return neon_bits(v);
}
#define places_neon places_by_bits
#endif

#endif
