/* Pieces by masks. In all masks bit 0 is the first byte of the window, where a piece starts; X << 1
 * is "behind an X". The rules follow scan.c, which follows the patterns.
 * The idea of class masks and carries is simdjson's; the rules for patterns are our own. */
#include "tokenize/window.h"
#include "tokenize/window_masks.h"

struct window {
    const u8 *p;                        /* first byte */
    unsigned n;                         /* bytes that are known; the rest of the masks is 0 */
    bool at_end;                        /* the text ends behind them */
    uint64_t known;                     /* the low n bits */
    uint64_t first;                     /* first bytes of characters */
    uint64_t letter, upper, lower, digit, space, line, other, plain, quote, slash;
};

INLINE uint64_t low_bits(unsigned n)
{
    return n >= 64 ? UINT64_MAX : ((uint64_t)1 << n) - 1;
}

/* Forgets everything from byte n on. */
INLINE void shorten(struct window *w, unsigned n)
{
    if (n >= w->n)
        return;
    w->n = n;
    w->at_end = false;
    w->known = low_bits(n);
}

/* ---- characters beyond ASCII ---------------------------------------------------------------- */

/* Length of the character at bit i by its first byte, 0 unless its bytes follow in the window. */
INLINE unsigned length_at(const struct window *w, unsigned i, uint64_t rest)
{
    u8 c = w->p[i];
    unsigned n = c < 0xC2 ? 0 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF5 ? 4 : 0;
    uint64_t want = low_bits(n) & ~(uint64_t)1;
    return n && i + n <= 64 && (rest >> i & want) == want ? n : 0;
}

INLINE uint32_t decode(const u8 *p, unsigned n)
{
    if (n == 2)
        return (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
    if (n == 3)
        return (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    return (p[0] & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
}

/* Gives the bytes of each character its class, up to the first that the rules below do not cover:
 * marks, blanks, digits, caseless letters next to capitals (when words are cut by case), overlong
 * and cut-off sequences. */
static inline void add_high(struct window *w, const struct masks *m, const uint8_t *of, bool cased)
{
    uint64_t rest = m->rest & w->known, leads = m->high & ~rest, caseless = 0;
    w->first = w->known & ~rest;
    for (; leads; leads &= leads - 1) {
        unsigned i = (unsigned)__builtin_ctzll(leads), n = length_at(w, i, rest);
        uint32_t cp = n ? decode(w->p + i, n) : 0;
        bool formed = n == 2 || (n == 3 && cp >= 0x800 && (cp & 0xF800) != 0xD800) ||
                      (n == 4 && cp >= 0x10000 && cp < UC_COUNT);
        unsigned c = formed ? of[cp] : UC_MARK;
        if (c & (UC_MARK | UC_SPACE | UC_NUMBER)) {
            shorten(w, i);
            break;
        }
        uint64_t bits = low_bits(n) << i;
        if (c & UC_LETTER)
            w->letter |= bits;
        else
            w->other |= bits;
        if (c & UC_UPPER)
            w->upper |= bits;
        if (c & UC_CASELESS)
            caseless |= bits;
    }
    /* a continuation byte that no lead claimed is ill-formed */
    uint64_t stray = rest & ~(w->letter | w->other) & w->known;
    if (stray)
        shorten(w, (unsigned)__builtin_ctzll(stray));
    if (cased) {
        uint64_t meet = caseless << 1 & w->upper & ~caseless & w->known;
        w->lower = w->letter & ~w->upper & ~caseless;
        if (meet)
            shorten(w, (unsigned)__builtin_ctzll(meet));
    }
}

/* ---- rules ---------------------------------------------------------------------------------- */

/* From starts of characters to all their bytes. */
INLINE uint64_t whole(const struct window *w, uint64_t starts)
{
    uint64_t rest = w->known & ~w->first;
    if (!rest)
        return starts;
    uint64_t a = starts << 1 & rest, b = a << 1 & rest, c = b << 1 & rest;
    return starts | a | b | c;
}

/* Line breaks (and slashes) that the punctuation before them takes along. */
INLINE uint64_t tails(const struct window *w, bool slash)
{
    uint64_t from = w->line & w->other << 1;
    if (!from)
        return 0;
    uint64_t may = w->line | (slash ? w->slash : 0);
    return (may & ~(may + from)) | from;
}

/* The first blank behind the last line break of a run of white space: one piece ends with the line
 * break. At most one bit a run. */
INLINE uint64_t after_lines(const struct window *w, uint64_t line, uint64_t blank)
{
    uint64_t found = 0;
    for (uint64_t x = blank & line << 1; x; x &= x - 1) {
        unsigned i = (unsigned)__builtin_ctzll(x);
        uint64_t behind = ~blank & ~(((uint64_t)1 << i) - 1) & w->known;
        if (!behind || !(w->line >> __builtin_ctzll(behind) & 1))
            found |= (uint64_t)1 << i;
    }
    return found;
}

INLINE uint64_t white_space(const struct window *w, uint64_t space, uint64_t blank, uint64_t line)
{
    uint64_t starts = space & ~(space << 1);
    starts |= blank & (w->known & ~w->space) >> 1;      /* the last one goes with what follows */
    if (blank & line << 1)
        starts |= after_lines(w, line, blank);
    return starts;
}

/* Starts of groups of `most` (1 or 3) digits. */
INLINE uint64_t digit_groups(uint64_t digit, unsigned most)
{
    if (most == 1)
        return digit;
    uint64_t starts = digit & ~(digit << 1);
    uint64_t third = digit & digit << 1 & digit << 2 & digit << 3;
    for (uint64_t x = starts; third && (x = x << 3 & third) != 0;)
        starts |= x;
    return starts;
}

/* Contractions at the quotes `at`: the places behind them. One that leaves the window shortens it.
 * Behind a word (`cased`) the quote belongs to the word, and no second one follows. */
INLINE uint64_t contractions(struct window *w, const struct scan *s, uint64_t at, bool any_case,
                             bool cased, uint64_t *inside)
{
    uint64_t behind = 0;
    unsigned end = 64;
    for (uint64_t x = at; x; x &= x - 1) {
        unsigned i = (unsigned)__builtin_ctzll(x);
        if (cased && i == end)
            continue;
        unsigned n = scan_contraction(s, w->p + i, any_case);
        if (!n)
            continue;
        if (n + i >= w->n || (w->p[i + n] & 0xC0) == 0x80) {
            shorten(w, cased ? i : i + 1);
            break;
        }
        *inside |= low_bits(n) << i;
        behind |= (uint64_t)1 << (i + n);
        end = i + n;
    }
    return behind;
}

INLINE uint64_t starts_plain(struct window *w, const struct scan *s, bool with_contractions)
{
    uint64_t free = ~(w->plain << 1);   /* not behind a space, which would join */
    uint64_t starts = w->space & ~(w->space << 1);
    starts |= w->space & (w->known & ~w->space) >> 1;
    uint64_t other = w->other & w->first & ~(w->other << 1) & free;
    starts |= other | (w->digit & ~(w->digit << 1) & free);
    starts |= w->letter & w->first & ~(w->letter << 1) & free;
    if (with_contractions && (w->quote & other)) {
        uint64_t inside = 0, behind = contractions(w, s, w->quote & other, false, false, &inside);
        starts = (starts & ~(inside & inside << 1)) | behind;
    }
    return starts;
}

INLINE uint64_t starts_prefix(const struct grammar *g, struct window *w, const struct scan *s,
                              bool cased)
{
    uint64_t tail = tails(w, g->slash), other = w->other & ~tail;
    uint64_t space = w->space & ~tail, line = w->line & ~tail;
    uint64_t blank = space & ~w->line;
    uint64_t starts = white_space(w, space, blank, line) | digit_groups(w->digit, g->digits);
    uint64_t alone = other & w->first & ~(other << 1) & ~(w->plain << 1);
    starts |= alone;
    starts |= w->letter & w->first & ~(w->letter << 1) & ~(blank << 1) & ~(whole(w, alone) << 1);
    if (cased)
        starts |= w->upper & w->first & w->lower << 1;
    uint64_t quotes = w->quote & (cased ? w->letter << 1 : alone);
    if (g->contractions && quotes) {
        uint64_t inside = 0, behind = contractions(w, s, quotes, true, cased, &inside);
        starts = (starts & ~(cased ? inside : inside & inside << 1)) | behind;
    }
    return starts;
}

/* What depends on bytes behind the window: blanks at its end. */
INLINE uint64_t certain(const struct window *w)
{
    if (w->at_end || !(w->space >> (w->n - 1) & 1))
        return w->known;
    uint64_t not_space = w->known & ~w->space;
    if (!not_space)
        return 0;
    return low_bits(64 - (unsigned)__builtin_clzll(not_space) + 1) & w->known;
}

typedef void masks_fn(const unsigned char *p, struct masks *m);

/* Fills the window at text[at]; short ones are copied, for masks are made of 64 readable bytes. */
INLINE void open_window(struct window *w, const struct scan *s, size_t at, masks_fn *masks,
                        u8 copy[WINDOW], bool cased)
{
    struct masks m;
    size_t left = (size_t)(s->end - s->start) - at;
    w->p = s->start + at;
    w->n = left < WINDOW ? (unsigned)left : WINDOW;
    w->at_end = left <= WINDOW;
    w->known = low_bits(w->n);
    if (left < WINDOW) {
        memset(copy, 0, WINDOW);
        memcpy(copy, w->p, left);
        masks(copy, &m);
        m.high &= w->known;
    } else {
        masks(w->p, &m);
    }
    w->first = w->known;
    w->letter = m.letter;
    w->upper = m.upper;
    w->lower = m.letter & ~m.upper;
    w->digit = m.digit;
    w->space = m.space;
    w->line = m.line;
    w->plain = m.plain;
    w->quote = m.quote;
    w->slash = m.slash;
    w->other = w->known & ~(m.letter | m.digit | m.space | m.high);
    if (m.high)
        add_high(w, &m, s->of, cased);
    w->letter &= w->known;
    w->other &= w->known;
    w->space &= w->known;
    w->line &= w->known;
    w->digit &= w->known;
    w->quote &= w->known;
}

INLINE size_t run(const struct grammar *g, const struct scan *s, size_t at, uint32_t *ends,
                  size_t max, masks_fn *masks, enum word_form form)
{
    size_t n = 0, size = (size_t)(s->end - s->start);
    u8 copy[WINDOW];
    while (at < size && n + WINDOW <= max) {
        struct window w;
        open_window(&w, s, at, masks, copy, form == WORD_CASED);
        uint64_t starts = 0;
        if (w.n > 1) {
            starts = form == WORD_PLAIN ? starts_plain(&w, s, g->contractions)
                                        : starts_prefix(g, &w, s, form == WORD_CASED);
            starts &= certain(&w) & ~(uint64_t)1;
        }
        size_t from = n;
        for (; starts; starts &= starts - 1)
            ends[n++] = (uint32_t)(at + (unsigned)__builtin_ctzll(starts));
        if (w.at_end)
            ends[n++] = (uint32_t)size;
        else if (n == from)             /* a piece that masks do not cover */
            ends[n++] = (uint32_t)(scan_next(g, s, s->start + at) - s->start);
        at = ends[n - 1];
    }
    return n;
}

/* ---- variants ------------------------------------------------------------------------------- */

#define VARIANT(unit, name, form, target) \
    target static size_t name##_##unit(const struct grammar *g, const struct scan *s, size_t at, \
                                       uint32_t *ends, size_t max) \
    { \
        return run(g, s, at, ends, max, masks_##unit, form); \
    }
#define VARIANTS(unit, target) \
    VARIANT(unit, plain, WORD_PLAIN, target) \
    VARIANT(unit, prefix, WORD_PREFIX, target) \
    VARIANT(unit, cased, WORD_CASED, target) \
    static window_fn *const forms_##unit[] = {plain_##unit, prefix_##unit, cased_##unit};

#if defined __x86_64__
VARIANTS(avx512, TARGET_AVX512)
VARIANTS(avx2, TARGET_AVX2)
VARIANTS(sse2, )

static window_fn *const *variant(int i)
{
    bool avx512 = __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
                  __builtin_cpu_supports("bmi2");
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
    if (avx512 && i-- == 0)
        return forms_avx512;
    if (avx2 && i-- == 0)
        return forms_avx2;
    return i == 0 ? forms_sse2 : NULL;
}
#elif defined __aarch64__
VARIANTS(neon, )

static window_fn *const *variant(int i)
{
    return i == 0 ? forms_neon : NULL;
}
#else
static window_fn *const *variant(int i)
{
    (void)i;
    return NULL;
}
#endif

window_fn *window_variant(const struct grammar *g, int i)
{
    window_fn *const *forms = variant(i);
    return forms ? forms[g->word] : NULL;
}

window_fn *window_for(const struct grammar *g)
{
    return window_variant(g, 0);
}
