/* fold - see fold.h. Sixteen bytes at a time where they are ASCII without digits; code point by
 * code point elsewhere. Categories, case and decompositions are utf8proc's. */
#include "dedup/fold.h"
#include <stdint.h>
#include <utf8proc.h>
#include "core/mem.h"
#include "core/utf8.h"
#if defined __SSE2__
#include <emmintrin.h>
#endif

enum kind {
    ENDS,                           /* a word: space, punctuation, symbol, control */
    LETTER,                         /* part of a word */
    WORD,                           /* a word of its own */
    DIGIT,
    NOTHING,                        /* nonspacing mark or format character */
    SEVERAL                         /* folds to more than one code point or three bytes */
};

enum { PAGES = 0x1100 };            /* of 256 code points */

/* An entry is kind << 28 | length << 24 | the folded code point's UTF-8, first byte lowest. */
struct folder {
    uint32_t *pages[PAGES];         /* NULL: not yet made */
};

struct folder *folder_new(void) { return mem_zero(sizeof(struct folder)); }

void folder_free(struct folder *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < PAGES; i++)
        mem_free(f->pages[i]);
    mem_free(f);
}

/* ---- the table ------------------------------------------------------------------------------ */

/* Scripts written without spaces between words, by block (Unicode 15). */
static bool is_unspaced(uint32_t cp)
{
    static const uint32_t ranges[][2] = {
        {0x0E00, 0x0EFF}, {0x1000, 0x109F}, {0x1780, 0x17FF}, {0x3040, 0x30FF}, {0x31F0, 0x31FF},
        {0x3400, 0x4DBF}, {0x4E00, 0x9FFF}, {0xA000, 0xA4CF}, {0xAA60, 0xAA7F}, {0xF900, 0xFAFF},
        {0xFF66, 0xFF9F}, {0x1B000, 0x1B16F}, {0x20000, 0x3FFFF}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (cp >= ranges[i][0] && cp <= ranges[i][1])
            return true;
    return false;
}

static enum kind kind_of(uint32_t cp)
{
    switch (utf8proc_category((utf8proc_int32_t)cp)) {
    case UTF8PROC_CATEGORY_ND:
        return DIGIT;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_CF:
        return NOTHING;
    case UTF8PROC_CATEGORY_LU: case UTF8PROC_CATEGORY_LL: case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM: case UTF8PROC_CATEGORY_LO: case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME: case UTF8PROC_CATEGORY_NL: case UTF8PROC_CATEGORY_NO:
        return is_unspaced(cp) ? WORD : LETTER;
    default:
        return ENDS;
    }
}

/* UTF-8 of what cp folds to, at most 4 code points. */
static size_t folded(uint32_t cp, char out[16])
{
    utf8proc_int32_t parts[16];
    int last = 0, points = 0;
    size_t n = 0;
    utf8proc_ssize_t got = utf8proc_decompose_char(utf8proc_tolower((utf8proc_int32_t)cp), parts,
                                                   16, UTF8PROC_DECOMPOSE, &last);
    for (utf8proc_ssize_t i = 0; i < got && i < 16 && points < 4; i++) {
        if (utf8proc_category(parts[i]) == UTF8PROC_CATEGORY_MN)
            continue;
        n += utf8_put(out + n, (uint32_t)parts[i]);
        points++;
    }
    return n;
}

static uint32_t entry_of(uint32_t cp)
{
    char out[16];
    enum kind kind = kind_of(cp);
    if (kind != LETTER && kind != WORD)
        return (uint32_t)kind << 28;
    size_t n = folded(cp, out);
    if (n == 0)
        return (uint32_t)NOTHING << 28;
    if (n > 3 || utf8_count(slice_of(out, n)) > 1)
        return (uint32_t)SEVERAL << 28 | (uint32_t)(kind == WORD) << 24;
    uint32_t bytes = 0;
    for (size_t i = 0; i < n; i++)
        bytes |= (uint32_t)(unsigned char)out[i] << 8 * i;
    return (uint32_t)kind << 28 | (uint32_t)n << 24 | bytes;
}

static const uint32_t *make_page(struct folder *f, uint32_t page)
{
    uint32_t *entries = mem_alloc(256 * sizeof *entries);
    for (uint32_t i = 0; i < 256; i++)
        entries[i] = entry_of(page << 8 | i);
    f->pages[page] = entries;
    return entries;
}

static inline uint32_t entry(struct folder *f, uint32_t cp)
{
    const uint32_t *page = f->pages[cp >> 8];
    return (page ? page : make_page(f, cp >> 8))[cp & 255];
}
static inline enum kind entry_kind(uint32_t e) { return (enum kind)(e >> 28); }

/* ---- one code point ------------------------------------------------------------------------- */

/* Code point at *p of valid UTF-8. */
static inline uint32_t next_point(const char **p)
{
    const unsigned char *s = (const unsigned char *)*p;
    if (s[0] < 0x80) {
        *p += 1;
        return s[0];
    }
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

static const char *skip_digits(struct folder *f, const char *p, const char *end)
{
    while (p < end) {
        const char *after = p;
        if (entry_kind(entry(f, next_point(&after))) != DIGIT)
            break;
        p = after;
    }
    return p;
}

/* Behind a number that begins at p: digits, and at most one fraction behind one of the decimal
 * separators . , U+066B U+2396 U+2397 U+2398. */
static const char *skip_number(struct folder *f, const char *p, const char *end)
{
    p = skip_digits(f, p, end);
    if (p == end)
        return p;
    const char *after = p;
    uint32_t cp = next_point(&after);
    if (cp != '.' && cp != ',' && cp != 0x66B && (cp < 0x2396 || cp > 0x2398))
        return p;
    const char *fraction = skip_digits(f, after, end);
    return fraction > after ? fraction : p;
}

static inline char *put(char *out, uint32_t e)
{
    out[0] = (char)e;
    out[1] = (char)(e >> 8);
    out[2] = (char)(e >> 16);
    return out + (e >> 24 & 15);
}

static char *put_several(char *out, uint32_t cp, bool is_word)
{
    if (is_word)
        *out++ = ' ';
    out += folded(cp, out);
    if (is_word)
        *out++ = ' ';
    return out;
}

/* The code point at *p, which is no ASCII letter; a number is taken whole. */
static char *fold_point(struct folder *f, const char **p, const char *end, char *out)
{
    const char *start = *p;
    uint32_t cp = next_point(p), e = entry(f, cp);
    switch (entry_kind(e)) {
    case LETTER:
        return put(out, e);
    case WORD:
        *out++ = ' ';
        out = put(out, e);
        *out++ = ' ';
        return out;
    case DIGIT:
        *out++ = '0';
        *p = skip_number(f, start, end);
        return out;
    case NOTHING:
        return out;
    case SEVERAL:
        return put_several(out, cp, e >> 24 & 1);
    case ENDS:
        break;
    }
    *out++ = ' ';
    return out;
}

/* ---- runs of ASCII -------------------------------------------------------------------------- */

static inline bool is_special(unsigned char c) { return c >= 0x80 || (c >= '0' && c <= '9'); }

/* Folds up to 16 bytes that are neither digits nor beyond ASCII; returns their number. Writes 16
 * bytes in any case; there are 16 to read. */
#if defined __SSE2__
static inline size_t fold_ascii(const char *p, char *out)
{
    __m128i c = _mm_loadu_si128((const __m128i *)p);
    __m128i low = _mm_or_si128(c, _mm_set1_epi8(0x20));
    __m128i from_a = _mm_sub_epi8(low, _mm_set1_epi8('a'));
    __m128i from_0 = _mm_sub_epi8(c, _mm_set1_epi8('0'));
    __m128i letter = _mm_cmpeq_epi8(_mm_min_epu8(from_a, _mm_set1_epi8(25)), from_a);
    __m128i digit = _mm_cmpeq_epi8(_mm_min_epu8(from_0, _mm_set1_epi8(9)), from_0);
    __m128i folded_c = _mm_or_si128(_mm_and_si128(letter, low),
                                    _mm_andnot_si128(letter, _mm_set1_epi8(' ')));
    _mm_storeu_si128((__m128i *)out, folded_c);
    unsigned special = (unsigned)_mm_movemask_epi8(_mm_or_si128(digit, c));
    return (size_t)__builtin_ctz(special | 0x10000);
}
#else
static inline size_t fold_ascii(const char *p, char *out)
{
    size_t n = 0;
    for (; n < 16 && !is_special((unsigned char)p[n]); n++) {
        unsigned char low = (unsigned char)p[n] | 0x20;
        out[n] = low >= 'a' && low <= 'z' ? (char)low : ' ';
    }
    return n;
}
#endif

size_t fold_next(struct folder *f, const char **p, const char *end, char *out, size_t room)
{
    char *start = out, *last = out + room - FOLD_ROOM;
    const char *s = *p;
    while (s < end && out <= last) {
        if (is_special((unsigned char)*s)) {
            out = fold_point(f, &s, end, out);
        } else if (end - s >= 16) {
            size_t n = fold_ascii(s, out);
            s += n;
            out += n;
        } else {
            unsigned char low = (unsigned char)*s++ | 0x20;
            *out++ = low >= 'a' && low <= 'z' ? (char)low : ' ';
        }
    }
    *p = s;
    return (size_t)(out - start);
}

static inline bool is_identifier(unsigned char c)
{
    unsigned char low = c | 0x20;
    return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

size_t fold_code(const char **p, const char *end, char *out, size_t room)
{
    size_t n = (size_t)(end - *p) < room ? (size_t)(end - *p) : room;
    for (size_t i = 0; i < n; i++)
        out[i] = is_identifier((unsigned char)(*p)[i]) ? (*p)[i] : ' ';
    *p += n;
    return n;
}
