/* shingle - see shingle.h. A word's hash takes its code points one by one, so ASCII bytes and
 * decoded code points can share it; n-grams are a polynomial over word hashes, modulo 2^64, rolled
 * from one word to the next (Karp and Rabin) and mixed at the end. */
#include "dedup/shingle.h"
#include <assert.h>
#include "core/hash.h"
#include "core/mem.h"
#include "dedup/fold.h"

#define LETTER_FACTOR 0x9E3779B97F4A7C15u           /* 2^64 / golden ratio */
#define WORD_FACTOR 0xD1B54A32D192ED03u             /* any odd number without a pattern */

enum { ASCII_DIGIT = '0', ASCII_FAR = 1 };          /* classes beside folded letters; 0: ends */

struct shingler {
    const char *p, *end;
    uint64_t word;                  /* hash of the word so far; 0: none */
    uint64_t sum;                   /* polynomial of the last n words */
    uint64_t oldest_factor;         /* WORD_FACTOR^n */
    uint64_t ring[SHINGLE_WORDS_MAX];
    unsigned n, at;                 /* words of a shingle; place in the ring */
    uint64_t words;                 /* seen so far */
    bool ended;
    unsigned char ascii[256];
    struct fold_table *fold;
};

static void fill_ascii(struct shingler *s)
{
    for (int c = 0; c < 256; c++) {
        uint32_t entry = c < 128 ? fold_get(s->fold, (uint32_t)c) : 0;
        unsigned char class = 0;
        if (c >= 128)
            class = ASCII_FAR;
        else if (fold_kind(entry) == FOLD_LETTER)
            class = (unsigned char)fold_cp(entry);
        else if (fold_kind(entry) == FOLD_DIGIT)
            class = ASCII_DIGIT;
        s->ascii[c] = class;
    }
}

struct shingler *shingler_new(unsigned words)
{
    struct shingler *s = mem_zero(sizeof *s);
    assert(words >= 1 && words <= SHINGLE_WORDS_MAX);
    s->n = words;
    s->oldest_factor = 1;
    for (unsigned i = 0; i < words; i++)
        s->oldest_factor *= WORD_FACTOR;
    s->fold = fold_new();
    fill_ascii(s);
    return s;
}

void shingler_free(struct shingler *s)
{
    if (!s)
        return;
    fold_free(s->fold);
    mem_free(s);
}

void shingler_start(struct shingler *s, struct slice text)
{
    s->p = text.p;
    s->end = text.p + text.n;
    s->word = s->sum = s->words = 0;
    s->at = 0;
    s->ended = false;
    memset(s->ring, 0, sizeof s->ring);
}

static inline uint64_t add_letter(uint64_t word, uint32_t cp)
{
    return (word + cp) * LETTER_FACTOR;
}

/* Code point at *p of valid UTF-8 that is not ASCII. */
static inline uint32_t next_far(const char **p)
{
    const unsigned char *s = (const unsigned char *)*p;
    if (s[0] < 0xE0) {
        *p += 2;
        return (uint32_t)(s[0] & 0x1F) << 6 | (s[1] & 0x3F);
    }
    if (s[0] < 0xF0) {
        *p += 3;
        return (uint32_t)(s[0] & 0x0F) << 12 | (uint32_t)(s[1] & 0x3F) << 6 | (s[2] & 0x3F);
    }
    *p += 4;
    return (uint32_t)(s[0] & 7) << 18 | (uint32_t)(s[1] & 0x3F) << 12 |
           (uint32_t)(s[2] & 0x3F) << 6 | (s[3] & 0x3F);
}

static uint32_t peek(const char *p, const char *end, const char **after)
{
    uint32_t cp = UINT32_MAX;
    *after = p;
    if (p < end)
        cp = (unsigned char)*p < 0x80 ? (unsigned char)*(*after)++ : next_far(after);
    return cp;
}

static const char *skip_digits(struct shingler *s, const char *p)
{
    const char *after;
    uint32_t cp;
    while ((cp = peek(p, s->end, &after)) != UINT32_MAX &&
           fold_kind(fold_get(s->fold, cp)) == FOLD_DIGIT)
        p = after;
    return p;
}

/* Behind a number that begins at p: digits, and at most one fraction behind one of the decimal
 * separators . , U+066B U+2396 U+2397 U+2398. */
static const char *skip_number(struct shingler *s, const char *p)
{
    const char *after;
    p = skip_digits(s, p);
    uint32_t cp = peek(p, s->end, &after);
    if (cp != '.' && cp != ',' && cp != 0x66B && (cp < 0x2396 || cp > 0x2398))
        return p;
    const char *fraction = skip_digits(s, after);
    return fraction > after ? fraction : p;
}

/* Ends the word at hand: true if that completes a shingle, *out. */
static inline bool end_word(struct shingler *s, uint64_t word, uint64_t *out)
{
    word ^= word >> 32;
    word *= WORD_FACTOR;
    s->sum = s->sum * WORD_FACTOR + word - s->ring[s->at] * s->oldest_factor;
    s->ring[s->at] = word;
    s->at = s->at + 1 == s->n ? 0 : s->at + 1;
    *out = hash_mix(s->sum);
    return ++s->words >= s->n;
}

/* A code point beyond ASCII at s->p: the number of words that it ended (0, 1, or 2 when it is a
 * word of its own), their hashes in ended[]. */
static int far(struct shingler *s, uint64_t ended[2])
{
    const char *p = s->p;
    uint32_t cp = next_far(&p), parts[4];
    uint32_t entry = fold_get(s->fold, cp);
    int n = 0;
    switch (fold_kind(entry)) {
    case FOLD_LETTER:
        s->word = add_letter(s->word, fold_cp(entry));
        break;
    case FOLD_SEVERAL:
        for (int i = 0, k = fold_several(cp, parts); i < k; i++)
            s->word = add_letter(s->word, parts[i]);
        break;
    case FOLD_DIGIT:
        s->word = add_letter(s->word, ASCII_DIGIT);
        p = skip_number(s, s->p);
        break;
    case FOLD_NOTHING:
        break;
    case FOLD_WORD:
    case FOLD_END:
        if (s->word)
            ended[n++] = s->word;
        s->word = 0;
        if (fold_kind(entry) == FOLD_WORD)
            ended[n++] = add_letter(0, fold_cp(entry));
        break;
    }
    s->p = p;
    return n;
}

/* At the end of the text: the last word, and the one shingle of a short text. */
static size_t finish(struct shingler *s, uint64_t *out)
{
    uint64_t shingle = 0;
    size_t n = 0;
    s->ended = true;
    if (s->word && end_word(s, s->word, &shingle))
        out[n++] = shingle;
    if (s->words > 0 && s->words < s->n)
        out[n++] = hash_mix(s->sum);
    return n;
}

size_t shingler_next(struct shingler *s, uint64_t *out, size_t room)
{
    size_t n = 0;
    assert(room >= 4);
    while (s->p < s->end && n + 3 < room) {
        unsigned char class = s->ascii[(unsigned char)*s->p];
        if (class > ASCII_FAR && class != ASCII_DIGIT) {
            uint64_t word = s->word;
            const char *p = s->p;
            do {
                word = add_letter(word, class);
                class = ++p < s->end ? s->ascii[(unsigned char)*p] : 0;
            } while (class > ASCII_FAR && class != ASCII_DIGIT);
            s->word = word;
            s->p = p;
        } else if (class == 0) {
            s->p++;
            if (s->word)
                n += end_word(s, s->word, &out[n]);
            s->word = 0;
        } else if (class == ASCII_DIGIT) {
            s->word = add_letter(s->word, ASCII_DIGIT);
            s->p = skip_number(s, s->p);
        } else {
            uint64_t ended[2];
            int words = far(s, ended);
            for (int i = 0; i < words; i++)
                n += end_word(s, ended[i], &out[n]);
        }
    }
    if (s->p == s->end && !s->ended && n + 3 < room)
        n += finish(s, out + n);
    return n;
}
