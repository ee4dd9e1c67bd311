/* minhash - see minhash.h. Classical permutations: up to a few hundred lanes they cost less than
 * one-permutation schemes once a multiplication fills a vector. */
#include "dedup/minhash.h"
#include <assert.h>
#include <math.h>
#include "core/hash.h"
#include "core/mem.h"
#if defined __x86_64__
#include <immintrin.h>
#endif

enum { BLOCK = 16 };                /* lanes are padded to this */

typedef void update(uint32_t *lanes, const uint32_t *a, const uint32_t *b, size_t n_lanes,
                    const uint64_t *shingles, size_t n);

struct minhash {
    unsigned bands, rows;
    size_t lanes;                   /* padded */
    uint32_t *a, *b;
    update *update;
};

static void update_plain(uint32_t *lanes, const uint32_t *a, const uint32_t *b, size_t n_lanes,
                         const uint64_t *shingles, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t x = (uint32_t)(shingles[i] >> 32);
        for (size_t k = 0; k < n_lanes; k++) {
            uint32_t h = a[k] * x + b[k];
            lanes[k] = h < lanes[k] ? h : lanes[k];
        }
    }
}

#if defined __x86_64__
/* `V` vectors of lanes stay in registers while all shingles pass. Loops over them are unrolled by
 * order: the compiler would keep the vectors in memory otherwise. */
#define EACH_VECTOR(V) _Pragma("GCC unroll 8") for (int v = 0; v < V; v++)
#define UPDATE_AVX2(V)                                                                          \
    __attribute__((target("avx2"))) static void update_avx2_##V(                                \
        uint32_t *lanes, const uint32_t *a, const uint32_t *b, const uint64_t *shingles,        \
        size_t n)                                                                               \
    {                                                                                           \
        __m256i min[V], fa[V], fb[V];                                                           \
        EACH_VECTOR(V)                                                                          \
        {                                                                                       \
            min[v] = _mm256_loadu_si256((const __m256i *)lanes + v);                            \
            fa[v] = _mm256_loadu_si256((const __m256i *)a + v);                                 \
            fb[v] = _mm256_loadu_si256((const __m256i *)b + v);                                 \
        }                                                                                       \
        for (size_t i = 0; i < n; i++) {                                                        \
            __m256i x = _mm256_set1_epi32((int)(shingles[i] >> 32));                            \
            EACH_VECTOR(V)                                                                      \
            min[v] = _mm256_min_epu32(min[v],                                                   \
                                      _mm256_add_epi32(_mm256_mullo_epi32(fa[v], x), fb[v]));   \
        }                                                                                       \
        EACH_VECTOR(V)                                                                          \
        _mm256_storeu_si256((__m256i *)lanes + v, min[v]);                                      \
    }

UPDATE_AVX2(4)
UPDATE_AVX2(2)

static void update_avx2(uint32_t *lanes, const uint32_t *a, const uint32_t *b, size_t n_lanes,
                        const uint64_t *shingles, size_t n)
{
    size_t k = 0;
    for (; k + 32 <= n_lanes; k += 32)
        update_avx2_4(lanes + k, a + k, b + k, shingles, n);
    if (k < n_lanes)
        update_avx2_2(lanes + k, a + k, b + k, shingles, n);
}
#endif

static update *best_update(void)
{
#if defined __x86_64__
    if (__builtin_cpu_supports("avx2"))
        return update_avx2;
#endif
    return update_plain;
}

struct minhash *minhash_new(unsigned bands, unsigned rows, uint64_t seed)
{
    struct minhash *m = mem_zero(sizeof *m);
    assert(bands && rows && bands * rows <= MINHASH_LANES_MAX);
    m->bands = bands;
    m->rows = rows;
    m->lanes = (bands * rows + BLOCK - 1) / BLOCK * BLOCK;
    m->a = mem_array(m->lanes, sizeof *m->a);
    m->b = mem_array(m->lanes, sizeof *m->b);
    for (size_t i = 0; i < m->lanes; i++) {
        uint64_t v = hash_mix(hash_mix(seed + 1) + i + 1);
        m->a[i] = (uint32_t)v | 1;
        m->b[i] = (uint32_t)(v >> 32);
    }
    m->update = best_update();
    return m;
}

void minhash_free(struct minhash *m)
{
    if (!m)
        return;
    mem_free(m->a);
    mem_free(m->b);
    mem_free(m);
}

size_t minhash_lanes(const struct minhash *m) { return m->lanes; }

void minhash_start(const struct minhash *m, uint32_t *lanes)
{
    memset(lanes, 0xFF, m->lanes * sizeof *lanes);
}

void minhash_add(const struct minhash *m, uint32_t *lanes, const uint64_t *shingles, size_t n)
{
    m->update(lanes, m->a, m->b, m->lanes, shingles, n);
}

void minhash_keys(const struct minhash *m, const uint32_t *lanes, uint64_t *keys)
{
    size_t bytes = m->rows * sizeof *lanes;
    for (unsigned i = 0; i < m->bands; i++)
        keys[i] = hash64_seed(slice_of((const char *)(lanes + i * m->rows), bytes), i + 1);
}

double minhash_probability(double j, unsigned bands, unsigned rows)
{
    return 1 - pow(1 - pow(j, rows), bands);
}

bool minhash_choose(double j, double probability, unsigned lanes, unsigned *bands, unsigned *rows)
{
    for (unsigned r = lanes; r > 0; r--)            /* more rows refuse more of the dissimilar */
        for (unsigned b = 1; b * r <= lanes; b++)
            if (minhash_probability(j, b, r) >= probability) {
                *bands = b;
                *rows = r;
                return true;
            }
    return false;
}
