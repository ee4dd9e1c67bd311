/* The tokenizer; see spacy.h. Functions are named after those of spacy/tokenizer.pyx. */
#include "text/spacy.h"
#include <assert.h>
#include <stdlib.h>
#include "core/hash.h"
#include "core/mem.h"
#include "text/spacy_affix.h"
#include "text/spacy_en.h"
#include "text/spacy_url.h"

enum { SPECIALS = 1347, SLOTS = 4096, PATTERN_MAX = 12, PAIRS = 1024 };

/* An exception's spelling as the affix rules alone would cut it: found in the tokens, they are put
 * together again. */
struct pattern {
    uint16_t special;               /* index */
    uint8_t n;                      /* tokens */
    uint8_t len[PATTERN_MAX];       /* bytes of each */
    uint16_t next;                  /* 1 + index of another with the same two first tokens */
};

struct spacy {
    struct chars *chars;
    uint8_t letter[256];            /* ASCII letters */
    struct spacy_exc special[SPECIALS + 64];
    size_t n_special;
    uint16_t slot[SLOTS];           /* 1 + index of an exception */
    /* which lengths exceptions have: bit n - 1, n bytes */
    uint32_t lettered[1024];        /* of those of letters, by first and last letter */
    uint32_t marked[256];           /* of others, by first byte */
    struct pattern pattern[512];
    size_t n_pattern;
    uint16_t pair[PAIRS];           /* 1 + index of a pattern, by its two first tokens */
    uint8_t begins[256][256 / 8];   /* by the first bytes of these: is there one? */
};

/* ---- exceptions --------------------------------------------------------------------------- */

static inline uint64_t load(const char *p, size_t n)
{
    uint64_t v = 0;
    memcpy(&v, p, n);
    return v;
}

/* The first and the last letter without their case. */
static inline size_t ends_of(const char *p, size_t n)
{
    return (size_t)((p[0] & 31) << 5 | (p[n - 1] & 31));
}

/* Of up to SPACY_EXC_MAX bytes. */
static inline uint64_t hash_short(const char *p, size_t n)
{
    uint64_t a, b;
    if (n >= 8) {
        a = load(p, 8);
        b = load(p + n - 8, 8);
    } else if (n >= 4) {
        a = load(p, 4);
        b = load(p + n - 4, 4);
    } else {
        a = load(p, n);
        b = n;
    }
    a = (a ^ b * 0x9E3779B97F4A7C15u) * 0xD6E8FEB86659FD93u;
    return a ^ a >> 32;
}

static const struct spacy_exc *find_special(const struct spacy *s, const char *p, size_t n)
{
    if (n > SPACY_EXC_MAX || !n)
        return NULL;
    for (size_t at = hash_short(p, n) % SLOTS; s->slot[at]; at = (at + 1) % SLOTS) {
        const struct spacy_exc *e = &s->special[s->slot[at] - 1];
        if (e->n == n && !memcmp(e->text, p, n))
            return e;
    }
    return NULL;
}

static void add_special(void *to, const struct spacy_exc *e)
{
    struct spacy *s = to;
    struct spacy_exc *old = (struct spacy_exc *)find_special(s, e->text, e->n);
    if (spacy_en_excluded(slice_of(e->text, e->n)))
        return;
    if (old) {
        *old = *e;
        return;
    }
    assert(s->n_special < sizeof s->special / sizeof *s->special);
    s->special[s->n_special++] = *e;
    bool letters = true;
    for (size_t i = 0; i < e->n; i++)
        letters &= s->letter[(unsigned char)e->text[i]];
    uint32_t *lengths = letters ? &s->lettered[ends_of(e->text, e->n)]
                                : &s->marked[(unsigned char)e->text[0]];
    *lengths |= 1u << (e->n - 1);
    size_t at = hash_short(e->text, e->n) % SLOTS;
    while (s->slot[at])
        at = (at + 1) % SLOTS;
    s->slot[at] = (uint16_t)s->n_special;
}

/* ---- words -------------------------------------------------------------------------------- */

void word_list_free(struct word_list *w)
{
    mem_free(w->v);
    mem_free(w->cuts);
    mem_free(w->spans);
    *w = (struct word_list){.limit = w->limit};
}

/* Room for one more word or cut, of cap so far. By half when large: what is not used costs
 * nothing, but all of it is charged. False and full: the limit is reached. */
static bool may_grow(struct word_list *w, size_t *cap, size_t size, size_t first)
{
    size_t more = !*cap ? first : *cap < 1 << 20 ? *cap : *cap / 4;
    size_t all = w->cap * sizeof *w->v + w->cap_cuts * sizeof *w->cuts +
                 w->cap_spans * sizeof *w->spans + more * size;
    if (*cap && w->limit && all > w->limit) {
        w->full = true;
        return false;
    }
    *cap += more;
    return true;
}

static inline struct word *add_word(struct word_list *w)
{
    if (w->n == w->cap) {
        if (!may_grow(w, &w->cap, sizeof *w->v, 1024))
            return &w->v[w->n - 1];
        w->v = mem_grow_array(w->v, w->cap, sizeof *w->v);
    }
    return &w->v[w->n++];
}

void word_list_add(struct word_list *w, size_t at, size_t bytes, unsigned flags)
{
    *add_word(w) = (struct word){(uint32_t)at, (uint16_t)(bytes < WORD_LONG ? bytes : WORD_LONG),
                                 (uint16_t)flags};
}

static void add_cut(struct word_list *w, size_t n)
{
    if (w->n_cuts == w->cap_cuts) {
        if (!may_grow(w, &w->cap_cuts, sizeof *w->cuts, 64))
            return;
        w->cuts = mem_grow_array(w->cuts, w->cap_cuts, sizeof *w->cuts);
    }
    w->cuts[w->n_cuts++] = (uint32_t)n;
}

size_t word_long(const struct chars *c, struct slice text, const struct word *v, size_t i, size_t n,
                 size_t end)
{
    size_t to = i + 1 < n ? v[i + 1].at : end;
    return chars_rstrip(c, slice_of(text.p + v[i].at, to - v[i].at)).n;
}

struct place {
    const struct spacy *s;
    const char *base;               /* of the text: words are counted from here */
    struct word_list *w;
    bool specials;                  /* with_special_cases */
};

/* A word at p of n bytes: its characters are looked at once, here. */
static void push(const struct place *at, const char *p, size_t n)
{
    const char *start = p, *end = p + n;
    uint32_t chars = 0, any = 0, all = ~0u, solid = 0;
    while (p < end) {
        uint32_t f = chars_flags(at->s->chars, chars_next(&p));
        any |= f;
        all &= f;
        solid |= ~f & CH_DT_PUNCT;
        chars++;
    }
    unsigned flags = (any & CH_LETTER ? WORD_LETTER : 0u) | (solid ? WORD_SOLID : 0u) |
                     (all & CH_PUNCT ? WORD_PUNCT : 0u) | (chars == n ? WORD_ASCII : 0u) |
                     (chars == 1 && (any & CH_SENTENCE) ? WORD_STOP : 0u);
    word_list_add(at->w, (size_t)(start - at->base), n, flags);
}

static void push_plain(const struct place *at, const char *p, size_t n)
{
    word_list_add(at->w, (size_t)(p - at->base), n,
                  WORD_LETTER | WORD_SOLID | WORD_PLAIN | WORD_ASCII);
}

static void push_special(const struct place *at, const struct spacy_exc *e, const char *p)
{
    for (int i = 0; i < e->pieces; p += e->len[i++])
        push(at, p, e->len[i]);
}

static const struct spacy_exc *special_here(const struct place *at, const char *b, const char *e)
{
    return at->specials ? find_special(at->s, b, (size_t)(e - b)) : NULL;
}

static void push_infixes(const struct place *at, const char *b, const char *e)
{
    const char *from = b, *p = b;
    while (p < e) {
        size_t n = spacy_infix(at->s->chars, b, p, e);
        if (!n) {
            chars_next(&p);
            continue;
        }
        if (p != b) {               /* one at the very start is passed over */
            if (p != from)
                push(at, from, (size_t)(p - from));
            push(at, p, n);
            from = p + n;
        }
        p += n;
    }
    if (from < e)
        push(at, from, (size_t)(e - from));
}

/* Prefixes are words at once; suffixes wait in w->cuts. What is left of [*b, *e) is the middle. */
static void split_affixes(const struct place *at, const char **b, const char **e)
{
    const struct chars *c = at->s->chars;
    size_t last = 0;
    while (*b < *e && (size_t)(*e - *b) != last && !special_here(at, *b, *e)) {
        last = (size_t)(*e - *b);
        size_t pre = spacy_prefix(c, *b, *e);
        if (pre && *b + pre < *e && special_here(at, *b + pre, *e)) {
            push(at, *b, pre);
            *b += pre;
            return;
        }
        size_t suf = spacy_suffix(c, *b + pre, *e);
        if (suf && suf < last && special_here(at, *b, *e - suf)) {
            add_cut(at->w, suf);
            *e -= suf;
            return;
        }
        if (pre)
            push(at, *b, pre);
        if (suf)
            add_cut(at->w, suf);
        *b += pre;
        *e -= suf;
    }
}

/* A piece without white space. */
static void tokenize(const struct place *at, const char *b, const char *e)
{
    const struct spacy_exc *special;
    at->w->n_cuts = 0;
    split_affixes(at, &b, &e);
    if (b < e) {
        special = special_here(at, b, e);
        if (special)
            push_special(at, special, b);
        else if (spacy_url(at->s->chars, slice_of(b, (size_t)(e - b))))
            push(at, b, (size_t)(e - b));
        else
            push_infixes(at, b, e);
    }
    while (at->w->n_cuts) {
        size_t n = at->w->cuts[--at->w->n_cuts];
        push(at, e, n);
        e += n;
    }
}

/* ---- exceptions in a row of tokens -------------------------------------------------------- */

static size_t pair_slot(const char *a, size_t na, const char *b, size_t nb)
{
    return (hash_short(a, na) * 31 + hash_short(b, nb)) % PAIRS;
}

static bool spells(const struct pattern *m, const struct spacy_exc *e, const char *text,
                   const struct word *w)
{
    const char *p = e->text;
    for (size_t i = 0; i < m->n; p += m->len[i++])
        if (w[i].n != m->len[i] || memcmp(text + w[i].at, p, w[i].n))
            return false;
    return true;
}

static void add_span(struct word_list *w, size_t start, const struct spacy *s, size_t pattern)
{
    if (w->n_spans == w->cap_spans) {
        if (!may_grow(w, &w->cap_spans, sizeof *w->spans, 32))
            return;
        w->spans = mem_grow_array(w->spans, w->cap_spans, sizeof *w->spans);
    }
    w->spans[w->n_spans++] = (struct word_span){(uint32_t)start, s->pattern[pattern].n,
                                                (uint16_t)pattern};
}

/* No white-space token between what ends at `a` and what begins at `b`: one blank is none. */
static bool row(const char *text, size_t a, size_t b)
{
    return a == b || (a + 1 == b && text[a] == ' ');
}

static bool next_to(const char *text, const struct word *v)
{
    return row(text, v[0].at + v[0].n, v[1].at);
}

static void find_at(const struct spacy *s, const char *text, struct word_list *w, size_t i)
{
    const struct word *v = w->v + i;
    if (i + 1 >= w->n)
        return;
    uint8_t a = (uint8_t)text[v[0].at], b = (uint8_t)text[v[1].at];
    if (!(s->begins[a][b / 8] >> b % 8 & 1) || v[0].n > SPACY_EXC_MAX ||
        v[1].n > SPACY_EXC_MAX || !next_to(text, v))
        return;
    size_t at = pair_slot(text + v[0].at, v[0].n, text + v[1].at, v[1].n);
    for (size_t k = s->pair[at]; k; k = s->pattern[k - 1].next) {
        const struct pattern *m = &s->pattern[k - 1];
        size_t n = 2;
        if (i + m->n > w->n)
            continue;
        while (n < m->n && next_to(text, v + n - 1))
            n++;
        if (n == m->n && spells(m, &s->special[m->special], text, v))
            add_span(w, i, s, k - 1);
    }
}

/* Longest first, then leftmost. */
static int by_length(const void *a, const void *b)
{
    const struct word_span *x = a, *y = b;
    if (x->words != y->words)
        return x->words > y->words ? -1 : 1;
    return (x->start > y->start) - (x->start < y->start);
}

static int by_start(const void *a, const void *b)
{
    const struct word_span *x = a, *y = b;
    return (x->start > y->start) - (x->start < y->start);
}

/* _filter_special_spans: also a span that is passed over blocks its tokens. */
static void filter_spans(struct word_list *w)
{
    size_t kept = 0;
    qsort(w->spans, w->n_spans, sizeof *w->spans, by_length);
    for (size_t i = 0; i < w->n_spans; i++) {
        struct word_span x = w->spans[i];
        struct word *v = w->v + x.start;
        bool free = !((v[0].flags | v[x.words - 1].flags) & WORD_SEEN);
        for (size_t k = 0; k < x.words; k++)
            v[k].flags |= WORD_SEEN;
        if (free)
            w->spans[kept++] = x;
    }
    w->n_spans = kept;
    qsort(w->spans, w->n_spans, sizeof *w->spans, by_start);
}

/* Words that exceptions have beyond those that they replace. */
static size_t count_more(const struct place *at)
{
    const struct word_list *w = at->w;
    size_t more = 0;
    for (size_t k = 0; k < w->n_spans; k++) {
        const struct pattern *m = &at->s->pattern[w->spans[k].pattern];
        size_t pieces = at->s->special[m->special].pieces;
        more += pieces > m->n ? pieces - m->n : 0;
    }
    return more;
}

/* _retokenize_special_spans. In place: what is behind the first span moves back to make room. */
static void put_together(const struct place *at)
{
    struct word_list *w = at->w;
    size_t first = w->spans[0].start, more = count_more(at), k = 0, old = w->n;
    for (size_t i = 0; i < more && !w->full; i++)
        add_word(w);
    if (w->full)
        return;
    memmove(w->v + first + more, w->v + first, (old - first) * sizeof *w->v);
    w->n = first;
    for (size_t i = first; i < old;) {
        const struct word *v = w->v + i + more;
        const struct spacy_exc *e = NULL;
        size_t n = 1;
        if (k < w->n_spans && w->spans[k].start == i) {
            n = w->spans[k].words;
            e = &at->s->special[at->s->pattern[w->spans[k++].pattern].special];
        }
        if (e && v[n - 1].at + v[n - 1].n - v->at == e->n)      /* no blank in between */
            push_special(at, e, at->base + v->at);
        else
            for (size_t j = 0; j < n; j++)
                w->v[w->n++] = v[j];
        i += n;
    }
    for (size_t i = 0; i < w->n; i++)
        w->v[i].flags &= (uint16_t)~WORD_SEEN;
}

/* _apply_special_cases. Every pattern has a token that is not plain among its first two. */
static void apply_specials(const struct place *at)
{
    struct word_list *w = at->w;
    w->n_spans = 0;
    for (size_t i = 0; i < w->n; i++) {
        if (w->v[i].flags & WORD_PLAIN)
            continue;
        if (i && (w->v[i - 1].flags & WORD_PLAIN))
            find_at(at->s, at->base, w, i - 1);
        find_at(at->s, at->base, w, i);
    }
    if (w->n_spans)
        filter_spans(w);
    if (w->n_spans)
        put_together(at);
}

/* ---- making the tokenizer ----------------------------------------------------------------- */

static bool has_affix(const struct chars *c, const struct spacy_exc *x)
{
    const char *b = x->text, *e = b + x->n;
    if (spacy_prefix(c, b, e) || spacy_suffix(c, b, e))
        return true;
    for (const char *p = b; p < e; chars_next(&p))
        if (spacy_infix(c, b, p, e))
            return true;
    return false;
}

static bool cut_alike(const struct spacy_exc *x, const struct word_list *w)
{
    if (w->n != x->pieces)
        return false;
    for (size_t i = 0; i < w->n; i++)
        if (w->v[i].n != x->len[i])
            return false;
    return true;
}

/* Cut by affixes alone, is the exception another row of tokens? Then that row is a pattern. A row
 * that is cut alike changes nothing and overlaps no other; one of a single token neither. */
static void add_pattern(struct spacy *s, size_t i, struct word_list *w)
{
    const struct spacy_exc *x = &s->special[i];
    const struct place at = {s, x->text, w, false};
    if (!has_affix(s->chars, x))
        return;
    w->n = 0;
    tokenize(&at, x->text, x->text + x->n);
    if (w->n < 2 || cut_alike(x, w))
        return;
    assert(w->n <= PATTERN_MAX && s->n_pattern < sizeof s->pattern / sizeof *s->pattern);
    struct pattern *m = &s->pattern[s->n_pattern++];
    *m = (struct pattern){.special = (uint16_t)i, .n = (uint8_t)w->n};
    for (size_t k = 0; k < w->n; k++)
        m->len[k] = (uint8_t)w->v[k].n;
    size_t slot = pair_slot(x->text, w->v[0].n, x->text + w->v[1].at, w->v[1].n);
    m->next = s->pair[slot];
    s->pair[slot] = (uint16_t)s->n_pattern;
    uint8_t a = (uint8_t)x->text[0], b = (uint8_t)x->text[w->v[1].at];
    s->begins[a][b / 8] |= (uint8_t)(1u << b % 8);
}

struct spacy *spacy_new(void)
{
    struct spacy *s = mem_zero(sizeof *s);
    struct word_list w = {.n = 0};
    s->chars = chars_new();
    for (int c = 'a'; c <= 'z'; c++)
        s->letter[c] = s->letter[c - 'a' + 'A'] = 1;
    spacy_en_exceptions(add_special, s);
    for (size_t i = 0; i < s->n_special; i++)
        add_pattern(s, i, &w);
    word_list_free(&w);
    return s;
}

void spacy_free(struct spacy *s)
{
    if (s)
        chars_free(s->chars);
    mem_free(s);
}

const struct chars *spacy_chars(const struct spacy *s) { return s->chars; }

/* ---- a text ------------------------------------------------------------------------------- */

/* End of the piece that starts at p. */
static const char *piece_end(const struct chars *c, const char *p, const char *end)
{
    while (p < end) {
        const char *next = p;
        if (chars_flags(c, chars_next(&next)) & CH_SPACE)
            break;
        p = next;
    }
    return p;
}

static const char *skip_space(const struct chars *c, const char *p, const char *end)
{
    while (p < end) {
        const char *next = p;
        if (!(chars_flags(c, chars_next(&next)) & CH_SPACE))
            break;
        p = next;
    }
    return p;
}

/* n letters at p that are no exception. */
static inline bool plain_word(const struct spacy *s, const char *p, size_t n)
{
    return n > SPACY_EXC_MAX || !(s->lettered[ends_of(p, n)] >> (n - 1) & 1) ||
           !find_special(s, p, n);
}

/* At p, behind a plain word, stands one mark and then a blank, and the mark is cut off: not when
 * the two are an exception ("Mr."), nor a dot behind a single capital ("J."). */
static inline bool one_mark(const struct spacy *s, const char *word, const char *p,
                            const char *end)
{
    if ((p + 1 < end && p[1] != ' ' && p[1] != '\n') || !memchr(",.;:!?)", *p, 7))
        return false;
    if (*p == '.' && p[-1] < 'a' && (p - word < 2 || p[-2] >= 'a'))
        return false;
    size_t n = (size_t)(p + 1 - word);
    return n > SPACY_EXC_MAX || !(s->marked[(unsigned char)*word] >> (n - 1) & 1) ||
           !find_special(s, word, n);
}

void spacy_words(const struct spacy *s, struct slice text, struct word_list *w)
{
    const struct place at = {s, text.p, w, true};
    const char *p = text.p, *end = text.p + text.n;
    w->n = 0;
    w->full = false;
    while ((p = skip_space(s->chars, p, end)) < end) {
        const char *start = p;
        while (p < end && s->letter[(unsigned char)*p])
            p++;
        size_t n = (size_t)(p - start);
        if (n && plain_word(s, start, n)) {
            if (p == end || *p == ' ' || *p == '\n') {
                push_plain(&at, start, n);
                continue;
            }
            if (one_mark(s, start, p, end)) {
                push_plain(&at, start, n);
                push(&at, p++, 1);
                continue;
            }
        }
        p = piece_end(s->chars, p, end);
        tokenize(&at, start, p);
    }
    apply_specials(&at);
}

static size_t end_of(const struct spacy *s, struct slice text, const struct word *v, size_t i,
                     size_t n, size_t end)
{
    return v[i].at + (v[i].n < WORD_LONG ? v[i].n : word_long(s->chars, text, v, i, n, end));
}

size_t spacy_sentences(const struct spacy *s, struct slice text, const struct word *v, size_t n,
                       size_t end)
{
    size_t sentences = 1;
    bool seen_stop = false;
    for (size_t i = 0; i < n; i++) {
        /* a white-space token is no punctuation: it begins the next sentence by itself */
        bool blank = seen_stop && i && !row(text.p, end_of(s, text, v, i - 1, n, end), v[i].at);
        if (blank || (seen_stop && !(v[i].flags & (WORD_PUNCT | WORD_STOP)))) {
            sentences++;
            seen_stop = (v[i].flags & WORD_STOP) != 0;
        } else if (v[i].flags & WORD_STOP) {
            seen_stop = true;
        }
    }
    return sentences + (n && seen_stop && !row(text.p, end_of(s, text, v, n - 1, n, end), end));
}
