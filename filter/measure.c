/* The passes; see measure.h. Each fills its counts once a document. */
#include "filter/measure.h"
#include "core/mem.h"
#include "text/scan.h"

struct measure *measure_new(const struct spacy *s)
{
    struct measure *m = mem_zero(sizeof *m);
    m->spacy = s;
    m->chars = spacy_chars(s);
    m->c4_rules = &c4_datatrove;
    c4_init(&m->c4);
    return m;
}

void measure_free(struct measure *m)
{
    if (!m)
        return;
    for (int i = 0; i < WORDS_KINDS; i++)
        word_list_free(&m->work[i]);
    piece_counts_free(&m->pieces);
    grams_free(&m->grams);
    ngrams_free(&m->ngrams);
    measure_rps_free(m);
    c4_free(&m->c4);
    mem_free(m);
}

void measure_start(struct measure *m, struct doc *d, size_t budget)
{
    m->doc = d;
    m->text = d->text;
    m->have = 0;
    m->full = false;
    m->budget = budget;
    m->grams_ready = false;
}

bool measure_full(const struct measure *m) { return m->full; }

/* Keeps what ordinary documents need. */
enum { SCRATCH_KEPT = 4 << 20 };

void measure_end_grams(struct measure *m)
{
    m->full |= m->grams.full;
    if (grams_held(&m->grams) <= SCRATCH_KEPT)
        return;
    grams_free(&m->grams);
    ngrams_free(&m->ngrams);
    m->grams_ready = false;
}

void measure_end_pieces(struct measure *m)
{
    m->full |= m->pieces.full;
    if (piece_counts_held(&m->pieces) > SCRATCH_KEPT)
        piece_counts_free(&m->pieces);
}

void measure_end(struct measure *m)
{
    for (int i = 0; i < WORDS_KINDS; i++)
        if (m->work[i].cap * sizeof *m->work[i].v > SCRATCH_KEPT)
            word_list_free(&m->work[i]);
    measure_end_c4(m);
}

void measure_end_c4(struct measure *m) { c4_end(&m->c4, SCRATCH_KEPT); }

void measure_rules(struct measure *m, const struct c4_rules *c4)
{
    c4 = c4 ? c4 : &c4_datatrove;
    if (c4 != m->c4_rules)
        m->have &= ~((uint64_t)1 << PASS_C4);
    m->c4_rules = c4;
}

/* ---- counts of the whole text ------------------------------------------------------------- */

/* str.count("...") */
static uint64_t count_dots(struct slice s)
{
    uint64_t n = 0;
    const char *p = s.p, *end = p + s.n;
    while (p < end && (p = memchr(p, '.', (size_t)(end - p)))) {
        bool three = end - p >= 3 && p[1] == '.' && p[2] == '.';
        n += three;
        p += three ? 3 : 1;
    }
    return n;
}

static uint64_t count_ellipsis_signs(struct slice s)
{
    uint64_t n = 0;
    const char *p = s.p, *end = p + s.n;
    while (p < end && (p = memchr(p, '\xE2', (size_t)(end - p)))) {
        n += end - p >= 3 && p[1] == '\x80' && p[2] == '\xA6';
        p++;
    }
    return n;
}

const struct scan_counts *measure_scan(struct measure *m)
{
    struct scan c;
    if (measure_had(m, PASS_SCAN))
        return &m->scan;
    scan_text(m->text, &c);
    m->scan = (struct scan_counts){
        .chars = c.chars,
        .newlines = c.newlines,
        .hashes = c.hashes,
        .ellipses = (c.two_dots ? count_dots(m->text) : 0) +
                    (c.ellipsis ? count_ellipsis_signs(m->text) : 0),
    };
    return &m->scan;
}

/* ---- words -------------------------------------------------------------------------------- */

/* datatrove/pipeline/filters/gopher_quality_filter.py, STOP_WORDS: their bytes as one number */
#define SPELL(a, b, c, d) \
    ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

/* What words leave of the budget is for one of the other passes at a time. */
static void set_limits(struct measure *m)
{
    size_t used = 0, least = 1 << 20;
    if (!m->budget)
        return;
    for (int i = 0; i < WORDS_KINDS; i++)
        used += m->have >> i & 1 ? m->words[i].n * sizeof(struct word) : 0;
    size_t left = used + least < m->budget ? m->budget - used : least;
    m->grams.limit = m->pieces.limit = left;
    m->c4.work.limit = left > 2 * m->text.n + least ? left - 2 * m->text.n : least;
    for (int i = 0; i < WORDS_KINDS; i++)
        m->work[i].limit = left;
}

struct words measure_split(struct measure *m, enum words_kind kind)
{
    if (measure_had(m, kind))
        return m->words[kind];
    m->words[kind] = (struct words){NULL, 0};
    set_limits(m);
    m->words[kind] = views_words(m->doc, kind, m->spacy, &m->work[kind]);
    m->full |= m->work[kind].full;
    set_limits(m);
    return m->words[kind];
}

static struct words get_words(struct measure *m) { return measure_split(m, WORDS_SPACY_EN); }

/* Of a word of 2 to 4 bytes: the bit of the stop word that it is. */
static unsigned stop_word(const char *w, size_t n)
{
    switch (SPELL((uint8_t)w[0], (uint8_t)w[1], n > 2 ? (uint8_t)w[2] : 0,
                  n > 3 ? (uint8_t)w[3] : 0)) {
    case SPELL('t', 'h', 'e', 0): return 1;
    case SPELL('b', 'e', 0, 0): return 2;
    case SPELL('t', 'o', 0, 0): return 4;
    case SPELL('o', 'f', 0, 0): return 8;
    case SPELL('a', 'n', 'd', 0): return 16;
    case SPELL('t', 'h', 'a', 't'): return 32;
    case SPELL('h', 'a', 'v', 'e'): return 64;
    case SPELL('w', 'i', 't', 'h'): return 128;
    default: return 0;
    }
}

/* Code points of word i. */
static inline uint64_t word_chars(const struct measure *m, struct words w, size_t i)
{
    size_t n = word_bytes(m->chars, m->text, w.v, i, w.n);
    return w.v[i].flags & WORD_ASCII ? n : utf8_count(slice_of(m->text.p + w.v[i].at, n));
}

const struct word_counts *measure_words(struct measure *m)
{
    if (measure_had(m, PASS_WORDS))
        return &m->word;
    struct words words = get_words(m);
    struct word_counts c = {.n = words.n};
    for (size_t i = 0; i < words.n; i++) {
        const struct word *w = &words.v[i];
        bool solid = w->flags & WORD_SOLID;
        c.solid += solid;
        c.solid_chars += solid ? word_chars(m, words, i) : 0;
        c.letter += (w->flags & WORD_LETTER) != 0;
        if (w->n >= 2 && w->n <= 4)
            c.stop_words |= stop_word(m->text.p + w->at, w->n);
    }
    m->word = c;
    return &m->word;
}

/* ---- lines -------------------------------------------------------------------------------- */

static bool ends_in_ellipsis(struct slice line)
{
    return slice_ends(line, SLICE("...")) || slice_ends(line, SLICE("…"));
}

const struct line_counts *measure_lines(struct measure *m)
{
    struct slice rest = m->text, line;
    if (measure_had(m, PASS_LINES))
        return &m->line;
    m->line = (struct line_counts){0, 0, 0};
    while (chars_next_line(m->chars, &rest, &line)) {
        struct slice front = chars_lstrip(m->chars, line);
        m->line.n++;
        m->line.bullet += slice_starts(front, SLICE("•")) || slice_starts(front, SLICE("-"));
        m->line.ellipsis += ends_in_ellipsis(chars_rstrip(m->chars, line));
    }
    return &m->line;
}

static bool ends_in_terminal(const struct chars *c, struct slice line)
{
    const char *end = line.p + line.n;
    return line.n && (chars_flags(c, chars_prev(&end)) & CH_DT_TERMINAL);
}

static void count_plain(struct measure *m, struct slice line)
{
    struct plain_counts *c = &m->plain;
    bool small = utf8_count(slice_upto(line, 124)) <= 30;      /* 124 bytes hold 31 characters */
    c->all++;
    c->all_small += small;
    c->all_terminal += line.n && memchr(".'\"!?", line.p[line.n - 1], 5) != NULL;
    if (!chars_lstrip(m->chars, line).n)
        return;
    c->n++;
    c->small += small;
    c->terminal += ends_in_terminal(m->chars, line);
    piece_counts_add(&m->pieces, line);
}

const struct plain_counts *measure_plain(struct measure *m)
{
    struct slice rest = m->text, line;
    if (measure_had(m, PASS_PLAIN))
        return &m->plain;
    m->plain = (struct plain_counts){.n = 0};
    piece_counts_start(&m->pieces, m->text);
    while (slice_next(&rest, '\n', &line))
        count_plain(m, line);
    m->plain.again_chars = m->pieces.again_chars;
    measure_end_pieces(m);
    return &m->plain;
}

const struct code_counts *measure_code(struct measure *m)
{
    struct slice rest = m->text, line;
    struct code_counts c = {.lines = 0};
    if (measure_had(m, PASS_CODE))
        return &m->code;
    while (chars_next_line(m->chars, &rest, &line)) {
        uint64_t chars = utf8_count(line);
        c.lines++;
        c.chars += chars;
        c.longest = chars > c.longest ? chars : c.longest;
    }
    for (const char *p = m->text.p, *end = p + m->text.n; p < end;) {
        bool underscore = *p == '_';
        uint32_t flags = chars_flags(m->chars, chars_next(&p));
        c.alnum += (flags & CH_WORD) && !underscore;
        c.alpha += (flags & CH_LETTER) != 0;
    }
    m->code = c;
    return &m->code;
}

/* re.split("\n{least,}", text) */
static struct dup_counts duplicates(struct measure *m, struct slice text, size_t least)
{
    const char *p = text.p, *end = p + text.n, *from = p;
    piece_counts_start(&m->pieces, text);
    while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
        size_t n = 1;
        while (p + n < end && p[n] == '\n')
            n++;
        if (n >= least) {
            piece_counts_add(&m->pieces, slice_of(from, (size_t)(p - from)));
            from = p + n;
        }
        p += n;
    }
    piece_counts_add(&m->pieces, slice_of(from, (size_t)(end - from)));
    struct dup_counts c = {m->pieces.count, m->pieces.again, m->pieces.again_chars};
    measure_end_pieces(m);
    return c;
}

const struct dup_counts *measure_paragraphs(struct measure *m)
{
    if (!measure_had(m, PASS_PARAS))
        m->para = duplicates(m, chars_strip(m->chars, m->text), 2);
    return &m->para;
}

const struct dup_counts *measure_rows(struct measure *m)
{
    if (!measure_had(m, PASS_ROWS))
        m->row = duplicates(m, m->text, 1);
    return &m->row;
}

/* ---- n-grams, C4 -------------------------------------------------------------------------- */

static void need_grams(struct measure *m)
{
    struct words w = get_words(m);
    if (!m->grams_ready)
        grams_words(&m->grams, m->chars, m->text, w.v, w.n, 0);
    m->grams_ready = true;
}

const uint64_t *measure_top(struct measure *m)
{
    if (measure_had(m, PASS_TOP))
        return m->top;
    need_grams(m);
    grams_top(&m->grams);
    memcpy(m->top, m->grams.top, sizeof m->top);
    measure_end_grams(m);
    return m->top;
}

const uint64_t *measure_dup(struct measure *m)
{
    if (measure_had(m, PASS_DUP))
        return m->dup;
    need_grams(m);
    grams_dup(&m->grams);
    memcpy(m->dup, m->grams.dup, sizeof m->dup);
    measure_end_grams(m);
    return m->dup;
}

const struct c4 *measure_c4(struct measure *m)
{
    if (measure_had(m, PASS_C4))
        return &m->c4;
    struct words w = get_words(m);
    if (m->budget && w.n * sizeof *w.v + 2 * m->text.n > m->budget) {
        m->full = true;             /* what is left of the text is held twice for a moment */
        w.n = 0;
    }
    c4_run(&m->c4, m->c4_rules, m->spacy, m->full ? slice_of("", 0) : m->text, w.v, w.n);
    m->full |= m->c4.full;
    return &m->c4;
}
