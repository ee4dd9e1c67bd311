/* Ranks to ids: a table of 65,536 entries. Gathers keep more loads in flight than a loop does; the
 * scalar twin gives the same ids, and the tests compare them. */
#include "shard/tms_internal.h"

bool tms_lut_scalar(uint32_t *ids, const unsigned char *p, size_t n, const uint32_t *lut)
{
    uint32_t hole = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t id = lut[le_get16(p + 2 * i)];
        ids[i] = id;
        hole |= id == TMS_HOLE;
    }
    return hole;
}

#if defined __x86_64__ && defined __GNUC__
#include <immintrin.h>

__attribute__((target("avx2")))
static bool lut_avx2(uint32_t *ids, const unsigned char *p, size_t n, const uint32_t *lut)
{
    const __m256i none = _mm256_set1_epi32(-1);
    __m256i hole = _mm256_setzero_si256();
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        __m128i low = _mm_loadu_si128((const __m128i *)(const void *)(p + 2 * i));
        __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(p + 2 * i + 16));
        __m256i a = _mm256_i32gather_epi32((const int *)lut, _mm256_cvtepu16_epi32(low), 4);
        __m256i b = _mm256_i32gather_epi32((const int *)lut, _mm256_cvtepu16_epi32(high), 4);
        _mm256_storeu_si256((__m256i *)(void *)(ids + i), a);
        _mm256_storeu_si256((__m256i *)(void *)(ids + i + 8), b);
        hole = _mm256_or_si256(hole, _mm256_or_si256(_mm256_cmpeq_epi32(a, none),
                                                     _mm256_cmpeq_epi32(b, none)));
    }
    bool rest = tms_lut_scalar(ids + i, p + 2 * i, n - i, lut);
    return !_mm256_testz_si256(hole, hole) || rest;
}

tms_lut_fn *tms_lut_choose(void)
{
    return __builtin_cpu_supports("avx2") ? lut_avx2 : tms_lut_scalar;
}
#else
tms_lut_fn *tms_lut_choose(void) { return tms_lut_scalar; }
#endif

const char *tms_unrank(tms_lut_fn *fn, const uint32_t *lut, uint32_t max_id,
                       const unsigned char *payload, size_t size, uint32_t *ids, size_t n)
{
    const unsigned char *x = payload + 2 * n, *end = payload + size;
    if (size < 2 * n || (size - 2 * n) % 4 || size > 6 * n)
        return "wrong number of ids";
    if (!fn(ids, payload, n, lut))
        return x == end ? NULL : "exceptions that no rank asks for";
    for (size_t i = 0; i < n; i++) {
        if (ids[i] != TMS_HOLE)
            continue;
        if (le_get16(payload + 2 * i) != TMS_EXCEPTION)
            return "a rank that its table does not have";
        if (x == end)
            return "an exception is missing";
        if ((ids[i] = le_get32(x)) > max_id)
            return "an id above the tokenizer's largest";
        x += 4;
    }
    return x == end ? NULL : "exceptions that no rank asks for";
}
