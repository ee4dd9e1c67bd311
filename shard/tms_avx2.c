/* Kernels for AVX2, chosen at run time. The table is read by plain loads, eight in flight, and put
 * together in registers: on AMD's processors that takes two thirds of a gather's time. xxHash is
 * compiled in here, since the library's own XXH3 is made for SSE2. */
#if defined __x86_64__ && defined __GNUC__ && !defined __clang__
#pragma GCC target("avx2")
#define XXH_INLINE_ALL
#define TMS_HAS_AVX2 1
#endif
#include "shard/tms_internal.h"

#ifdef TMS_HAS_AVX2
#include <immintrin.h>

static inline __m128i four(const unsigned char *p, const uint32_t *lut)
{
    uint64_t r = le_get64(p);
    __m128i v = _mm_cvtsi32_si128((int)lut[(uint16_t)r]);
    v = _mm_insert_epi32(v, (int)lut[(uint16_t)(r >> 16)], 1);
    v = _mm_insert_epi32(v, (int)lut[(uint16_t)(r >> 32)], 2);
    return _mm_insert_epi32(v, (int)lut[r >> 48], 3);
}

static inline __m256i eight(const unsigned char *p, const uint32_t *lut)
{
    return _mm256_set_m128i(four(p + 8, lut), four(p, lut));
}

/* A bit an id. */
static inline unsigned holes_of(__m256i v)
{
    __m256i eq = _mm256_cmpeq_epi32(v, _mm256_set1_epi32((int)TMS_HOLE));
    return (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(eq));
}

static void unrank(struct tms_unrank *u)
{
    size_t i = 0;
    for (; i + 8 <= u->n; i += 8) {
        __m256i v = eight(u->ranks + 2 * i, u->lut);
        _mm256_storeu_si256((__m256i *)(void *)(u->ids + i), v);
        unsigned holes = holes_of(v);
        for (; holes; holes &= holes - 1)
            if (!tms_fill_hole(u, i + (unsigned)__builtin_ctz(holes)))
                return;
    }
    struct tms_unrank rest = *u;
    rest.ranks += 2 * i;
    rest.ids += i;
    rest.n -= i;
    tms_scalar.unrank(&rest);
    u->x = rest.x;
    u->flaw = rest.flaw;
}

static const struct tms_kernels kernels = {unrank, tms_hash64};
const struct tms_kernels *const tms_avx2 = &kernels;
#else
const struct tms_kernels *const tms_avx2 = NULL;
#endif
