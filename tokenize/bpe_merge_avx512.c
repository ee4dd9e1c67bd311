/* bpe_merge_words() in AVX-512 registers.
 *
 * A word is two rows of 16 or 32 lanes: its symbols, and for each the symbol that it makes with
 * the next one, which is that pair's rank. A merge is the least of the second row; lanes behind
 * it move up. The two look-ups that it needs are asked for and answered when the word's turn comes
 * again. */
#include "tokenize/bpe_table.h"
#include "tokenize/bpe_words.h"
#if defined __x86_64__
#include <immintrin.h>

#define WAYS 12                         /* words in flight */
#define NO_SYMBOL (BPE_MAX_SYMBOLS - 2) /* pairs with nothing, nor with itself */
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,bmi,bmi2,lzcnt")))
#define INLINE TARGET static inline __attribute__((always_inline))

struct row {                            /* `wide` is known when compiling: else only low counts */
    __m512i low, high;
};

struct word {
    struct row symbols, made;
    uint64_t slot_behind, slot_before;
    uint32_t behind, before;            /* symbols beside the one made last */
    uint32_t at, last;                  /* its lane, and itself; nothing yet: NO_SYMBOL */
    uint32_t n;                         /* symbols */
    struct bpe_word *of;
};

INLINE struct row row_set(struct row r, uint32_t lanes, uint32_t value, bool wide)
{
    r.low = _mm512_mask_set1_epi32(r.low, (__mmask16)lanes, (int)value);
    if (wide)
        r.high = _mm512_mask_set1_epi32(r.high, (__mmask16)(lanes >> 16), (int)value);
    return r;
}

/* Takes a lane out; `fill` comes in at the end. */
INLINE struct row row_drop(struct row r, uint32_t lane, uint32_t fill, bool wide)
{
    const __m512i new = _mm512_set1_epi32((int)fill);
    uint32_t keep = ~((uint32_t)1 << lane);
    if (!wide) {
        r.low = _mm512_mask_compress_epi32(new, (__mmask16)keep, r.low);
        return r;
    }
    const __m512i first = _mm512_broadcastd_epi32(_mm512_castsi512_si128(r.high));
    r.low = _mm512_mask_compress_epi32(lane < 16 ? first : new, (__mmask16)keep, r.low);
    r.high = _mm512_mask_compress_epi32(new, (__mmask16)(lane < 16 ? 0xFFFE : keep >> 16), r.high);
    return r;
}

INLINE uint32_t row_at(const struct row *r, uint32_t lane, bool wide)
{
    const __m512i which = _mm512_castsi128_si512(_mm_cvtsi32_si128((int)lane));
    const __m512i v = wide ? _mm512_permutex2var_epi32(r->low, which, r->high)
                           : _mm512_permutexvar_epi32(which, r->low);
    return (uint32_t)_mm_cvtsi128_si32(_mm512_castsi512_si128(v));
}

/* The least value, and the first lane that has it. */
INLINE uint32_t row_least(const struct row *r, uint32_t *lane, bool wide)
{
    uint32_t least = _mm512_reduce_min_epu32(wide ? _mm512_min_epu32(r->low, r->high) : r->low);
    const __m512i v = _mm512_set1_epi32((int)least);
    uint32_t there = _mm512_cmpeq_epi32_mask(r->low, v);
    if (wide)
        there |= (uint32_t)_mm512_cmpeq_epi32_mask(r->high, v) << 16;
    *lane = (uint32_t)__builtin_ctz(there);
    return least;
}

/* What bytes make with the next bytes; lanes beyond `mask` make nothing. */
INLINE __m512i pairs(const struct bpe_table *t, __m512i a, __m512i b, uint32_t mask)
{
    return _mm512_mask_i32gather_epi32(_mm512_set1_epi32(-1), (__mmask16)mask,
                                       _mm512_or_si512(_mm512_slli_epi32(a, 8), b),
                                       t->pair_of_bytes, 4);
}

INLINE void start(struct word *w, const struct bpe_table *t, struct bpe_word *of, bool wide)
{
    uint32_t n = of->n, known = (uint32_t)(((uint64_t)1 << n) - 1);
    const __m512i none = _mm512_set1_epi32(NO_SYMBOL);
    const __m128i a = _mm_loadu_si128((const void *)of->bytes), zero = _mm_setzero_si128();
    const __m128i b = wide ? _mm_loadu_si128((const void *)(of->bytes + 16)) : zero;
    const __m512i low = _mm512_cvtepu8_epi32(a);
    w->symbols.low = _mm512_mask_mov_epi32(none, (__mmask16)known, low);
    w->made.low = pairs(t, low, _mm512_cvtepu8_epi32(_mm_alignr_epi8(b, a, 1)), known >> 1);
    if (wide) {
        const __m512i high = _mm512_cvtepu8_epi32(b);
        w->symbols.high = _mm512_mask_mov_epi32(none, (__mmask16)(known >> 16), high);
        w->made.high = pairs(t, high, _mm512_cvtepu8_epi32(_mm_alignr_epi8(zero, b, 1)),
                             known >> 17);
    }
    w->behind = w->before = w->last = NO_SYMBOL;
    w->slot_behind = w->slot_before = 0;
    w->at = 31;
    w->n = n;
    w->of = of;
}

INLINE void finish(const struct word *w, const struct bpe_table *t, bool wide)
{
    const __m512i none = _mm512_setzero_si512();
    uint32_t known = (uint32_t)(((uint64_t)1 << w->n) - 1);
    _mm512_storeu_si512(w->of->ids, _mm512_mask_i32gather_epi32(none, (__mmask16)known,
                                                                w->symbols.low, t->id, 4));
    if (wide && w->n > 16)
        _mm512_storeu_si512(w->of->ids + 16,
                            _mm512_mask_i32gather_epi32(none, (__mmask16)(known >> 16),
                                                        w->symbols.high, t->id, 4));
    w->of->n_ids = w->n;
}

/* One merge; false when none is left. */
INLINE bool step(struct word *w, const struct bpe_table *t, bool wide)
{
    struct row made = w->made;
    uint32_t bit = (uint32_t)1 << w->at, lane;
    if (w->last != NO_SYMBOL) {
        made = row_set(made, bit, bpe_at(t, w->slot_behind, w->last, w->behind), wide);
        made = row_set(made, bit >> 1, bpe_at(t, w->slot_before, w->before, w->last), wide);
    }
    uint32_t least = row_least(&made, &lane, wide);
    if (least == BPE_NONE)
        return false;
    w->made = row_drop(made, lane + 1, BPE_NONE, wide);
    w->symbols = row_drop(row_set(w->symbols, (uint32_t)1 << lane, least, wide), lane + 1,
                          NO_SYMBOL, wide);
    w->n--;
    w->at = lane;
    w->last = least;
    w->behind = row_at(&w->symbols, lane + 1, wide);
    w->before = lane ? row_at(&w->symbols, lane - 1, wide) : NO_SYMBOL;
    w->slot_behind = bpe_slot(t, least, w->behind);
    w->slot_before = bpe_slot(t, w->before, least);
    __builtin_prefetch(&t->slots[w->slot_behind]);
    __builtin_prefetch(&t->slots[w->slot_before]);
    return true;
}

/* The next word from *i on that is wide or is not. */
INLINE struct bpe_word *next_word(struct bpe_word *words, size_t n, size_t *i, bool wide)
{
    while (*i < n && (words[*i].n > BPE_SHORT_WORD) != wide)
        ++*i;
    return *i < n ? &words[(*i)++] : NULL;
}

INLINE void merge_words(const struct bpe_table *t, struct bpe_word *words, size_t n, bool wide)
{
    struct word w[WAYS];
    struct bpe_word *next;
    size_t active = 0, i = 0;
    while (active < WAYS && (next = next_word(words, n, &i, wide)) != NULL)
        start(&w[active++], t, next, wide);
    while (active) {
        for (size_t k = 0; k < active; k++) {
            if (step(&w[k], t, wide))
                continue;
            finish(&w[k], t, wide);
            if ((next = next_word(words, n, &i, wide)) != NULL)
                start(&w[k], t, next, wide);
            else
                w[k--] = w[--active];
        }
    }
}

TARGET void bpe_merge_words_avx512(const struct bpe_table *t, struct bpe_word *words, size_t n)
{
    merge_words(t, words, n, false);
    merge_words(t, words, n, true);
}

bool bpe_has_avx512(void)
{
    return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("bmi2");
}
#else
bool bpe_has_avx512(void)
{
    return false;
}

void bpe_merge_words_avx512(const struct bpe_table *t, struct bpe_word *words, size_t n)
{
    bpe_merge_words_any(t, words, n);
}
#endif
