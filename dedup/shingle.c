/* shingle - see shingle.h. Words are found by bit masks over 64 folded bytes and hashed by two
 * loads and a multiplication (after wyhash); n-grams are a polynomial over word hashes modulo 2^64,
 * rolled from one word to the next (Karp and Rabin) and mixed at the end. */
#include "dedup/shingle.h"
#include <assert.h>
#include "core/hash.h"
#include "core/mem.h"
#include "dedup/fold.h"
#if defined __SSE2__
#include <emmintrin.h>
#endif

#define FACTOR 0xD1B54A32D192ED03u                  /* odd, no pattern in its bits */
#define SALT_A 0xA0761D6478BD642Fu                  /* wyhash's */
#define SALT_B 0xE7037ED1A0B428DBu

enum { BLOCK = 64, FOLDED = 2 * SHINGLE_ROOM - 64, PAD = BLOCK };

struct shingler {
    enum shingle_kind kind;
    const char *p, *end;            /* text not yet folded */
    uint64_t sum;                   /* polynomial of the last n words */
    uint64_t oldest_factor;         /* FACTOR^n */
    uint64_t ring[SHINGLE_WORDS_MAX];
    unsigned n, at;                 /* words of a shingle; place in the ring */
    uint64_t words;                 /* seen so far */
    bool ended;
    struct folder *folder;
    size_t have;                    /* bytes of a word not yet ended, in folded */
    char folded[FOLDED + PAD];
};

struct shingler *shingler_new(enum shingle_kind kind, unsigned words)
{
    struct shingler *s = mem_zero(sizeof *s);
    assert(words >= 1 && words <= SHINGLE_WORDS_MAX);
    s->kind = kind;
    s->n = words;
    s->oldest_factor = 1;
    for (unsigned i = 0; i < words; i++)
        s->oldest_factor *= FACTOR;
    s->folder = folder_new();
    return s;
}

void shingler_free(struct shingler *s)
{
    if (!s)
        return;
    folder_free(s->folder);
    mem_free(s);
}

void shingler_start(struct shingler *s, struct slice text)
{
    s->p = text.p;
    s->end = text.p + text.n;
    s->sum = s->words = s->have = 0;
    s->at = 0;
    s->ended = false;
    memset(s->ring, 0, sizeof s->ring);
}

/* ---- words ---------------------------------------------------------------------------------- */

static inline uint64_t load(const char *p, size_t n)
{
    static const uint64_t keep[9] = {
        0, 0xFF, 0xFFFF, 0xFFFFFF, 0xFFFFFFFF, 0xFFFFFFFFFF, 0xFFFFFFFFFFFF, 0xFFFFFFFFFFFFFF,
        UINT64_MAX};
    uint64_t v;
    memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v & keep[n < 8 ? n : 8];
}

/* 16 bytes at p may be read. */
static inline uint64_t hash_word(const char *p, size_t n)
{
    if (n > 16)
        return hash64(slice_of(p, n));
    unsigned __int128 v = (unsigned __int128)(load(p, n) ^ SALT_A) *
                          (load(p + 8, n > 8 ? n - 8 : 0) ^ SALT_B ^ n);
    return (uint64_t)v ^ (uint64_t)(v >> 64);
}

/* Takes a word; 1 if that completes a shingle, which is put to *out in any case. */
static inline size_t add_word(struct shingler *s, const char *p, size_t n, uint64_t *out)
{
    uint64_t word = hash_word(p, n);
    s->sum = s->sum * FACTOR + word - s->ring[s->at] * s->oldest_factor;
    s->ring[s->at] = word;
    s->at = s->at + 1 == s->n ? 0 : s->at + 1;
    *out = hash_mix(s->sum);
    return ++s->words >= s->n;
}

/* A word of any length, in pieces if it is a long one. */
static size_t add_long(struct shingler *s, const char *p, size_t n, uint64_t *out)
{
    size_t got = 0;
    for (; n > SHINGLE_WORD_MAX; p += SHINGLE_WORD_MAX, n -= SHINGLE_WORD_MAX)
        got += add_word(s, p, SHINGLE_WORD_MAX, out + got);
    return got + add_word(s, p, n, out + got);
}

/* Which of 64 bytes are not spaces. */
static inline uint64_t word_mask(const char *p)
{
    uint64_t mask = 0;
#if defined __SSE2__
    for (int i = 0; i < 4; i++) {
        __m128i c = _mm_loadu_si128((const __m128i *)p + i);
        uint64_t spaces = (uint64_t)_mm_movemask_epi8(_mm_cmpeq_epi8(c, _mm_set1_epi8(' ')));
        mask |= (spaces ^ 0xFFFF) << 16 * i;
    }
#else
    for (int i = 0; i < 64; i++)
        mask |= (uint64_t)(p[i] != ' ') << i;
#endif
    return mask;
}

/* The words in `n` folded bytes that spaces follow; *rest is where the last, unended one begins. */
static size_t add_words(struct shingler *s, size_t n, size_t *rest, uint64_t *out)
{
    const char *p = s->folded;
    size_t got = 0, start = 0;
    uint64_t before = 0;            /* the last byte of the block before was in a word */
    for (size_t at = 0; at < n; at += BLOCK) {
        uint64_t in = word_mask(p + at);
        if (n - at < BLOCK)
            in &= ((uint64_t)1 << (n - at)) - 1;
        uint64_t starts = in & ~(in << 1 | before), ends = ~in & (in << 1 | before);
        if (n - at < BLOCK)
            ends &= ((uint64_t)1 << (n - at)) - 1;
        bool open = before;
        for (; ends; ends &= ends - 1) {
            size_t end = at + (size_t)__builtin_ctzll(ends);
            if (!open) {
                start = at + (size_t)__builtin_ctzll(starts);
                starts &= starts - 1;
            }
            open = false;
            got += end - start <= SHINGLE_WORD_MAX ? add_word(s, p + start, end - start, out + got)
                                                   : add_long(s, p + start, end - start, out + got);
        }
        if (starts)
            start = at + (size_t)__builtin_ctzll(starts);
        before = in >> 63;
        if (n - at < BLOCK)
            before = in >> (n - at - 1) & 1;
    }
    *rest = before ? start : n;
    return got;
}

/* At the end of the text: the word at hand, and the one shingle of a short text. */
static size_t finish(struct shingler *s, uint64_t *out)
{
    size_t n = 0;
    s->ended = true;
    if (s->have)
        n = add_long(s, s->folded, s->have, out);
    if (s->words > 0 && s->words < s->n)
        out[n++] = hash_mix(s->sum);
    return n;
}

/* Code points as they stand: folded holds copies, so that hash_word() may read beyond them. */
static size_t next_chars(struct shingler *s, uint64_t out[SHINGLE_ROOM])
{
    size_t n = 0;
    while (n == 0 && !s->ended) {
        size_t have = (size_t)(s->end - s->p) < SHINGLE_ROOM - 8 ? (size_t)(s->end - s->p)
                                                                 : SHINGLE_ROOM - 8;
        while (have && s->p + have < s->end && (s->p[have] & 0xC0) == 0x80)
            have--;
        if (have)
            memcpy(s->folded, s->p, have);
        s->p += have;
        for (size_t i = 0, k; i < have; i += k) {
            for (k = 1; i + k < have && (s->folded[i + k] & 0xC0) == 0x80;)
                k++;
            n += add_word(s, s->folded + i, k, out + n);
        }
        if (s->p == s->end)
            n += finish(s, out + n);
    }
    return n;
}

size_t shingler_next(struct shingler *s, uint64_t out[SHINGLE_ROOM])
{
    size_t n = 0;
    if (s->kind == SHINGLE_CHARS)
        return next_chars(s, out);
    while (n == 0 && !s->ended) {
        size_t rest, have = s->have;
        char *to = s->folded + have;
        have += s->kind == SHINGLE_CODE
                    ? fold_code(&s->p, s->end, to, FOLDED - have)
                    : fold_next(s->folder, &s->p, s->end, to, FOLDED - have);
        n = add_words(s, have, &rest, out);
        s->have = have - rest;
        memmove(s->folded, s->folded + rest, s->have);
        if (s->p == s->end) {
            n += finish(s, out + n);
        } else if (s->have > SHINGLE_WORD_MAX) {
            n += add_word(s, s->folded, SHINGLE_WORD_MAX, out + n);
            s->have -= SHINGLE_WORD_MAX;
            memmove(s->folded, s->folded + SHINGLE_WORD_MAX, s->have);
        }
    }
    return n;
}
