/* RedPajama-V2's counts (github.com/togethercomputer/RedPajama-Data at 6d2cee9,
 * app/src/core/quality_signals); see measure.h. Two texts are counted: the raw one, and the
 * normalised one: no ASCII punctuation, small letters, single spaces, decomposed (NFD). */
#include "filter/measure.h"
#include <math.h>
#include <stdlib.h>
#include <utf8proc.h>
#include "core/hash.h"
#include "core/mem.h"
#include "filter/signals.h"
#include "filter/stop_words.h"
#include "filter/strset.h"

enum { PRECISION = 8 };

struct rps {
    struct strset stops;
    struct buf text;                /* normalised */
    struct buf line;                /* a normalised line */
    struct word_list words;         /* of text */
    struct word_kind *kinds;        /* hash table of different words */
    size_t slots, n_kinds;
};

struct word_kind {
    uint32_t first;                 /* 1 + word; 0: empty */
    uint32_t count;
};

void measure_rps_free(struct measure *m)
{
    if (!m->rps)
        return;
    strset_free(&m->rps->stops);
    buf_free(&m->rps->text);
    buf_free(&m->rps->line);
    word_list_free(&m->rps->words);
    mem_free(m->rps->kinds);
    mem_free(m->rps);
    m->rps = NULL;
}

static struct rps *ready(struct measure *m)
{
    if (m->rps)
        return m->rps;
    m->rps = mem_zero(sizeof *m->rps);
    buf_init(&m->rps->text, BUF_NO_LIMIT);
    buf_init(&m->rps->line, BUF_NO_LIMIT);
    strset_init(&m->rps->stops);
    struct slice rest = slice_str(stop_words_en), word;
    while (slice_next(&rest, ' ', &word))
        strset_add(&m->rps->stops, word);
    return m->rps;
}

/* ---- normalising -------------------------------------------------------------------------- */

static bool is_punctuation(char b)      /* string.punctuation */
{
    return (b >= '!' && b <= '/') || (b >= ':' && b <= '@') || (b >= '[' && b <= '`') ||
           (b >= '{' && b <= '~');
}

static bool is_mark(uint32_t cp)        /* case-ignorable, for the final sigma */
{
    utf8proc_category_t k = utf8proc_category((utf8proc_int32_t)cp);
    return k == UTF8PROC_CATEGORY_MN || k == UTF8PROC_CATEGORY_ME || k == UTF8PROC_CATEGORY_CF ||
           k == UTF8PROC_CATEGORY_LM || k == UTF8PROC_CATEGORY_SK || cp == 0xB7 || cp == 0x2018 ||
           cp == 0x2019 || cp == 0x2024 || cp == 0x2027;
}

static bool is_cased(const struct chars *c, uint32_t cp)
{
    return chars_flags(c, cp) & (CH_ISUPPER | CH_ISLOWER) ||
           utf8proc_category((utf8proc_int32_t)cp) == UTF8PROC_CATEGORY_LT;
}

/* str.lower(): a capital sigma at the end of a word is the final one. p: behind it; punctuation is
 * already gone from the text that is lowered. */
static bool ends_word(const struct chars *c, const char *start, const char *sigma, const char *p,
                      const char *end)
{
    bool before = false;
    while (sigma > start) {
        uint32_t cp = chars_prev(&sigma);
        if (cp < 0x80 && is_punctuation((char)cp))
            continue;
        if (!is_mark(cp)) {
            before = is_cased(c, cp);
            break;
        }
    }
    while (before && p < end) {
        uint32_t cp = chars_next(&p);
        if (cp < 0x80 && is_punctuation((char)cp))
            continue;
        if (!is_mark(cp))
            return !is_cased(c, cp);
    }
    return before;
}

/* unicodedata.normalize("NFD") */
static void decompose(struct buf *out)
{
    utf8proc_uint8_t *nfd = NULL;
    utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)out->p, (utf8proc_ssize_t)out->n,
                                      &nfd, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE);
    if (n >= 0) {
        out->n = 0;
        buf_add(out, nfd, (size_t)n);
    }
    free(nfd);
}

static void put(struct buf *out, uint32_t cp)
{
    char bytes[4];
    buf_add(out, bytes, utf8_put(bytes, cp));
}

/* utilities/text/normalization.py, normalize() */
static void normalize(const struct chars *c, struct slice text, struct buf *out)
{
    const char *p = text.p, *end = p + text.n;
    bool space = false, wide = false;
    buf_clear(out);
    while (p < end) {
        const char *here = p;
        uint32_t cp = chars_next(&p);
        if (cp < 0x80 && is_punctuation((char)cp))
            continue;
        if (chars_flags(c, cp) & CH_SPACE) {
            space = true;
            continue;
        }
        if (space && out->n)
            buf_add_byte(out, ' ');
        space = false;
        if (cp < 0x80) {
            buf_add_byte(out, (char)(cp >= 'A' && cp <= 'Z' ? cp + 32 : cp));
            continue;
        }
        wide = true;
        if (cp == 0x3A3)
            put(out, ends_word(c, text.p, here, p, end) ? 0x3C2 : 0x3C3);
        else if (cp == 0x130)
            buf_add_str(out, "i\xCC\x87");
        else
            put(out, (uint32_t)utf8proc_tolower((utf8proc_int32_t)cp));
    }
    if (wide)
        decompose(out);
}

/* ---- words -------------------------------------------------------------------------------- */

static void count_raw(struct measure *m, struct rps_counts *c)
{
    struct words w = measure_split(m, WORDS_WORDPUNCT);
    c->raw_words = w.n;
    for (size_t i = 0; i < w.n; i++) {
        const char *p = m->text.p + w.v[i].at;
        const char *end = p + word_bytes(m->chars, m->text, w.v, i, w.n);
        struct slice word = slice_of(p, (size_t)(end - p));
        c->stop_words += word.n <= STOP_WORDS_MAX && strset_has(&m->rps->stops, word);
        bool ascii = false, upper = false, other = false;
        while (p < end) {
            uint32_t cp = chars_next(&p), flags = chars_flags(m->chars, cp);
            ascii |= cp < 0x80 && ((cp | 32) >= 'a' && (cp | 32) <= 'z');
            upper |= (flags & CH_ISUPPER) != 0;
            other |= (flags & CH_ISLOWER) || (cp > 0x7F && utf8proc_category((int32_t)cp) ==
                                                               UTF8PROC_CATEGORY_LT);
        }
        c->alpha_words += ascii;
        c->upper_words += upper && !other;
    }
}

static struct slice word_at(const struct measure *m, struct slice text, size_t i)
{
    const struct word_list *w = &m->rps->words;
    return slice_of(text.p + w->v[i].at, word_bytes(m->chars, text, w->v, i, w->n));
}

/* Counts of different words, in the order of their first occurrence. */
static void count_kinds(struct measure *m, struct slice text, struct rps_counts *c)
{
    struct rps *r = m->rps;
    size_t slots = 64;
    while (slots < 2 * r->words.n)
        slots *= 2;
    r->kinds = mem_grow_array(r->kinds, slots + r->words.n + 1, sizeof *r->kinds);
    memset(r->kinds, 0, (slots + r->words.n + 1) * sizeof *r->kinds);
    struct word_kind *order = r->kinds + slots;
    size_t n = 0;
    for (size_t i = 0; i < r->words.n; i++) {
        struct slice w = word_at(m, text, i);
        size_t at = hash64(w) & (slots - 1);
        for (uint32_t k; (k = r->kinds[at].first); at = (at + 1) & (slots - 1))
            if (slice_eq(word_at(m, text, order[k - 1].first), w))
                break;
        if (!r->kinds[at].first) {
            order[n++] = (struct word_kind){(uint32_t)i, 0};
            r->kinds[at].first = (uint32_t)n;
        }
        order[r->kinds[at].first - 1].count++;
    }
    c->unique = n;
    for (size_t i = 0; i < n; i++) {
        double x = (double)order[i].count, total = (double)r->words.n;
        c->entropy += -x / total * log(x / total);
    }
}

static uint64_t count_of(struct slice text, struct slice phrase)
{
    uint64_t n = 0;
    for (size_t at; (at = slice_find(text, phrase)) < text.n; n++)
        text = slice_from(text, at + phrase.n);
    return n;
}

static void count_normal(struct measure *m, struct rps_counts *c)
{
    struct rps *r = m->rps;
    normalize(m->chars, m->text, &r->text);
    struct slice text = slice_of(r->text.n ? r->text.p : "", r->text.n);
    r->words.limit = m->work[WORDS_WORDPUNCT].limit / 4;    /* its words are kept beside */
    words_split(WORDS_WHITESPACE, m->spacy, text, &r->words);
    m->full |= r->words.full;
    c->words = r->words.n;
    c->text_chars = utf8_count(text);
    c->lorem_ipsum = count_of(text, SLICE("lorem ipsum"));
    for (size_t i = 0; i < r->words.n; i++)
        c->chars += utf8_count(word_at(m, text, i));
    count_kinds(m, text, c);
    grams_words(&m->grams, m->chars, text, r->words.v, r->words.n, 0);
    m->grams_ready = false;
    ngrams_run(&m->ngrams, &m->grams);
    memcpy(m->ngram[NGRAMS_RPS], m->ngrams.n, sizeof m->ngrams.n);
    m->ngram_chars[NGRAMS_RPS] = c->chars;
    measure_end_grams(m);
}

/* ---- sentences and lines ------------------------------------------------------------------ */

static bool ends_sentence(char b) { return b == '.' || b == '!' || b == '?'; }

/* Matches of \b[^.!?]+[.!?]*: each begins at a word boundary. */
static uint64_t count_sentences(const struct chars *c, struct slice text)
{
    const char *p = text.p, *end = p + text.n;
    bool word = false;              /* what is before p */
    uint64_t n = 0;
    while (p < end) {
        const char *next = p;
        uint32_t cp = chars_next(&next);
        bool now = chars_flags(c, cp) & CH_WORD;
        if (now == word || ends_sentence(*p)) {
            word = now;
            p = next;
            continue;
        }
        n++;
        while (p < end && !ends_sentence(*p))
            p++;
        while (p < end && ends_sentence(*p))
            p++;
        next = p;
        word = p > text.p && (chars_flags(c, chars_prev(&next)) & CH_WORD);
    }
    return n;
}

static bool in_list(struct slice s, const char *const *list, bool at_end)
{
    for (; *list; list++)
        if (at_end ? slice_ends(s, slice_str(*list)) : slice_starts(s, slice_str(*list)))
            return true;
    return false;
}

static double line_share(const struct chars *c, struct slice s, uint64_t chars, uint32_t flag)
{
    uint64_t n = 0;
    for (const char *p = s.p, *end = p + s.n; p < end;)
        n += (chars_flags(c, chars_next(&p)) & flag) != 0;
    return signal_round(signal_share(n, chars), PRECISION);
}

static void count_line(struct measure *m, struct slice line, struct rps_counts *c)
{
    static const char *const ends[] = {".", "!", "?", "”", NULL};
    static const char *const ellipses[] = {"...", "…", NULL};
    static const char *const bullets[] = {"•", "‣", "▶", "◀", "◦", "■",
                                          "□", "▪", "▫", "–", NULL};
    struct slice right = chars_rstrip(m->chars, line), word;
    uint64_t chars = utf8_count(line);
    c->lines++;
    c->terminal += in_list(right, ends, true);
    c->ellipsis += in_list(right, ellipses, true);
    c->bullet += in_list(chars_lstrip(m->chars, line), bullets, false);
    c->upper_share += line_share(m->chars, line, chars, CH_ISUPPER);
    normalize(m->chars, line, &m->rps->line);
    struct slice normal = slice_of(m->rps->line.n ? m->rps->line.p : "", m->rps->line.n);
    c->numeric_share += line_share(m->chars, normal, utf8_count(normal), CH_ISNUMERIC);
    while (chars_next_word(m->chars, &normal, &word)) {
        c->line_words++;
        c->javascript += slice_is(word, "javascript");
    }
}

const struct rps_counts *measure_rps(struct measure *m)
{
    struct rps_counts c = {.raw_words = 0};
    struct slice rest = m->text;
    if (measure_had(m, PASS_RPS))
        return &m->rps_count;
    ready(m);
    count_raw(m, &c);
    count_normal(m, &c);
    for (size_t i = 0; i < m->text.n; i++)
        c.curly += m->text.p[i] == '{' || m->text.p[i] == '}';
    c.sentences = count_sentences(m->chars, m->text);
    while (rest.n) {                /* lines with their newline */
        size_t n = slice_find_byte(rest, '\n') + 1;
        count_line(m, slice_upto(rest, n), &c);
        rest = slice_from(rest, n);
    }
    m->rps_count = c;
    if (m->rps->text.cap > 4 << 20)
        measure_rps_free(m);
    return &m->rps_count;
}
