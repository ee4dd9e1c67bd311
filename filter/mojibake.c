/* See mojibake.h. A text is held as code points; each attempt spells it as bytes of one encoding
 * and reads them as UTF-8. */
#include "filter/mojibake.h"
#include "core/mem.h"
#include "filter/mojibake_signs.h"

struct points {
    uint32_t *v;
    size_t n, cap;
};

static void put(struct points *t, uint32_t c)
{
    if (t->n == t->cap) {
        t->cap = t->cap ? 2 * t->cap : 256;
        t->v = mem_grow_array(t->v, t->cap, sizeof *t->v);
    }
    t->v[t->n++] = c;
}

static void put_all(struct points *t, const uint32_t *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        put(t, v[i]);
}

static bool same(const struct points *a, const struct points *b)
{
    return a->n == b->n && (a->n == 0 || !memcmp(a->v, b->v, a->n * sizeof *a->v));
}

/* ---- bytes -------------------------------------------------------------------------------- */

static bool in(const struct buf *b, size_t i, unsigned from, unsigned to)
{
    return i < b->n && (unsigned char)b->p[i] >= from && (unsigned char)b->p[i] <= to;
}

static bool is(const struct buf *b, size_t i, unsigned byte) { return in(b, i, byte, byte); }

/* A continuation byte, but neither 0x85, an ellipsis read as windows-1252, nor 0xA0. */
static bool plain_tail(const struct buf *b, size_t i)
{
    return in(b, i, 0x80, 0xBF) && !is(b, i, 0x85) && !is(b, i, 0xA0);
}

/* Length of UTF-8 at i that a space in the place of a byte 0xA0 has broken, or 0. */
static size_t altered(const struct buf *b, size_t i)
{
    static const unsigned char leads[] = {0xC2, 0xC3, 0xC5, 0xCE, 0xD0, 0xD9};
    if (is(b, i + 1, ' ') && memchr(leads, b->p[i], sizeof leads))
        return 2;
    if (in(b, i, 0xE2, 0xE3) && is(b, i + 1, ' ') && plain_tail(b, i + 2))
        return 3;
    if (in(b, i, 0xE0, 0xE3) && plain_tail(b, i + 1) && is(b, i + 2, ' '))
        return 3;
    if (!is(b, i, 0xF0))
        return 0;
    int spaces = 0, tails = 0;
    for (size_t k = 1; k < 4; k++) {
        spaces += is(b, i + k, ' ');
        tails += in(b, i + k, 0x80, 0xBF);
    }
    return spaces == 1 && tails == 2 ? 4 : 0;
}

/* "Ã " is mostly the word "à", whose second byte and the space behind it have become one; not in
 * Portuguese "às" and "àquele". */
static bool is_a_grave_word(const struct buf *b, size_t i)
{
    static const char *const no[] = {" ", "quele", "quela", "quilo", "s "};
    if (!is(b, i, 0xC3) || !is(b, i + 1, ' '))
        return false;
    struct slice rest = slice_from(buf_slice(b), i + 2);
    for (size_t k = 0; k < sizeof no / sizeof *no; k++)
        if (slice_starts(rest, slice_str(no[k])))
            return false;
    return true;
}

static void restore_a0(struct buf *b, struct buf *work)
{
    buf_clear(work);
    for (size_t i = 0; i < b->n; i++) {
        buf_add_byte(work, b->p[i]);
        if (is_a_grave_word(b, i))
            buf_add_byte(work, (char)0xA0);
    }
    buf_clear(b);
    for (size_t i = 0; i < work->n;) {
        size_t n = altered(work, i), end = i + (n ? n : 1);
        for (; i < end; i++)
            buf_add_byte(b, n && work->p[i] == ' ' ? (char)0xA0 : work->p[i]);
    }
}

/* 0x1A, or "?" once in a sequence, for a byte that was lost. */
static bool lost(const struct buf *b, size_t i) { return is(b, i, 0x1A) || is(b, i, '?'); }
static bool tail_or_lost(const struct buf *b, size_t i)
{
    return in(b, i, 0x80, 0xBF) || is(b, i, 0x1A);
}

/* n bytes with a lead before: one of the tails is lost (perhaps as "?"), others are tails or
 * 0x1A. */
static bool lossy_tails(const struct buf *b, size_t i, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        bool all = lost(b, i + k);
        for (size_t j = 0; j < n && all; j++)
            all = j == k || tail_or_lost(b, i + j);
        if (all)
            return true;
    }
    return false;
}

/* Length of UTF-8 at i of which bytes were lost, or 0. */
static size_t lossy(const struct buf *b, size_t i)
{
    if (in(b, i, 0xC2, 0xDF) && is(b, i + 1, 0x1A))
        return 2;
    if (in(b, i, 0xC2, 0xC3) && is(b, i + 1, '?'))
        return 2;
    if (is(b, i, 0xED) && in(b, i + 1, 0xA0, 0xAF) && is(b, i + 3, 0xED) &&
        in(b, i + 4, 0xB0, 0xBF) &&
        ((lost(b, i + 2) && (lost(b, i + 5) || in(b, i + 5, 0x80, 0xBF))) ||
         (in(b, i + 2, 0x80, 0xBF) && lost(b, i + 5))))
        return 6;
    if (in(b, i, 0xE0, 0xEF) && lossy_tails(b, i + 1, 2))
        return 3;
    if (in(b, i, 0xF0, 0xF4) && lossy_tails(b, i + 1, 3))
        return 4;
    return is(b, i, 0x1A);
}

static void replace_lossy(struct buf *b, struct buf *work)
{
    buf_clear(work);
    for (size_t i = 0; i < b->n;) {
        size_t n = lossy(b, i);
        if (n)
            buf_add_str(work, "\357\277\275");      /* U+FFFD */
        else
            buf_add_byte(work, b->p[i]);
        i += n ? n : 1;
    }
    struct buf swap = *b;
    *b = *work;
    *work = swap;
}

/* ---- bytes as UTF-8 ----------------------------------------------------------------------- */

/* One code point at i by the strict rules; its length, or 0. */
static size_t strict(const struct buf *b, size_t i, uint32_t *c)
{
    struct slice s = slice_upto(slice_from(buf_slice(b), i), 4);
    unsigned char lead = (unsigned char)s.p[0];
    size_t n = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (s.n < n || utf8_valid_upto(slice_upto(s, n)) != n)
        return 0;
    const char *p = s.p;
    *c = chars_next(&p);
    return n;
}

/* The end, or a newline before it, where ftfy's expression for cut sequences has "$". */
static bool at_end(const struct buf *b, size_t i)
{
    return i == b->n || (i + 1 == b->n && b->p[i] == '\n');
}

/* CESU-8, six bytes for what lies beyond U+FFFF, and Java's two for NUL, as ftfy reads them: with
 * a newline at the very end taken for the byte that is missing. */
static size_t variant(const struct buf *b, size_t i, uint32_t *c)
{
    if (is(b, i, 0xC0) && i + 1 < b->n && (is(b, i + 1, 0x80) || at_end(b, i + 1))) {
        *c = 0;
        return 2;
    }
    if (!is(b, i, 0xED) || !in(b, i + 1, 0xA0, 0xAF) || !in(b, i + 2, 0x80, 0xBF) ||
        !is(b, i + 3, 0xED) || !in(b, i + 4, 0xB0, 0xBF) || i + 5 >= b->n ||
        !(in(b, i + 5, 0x80, 0xBF) || at_end(b, i + 5)))
        return 0;
    const unsigned char *p = (const unsigned char *)b->p + i;
    *c = ((p[1] & 0x0Fu) << 16) + ((p[2] & 0x3Fu) << 10) + ((p[4] & 0x0Fu) << 6) + (p[5] & 0x3Fu) +
         0x10000;
    return 6;
}

static bool decode(const struct buf *b, struct points *out)
{
    bool variants = memchr(b->p, 0xED, b->n) || memchr(b->p, 0xC0, b->n);
    out->n = 0;
    for (size_t i = 0; i < b->n;) {
        uint32_t c;
        size_t n = variants ? variant(b, i, &c) : 0;
        if (!n)
            n = strict(b, i, &c);
        if (!n)
            return false;
        put(out, c);
        i += n;
    }
    return true;
}

/* ---- attempts ----------------------------------------------------------------------------- */

struct attempt {
    struct buf bytes, work;
};

/* Bits of the encodings that have every character. */
static unsigned possible(const struct mojibake *m, const struct points *t)
{
    unsigned all = (1u << CHARMAPS) - 1, sloppy = 0;
    for (int e = 0; e < CHARMAPS; e++)
        sloppy |= (unsigned)charmap_is_sloppy(e) << e;
    for (size_t i = 0; i < t->n && all; i++)
        if (t->v[i] >= 0x80)
            all &= charmap_row(m->map, t->v[i])->encodings;
        else if (t->v[i] == 0x1A)
            all &= ~sloppy;
    return all;
}

static bool as_encoding(const struct mojibake *m, const struct points *t, int encoding,
                        struct attempt *a, struct points *out)
{
    buf_clear(&a->bytes);
    for (size_t i = 0; i < t->n; i++)
        buf_add_byte(&a->bytes, (char)(t->v[i] < 0x80
                                           ? t->v[i]
                                           : charmap_row(m->map, t->v[i])->byte[encoding]));
    if (encoding != CHARMAP_MACROMAN)       /* there it would be a dash and a space */
        restore_a0(&a->bytes, &a->work);
    if (charmap_is_sloppy(encoding))
        replace_lossy(&a->bytes, &a->work);
    return decode(&a->bytes, out);
}

static void fix(const struct mojibake *m, struct points *t);

/* Length of the run at i that looks like UTF-8 in an encoding like latin-1, or 0. */
static size_t run(const struct mojibake *m, const struct points *t, size_t i)
{
    size_t from = i;
    if (i && charmap_row(m->map, t->v[i - 1])->flags & CM_CONTINUATION_STRICT)
        return 0;
    for (;;) {
        uint32_t f = i < t->n ? charmap_row(m->map, t->v[i])->flags : 0;
        size_t tails = f & CM_FIRST_OF_2 ? 1 : f & CM_FIRST_OF_3 ? 2 : f & CM_FIRST_OF_4 ? 3 : 0, k;
        for (k = 1; k <= tails && i + k < t->n; k++)
            if (t->v[i + k] != ' ' && !(charmap_row(m->map, t->v[i + k])->flags & CM_CONTINUATION))
                break;
        if (!tails || k <= tails)
            return i - from;
        i += k;
    }
}

/* Runs of mojibake in text that is none: each is repaired on its own. */
static bool fix_runs(const struct mojibake *m, const struct points *t, struct points *out)
{
    out->n = 0;
    for (size_t i = 0; i < t->n;) {
        size_t n = run(m, t, i);
        if (!n) {
            put(out, t->v[i++]);
            continue;
        }
        if (n < t->n && mojibake_signs(m, t->v + i, n)) {
            struct points part = {0};
            put_all(&part, t->v + i, n);
            fix(m, &part);
            put_all(out, part.v, part.n);
            mem_free(part.v);
        } else {
            put_all(out, t->v + i, n);
        }
        i += n;
    }
    return !same(t, out);
}

/* Controls become what windows-1252 has there; where it has nothing they stay, or, with `whole`,
 * nothing is done. False if nothing changed. */
static bool fix_c1(const struct points *t, bool whole, struct points *out)
{
    bool changed = false;
    out->n = 0;
    for (size_t i = 0; i < t->n; i++) {
        bool control = t->v[i] >= 0x80 && t->v[i] < 0xA0;
        uint32_t c = control ? charmap_1252(t->v[i]) : t->v[i];
        if (whole && control && c == t->v[i])
            return false;
        changed |= c != t->v[i];
        put(out, c);
    }
    return changed;
}

static bool step(const struct mojibake *m, const struct points *t, struct attempt *a,
                 struct points *out)
{
    bool ascii = true;
    for (size_t i = 0; i < t->n && ascii; i++)
        ascii = t->v[i] < 0x80;
    if (ascii || !mojibake_signs(m, t->v, t->n))
        return false;
    unsigned could = possible(m, t);
    for (int e = 0; e < CHARMAPS; e++)
        if (could >> e & 1 && as_encoding(m, t, e, a, out))
            return true;
    if (fix_runs(m, t, out))
        return true;
    return (could >> CHARMAP_LATIN_1 & 1 && fix_c1(t, true, out)) || fix_c1(t, false, out);
}

static void fix(const struct mojibake *m, struct points *t)
{
    struct attempt a;
    struct points next = {0};
    buf_init(&a.bytes, BUF_NO_LIMIT);
    buf_init(&a.work, BUF_NO_LIMIT);
    while (step(m, t, &a, &next) && !same(t, &next)) {
        struct points swap = *t;
        *t = next;
        next = swap;
    }
    mem_free(next.v);
    buf_free(&a.bytes);
    buf_free(&a.work);
}

static bool is_ascii(struct slice text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] >= 0x80)
            return false;
    return true;
}

static void read_points(struct slice text, struct points *t)
{
    for (const char *p = text.p, *end = p + text.n; p < end;)
        put(t, chars_next(&p));
}

bool mojibake_likely(const struct mojibake *m, struct slice text)
{
    struct points t = {0};
    read_points(text, &t);
    bool likely = mojibake_signs(m, t.v, t.n);
    mem_free(t.v);
    return likely;
}

bool mojibake_fix(const struct mojibake *m, struct slice text, struct buf *out)
{
    struct points t = {0};
    size_t before = out->n;
    if (is_ascii(text))
        return false;
    read_points(text, &t);
    if (mojibake_signs(m, t.v, t.n)) {
        char bytes[4];
        fix(m, &t);
        for (size_t i = 0; i < t.n; i++)
            buf_add(out, bytes, utf8_put(bytes, t.v[i]));
        if (slice_eq(slice_from(buf_slice(out), before), text))
            out->n = before;
    }
    mem_free(t.v);
    return out->n != before;
}
