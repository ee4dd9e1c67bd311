/* Pieces by masks. In all masks bit 0 is the first byte of the window, where a piece starts or goes
 * on; X << 1 is "behind an X". The rules follow scan.c, which follows the patterns.
 * The idea of class masks and carries is simdjson's; the rules for patterns are our own. */
#include "tokenize/window.h"
#include "tokenize/window_masks.h"

#define AHEAD 1024                      /* bytes; windows follow each other too fast for memory */

struct window {
    const u8 *p;                        /* first byte */
    unsigned n;                         /* bytes that are known; the rest of the masks is 0 */
    bool at_end;                        /* the text ends behind them */
    uint64_t known;                     /* the low n bits */
    uint64_t first;                     /* first bytes of characters */
    uint64_t letter, upper, lower, digit, space, line, other, plain, quote, slash;
    uint64_t caseless, mark;            /* WORD_CASED: letters of either side; marks among them */
    uint64_t cuts;                      /* a piece may be cut before these bytes */
    uint64_t lowers;                    /* WORD_CASED: a capital behind these starts a piece */
};

typedef void masks_fn(const unsigned char *p, struct masks *m);
typedef uint64_t test_fn(const unsigned char *flags, unsigned char which);
typedef void places_fn(uint64_t mask, uint32_t from, uint32_t *out);

struct vector {                           /* a vector unit, known when compiling */
    masks_fn *masks;
    test_fn *test;
    places_fn *places;
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

INLINE uint32_t decode_three(const u8 *p)
{
    return (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
}

INLINE uint32_t decode_four(const u8 *p)
{
    return (p[0] & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
}

/* The end of the last whole character; before it, all bytes stand where characters have them. */
INLINE unsigned well_formed(const struct window *w, const struct masks *m)
{
    uint64_t rest = m->rest & w->known, two = m->high & ~m->rest & w->known;
    uint64_t three = m->three & w->known, four = m->four & w->known;
    uint64_t want = two << 1 | three << 2 | four << 3;
    uint64_t wrong = (want ^ rest) & w->known;
    unsigned end = wrong ? (unsigned)__builtin_ctzll(wrong) : w->n;
    uint64_t leads = two & low_bits(end);
    if (!leads)
        return end;
    unsigned last = 63 - (unsigned)__builtin_clzll(leads);
    unsigned n = 2 + (unsigned)(three >> last & 1) + (unsigned)(four >> last & 1);
    return last + n > end ? last : end;
}

#define PRESENT 0x80                    /* a flag beside those of uclass.h */

/* Flags of the character at p in flags[0 .. n), cut where the vocabulary allows. Returns n, or 0 if
 * the rules do not cover it. `left`: the character before, UTF8_BAD if not of three bytes. */
INLINE unsigned add_character(struct window *w, unsigned i, const struct scan *s,
                              const struct cuts *cuts, u8 *flags, uint32_t *left)
{
    const u8 *p = w->p + i;
    uint32_t c;
    unsigned f, n;
    if (p[0] < 0xE0) {
        c = (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
        f = s->of[c] | PRESENT;
        n = p[0] < 0xC2 ? 0 : 2;
        c = UTF8_BAD;
    } else if (p[0] < 0xF0) {
        c = decode_three(p);
        f = s->of[c] | PRESENT;
        n = c < 0x800 || (c & 0xF800) == 0xD800 ? 0 : 3;
        flags[2] = (u8)f;
        if (cuts && i && *left == UTF8_BAD && p[-1] < 0x80)
            w->cuts |= (uint64_t)!cuts_joined(cuts, p[-1], c) << i;
        else if (cuts && *left != UTF8_BAD)
            w->cuts |= (uint64_t)!cuts_joined(cuts, *left, c) << i;
        if (cuts && i < 61 && i + 3 < w->n && p[3] < 0x80)
            w->cuts |= (uint64_t)!cuts_joined(cuts, c, p[3]) << (i + 3);
    } else {
        c = decode_four(p);
        n = p[0] > 0xF4 || c < 0x10000 || c >= UC_COUNT ? 0 : 4;
        f = (n ? s->of[c] : 0) | PRESENT;
        flags[2] = flags[3] = (u8)f;
        c = UTF8_BAD;
    }
    flags[0] = flags[1] = (u8)f;
    *left = w->p + i + n < s->end && p[n] >= 0xE0 ? c : UTF8_BAD;
    return f & (UC_SPACE | UC_NUMBER) ? 0 : n;
}

/* Gives the bytes of each character its class, up to the first that the rules below do not cover:
 * blanks, digits, ill-formed sequences, marks behind punctuation (when words are cut by case). */
INLINE void add_high(struct window *w, const struct masks *m, const struct scan *s,
                     const struct cuts *cuts, test_fn *test, bool cased)
{
    u8 flags[WINDOW + 4] __attribute__((aligned(64))) = {0};
    uint32_t left = UTF8_BAD;
    shorten(w, well_formed(w, m));
    w->first = w->known & ~m->rest;
    for (uint64_t leads = m->high & w->first; leads; leads &= leads - 1) {
        unsigned i = (unsigned)__builtin_ctzll(leads);
        if (!add_character(w, i, s, cuts, flags + i, &left)) {
            shorten(w, i);
            break;
        }
    }
    uint64_t letter = test(flags, UC_LETTER), present = test(flags, PRESENT);
    if (cased) {
        w->mark = test(flags, UC_MARK);
        w->caseless = test(flags, UC_CASELESS) | w->mark;
        w->upper |= test(flags, UC_UPPER);
        letter |= w->mark;
    }
    w->letter |= letter;
    w->other |= present & ~letter;
    if (cased) {
        uint64_t meet = w->mark & w->other << 1;
        w->lower = w->letter & ~w->upper & ~w->caseless;
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
 * Behind a word (`cased`) the quote belongs to the word, no second one follows, and the case of the
 * word does not reach over it: a letter beyond ASCII there is left to the scanner. */
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
        if (n + i >= w->n || (cased && w->p[i + n] >= 0x80)) {
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

/* Where a new word begins with a capital inside a run of letters. A caseless letter is of the lower
 * side once a lower-case one stands before it in its word; else it is so if the capitals behind it
 * are not followed by a letter of the lower side. */
INLINE uint64_t capitals(struct window *w, bool lower_before)
{
    uint64_t upper = w->upper & w->first, start;
    w->lowers = w->lower;
    if (!w->caseless)
        return upper & w->lower << 1;
    uint64_t from = w->caseless & (w->lower << 1 | lower_before);
    uint64_t either = w->caseless;
    if (from) {
        uint64_t flood = (w->caseless & ~(w->caseless + from)) | from;
        w->lowers |= flood;
        either &= ~flood;
    }
    start = upper & w->lowers << 1;
    for (uint64_t x = upper & either << 1 & w->known; x; x &= x - 1) {
        unsigned i = (unsigned)__builtin_ctzll(x);
        uint64_t behind = ~w->upper & ~low_bits(i);
        unsigned end = behind ? (unsigned)__builtin_ctzll(behind) : 64;
        if (end >= w->n && !w->at_end) {
            shorten(w, i);
            break;
        }
        if (end >= w->n || !(w->letter >> end & 1))
            start |= (uint64_t)1 << i;
    }
    return start;
}

INLINE uint64_t starts_prefix(const struct grammar *g, struct window *w, const struct scan *s,
                              bool cased, bool lower_before)
{
    uint64_t tail = tails(w, g->slash), other = w->other & ~tail;
    uint64_t space = w->space & ~tail, line = w->line & ~tail;
    uint64_t blank = space & ~w->line;
    uint64_t starts = white_space(w, space, blank, line) | digit_groups(w->digit, g->digits);
    uint64_t alone = other & w->first & ~(other << 1) & ~(w->plain << 1);
    starts |= alone;
    starts |= w->letter & w->first & ~(w->letter << 1) & ~(blank << 1) & ~(whole(w, alone) << 1);
    if (cased)
        starts |= capitals(w, lower_before);
    uint64_t quotes = w->quote & (cased ? w->letter << 1 : alone) & w->known;
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

/* Fills the window at text[at]; short ones are copied, for masks are made of 64 readable bytes. */
INLINE void open_window(struct window *w, const struct scan *s, const struct cuts *cuts, size_t at,
                        const struct vector *u, u8 copy[WINDOW], bool cased)
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
        u->masks(copy, &m);
        m.high &= w->known;
    } else {
        u->masks(w->p, &m);
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
    w->caseless = w->mark = w->cuts = w->lowers = 0;
    if (m.high)
        add_high(w, &m, s, cuts, u->test, cased);
    w->letter &= w->known;
    w->other &= w->known;
    w->space &= w->known;
    w->line &= w->known;
    w->digit &= w->known;
    w->quote &= w->known;
    w->caseless &= w->known;
}

/* A piece that masks do not cover, in parts. */
static size_t by_scanner(const struct grammar *g, const struct scan *s, const struct cuts *cuts,
                         struct scan_place *place, uint32_t *ends, size_t max)
{
    struct slice text = {(const char *)s->start, (size_t)(s->end - s->start)};
    size_t n = 1;
    if (place->end <= place->at)
        place->end = (size_t)(scan_next(g, s, s->start + place->piece) - s->start);
    ends[0] = (uint32_t)place->end;
    if (cuts)
        n = cuts_ends(cuts, text, place->at, place->end, ends, max);
    place->at = ends[n - 1];
    if (place->at == place->end) {
        place->piece = place->at;
        place->lower = false;
    }
    return n;
}

/* The next window's place: the last start of a piece, or a cut between two letters behind it.
 * Ends further on are given up. */
INLINE uint64_t leave(const struct window *w, struct scan_place *place, uint64_t starts)
{
    uint64_t cuts = w->cuts & w->known & ~(uint64_t)1 & ~starts;
    uint64_t within = cuts & w->letter & w->letter << 1;
    if (!(starts | within))
        return 0;
    unsigned last = 63 - (unsigned)__builtin_clzll(starts | within);
    if (starts)
        place->piece = place->at + 63 - (unsigned)__builtin_clzll(starts);
    place->lower = !(starts >> last & 1) && (w->lowers >> (last - 1) & 1);
    place->at += last;
    return (starts | cuts) & low_bits(last + 1);
}

INLINE size_t run(const struct grammar *g, const struct scan *s, const struct cuts *cuts,
                  struct scan_place *place, uint32_t *ends, size_t max, struct vector u,
                  enum word_form form)
{
    size_t n = 0, size = (size_t)(s->end - s->start);
    u8 copy[WINDOW];
    while (place->at < size && n + WINDOW <= max) {
        struct window w;
        uint64_t starts = 0;
        size_t at = place->at;
        if (place->end > at) {
            n += by_scanner(g, s, cuts, place, ends + n, max - n);
            continue;
        }
        __builtin_prefetch((const void *)((uintptr_t)(s->start + at) + AHEAD));
        open_window(&w, s, cuts, at, &u, copy, form == WORD_CASED);
        if (w.n > 1) {
            starts = form == WORD_PLAIN
                         ? starts_plain(&w, s, g->contractions)
                         : starts_prefix(g, &w, s, form == WORD_CASED, place->lower);
            starts &= certain(&w) & ~(uint64_t)1;
        }
        if (w.at_end) {
            starts |= w.cuts & w.known & ~(uint64_t)1;
            place->at = place->piece = size;
        } else {
            starts = leave(&w, place, starts);
        }
        u.places(starts, (uint32_t)at, ends + n);
        n += (unsigned)__builtin_popcountll(starts);
        if (w.at_end)
            ends[n++] = (uint32_t)size;
        else if (!starts)
            n += by_scanner(g, s, cuts, place, ends + n, max - n);
    }
    return n;
}

/* ---- variants ------------------------------------------------------------------------------- */

#define VARIANT(unit, name, form, target) \
    target static size_t name##_##unit(const struct grammar *g, const struct scan *s, \
                                       const struct cuts *cuts, struct scan_place *place, \
                                       uint32_t *ends, size_t max) \
    { \
        const struct vector u = {masks_##unit, test_##unit, places_##unit}; \
        return run(g, s, cuts, place, ends, max, u, form); \
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
                  __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("bmi2");
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
