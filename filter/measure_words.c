/* Passes over words and lines as Dolma, DCLM and NeMo-Curator cut them; see measure.h. */
#include <stdlib.h>
#include "core/mem.h"
#include "filter/measure.h"

/* ---- words cut at white space ------------------------------------------------------------- */

static bool is_stop_word(const char *p, size_t n, bool any_case)
{
    static const char *const list[] = {"the", "be", "to", "of", "and", "that", "have", "with"};
    if (n < 2 || n > 4)
        return false;
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        size_t k = 0;
        while (k < n && (p[k] | (any_case ? 32 : 0)) == list[i][k])
            k++;
        if (k == n && !list[i][n])
            return true;
    }
    return false;
}

static bool has_symbol(struct slice w)
{
    return memchr(w.p, '#', w.n) || slice_find(w, SLICE("…")) < w.n;
}

/* Of signs that are no letters, those with case are alphabetic. */
static bool has_case(const struct chars *c, struct slice w)
{
    for (const char *p = w.p, *end = p + w.n; p < end;)
        if (chars_flags(c, chars_next(&p)) & (CH_ISUPPER | CH_ISLOWER))
            return true;
    return false;
}

/* NeMo-Curator, SymbolsToWordsFilter */
static bool is_nemo_symbol(struct slice w, uint64_t chars)
{
    static const char *const marks[] = {"...", "[...]", "…", "(...)", "[…]", "-»"};
    uint64_t runs = 0;
    for (size_t i = 0; i < w.n; i++)
        runs += w.p[i] == '#' && (!i || w.p[i - 1] != '#');
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (slice_is(w, marks[i]))
            return true;
    return 2 * runs > chars;
}

/* Lengths up to this many characters are counted one by one. */
enum { LENGTHS = 1024 };

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static uint64_t chars_of(const struct measure *m, struct words w, size_t i, struct slice *word)
{
    *word = slice_of(m->text.p + w.v[i].at, word_bytes(m->chars, m->text, w.v, i, w.n));
    return w.v[i].flags & WORD_ASCII ? word->n : utf8_count(*word);
}

/* The k-th length, counted from 0, where that is LENGTHS or more: words that long are few. */
static uint64_t long_length(struct measure *m, struct words w, uint64_t n_short, uint64_t k)
{
    uint32_t *v = mem_array(w.n - n_short, sizeof *v), n = 0;
    struct slice word;
    for (size_t i = 0; i < w.n; i++) {
        uint64_t chars = chars_of(m, w, i, &word);
        if (chars >= LENGTHS)
            v[n++] = (uint32_t)chars;
    }
    qsort(v, n, sizeof *v, by_size);
    uint64_t length = v[k - n_short];
    mem_free(v);
    return length;
}

static uint64_t kth_length(struct measure *m, struct words w, const uint64_t *count, uint64_t k)
{
    uint64_t below = 0;
    for (uint64_t length = 0; length < LENGTHS; length++) {
        below += count[length];
        if (k < below)
            return length;
    }
    return long_length(m, w, below, k);
}

const struct white_counts *measure_white(struct measure *m)
{
    uint64_t lengths[LENGTHS] = {0};
    struct white_counts c = {.n = 0};
    struct slice word;
    if (measure_had(m, PASS_WHITE))
        return &m->white;
    struct words w = measure_split(m, WORDS_WHITESPACE);
    c.n = w.n;
    for (size_t i = 0; i < w.n; i++) {
        uint64_t chars = chars_of(m, w, i, &word);
        c.chars += chars;
        c.longest = chars > c.longest ? chars : c.longest;
        if (chars < LENGTHS)
            lengths[chars]++;
        c.letter += (w.v[i].flags & WORD_LETTER) != 0;
        c.alphabetic += (w.v[i].flags & WORD_LETTER) || has_case(m->chars, word);
        c.symbol += has_symbol(word);
        c.nemo_symbol += is_nemo_symbol(word, chars);
        c.stop += is_stop_word(word.p, word.n, false);
        c.stop_lower += is_stop_word(word.p, word.n, true);
    }
    if (w.n)
        c.median = (double)(kth_length(m, w, lengths, (w.n - 1) / 2) +
                            kth_length(m, w, lengths, w.n / 2)) / 2;
    m->white = c;
    return &m->white;
}

uint64_t measure_alnum_words(struct measure *m, enum words_kind kind)
{
    struct words w = measure_split(m, kind);
    uint64_t n = 0;
    for (size_t i = 0; i < w.n; i++)
        n += (w.v[i].flags & WORD_ALNUM) != 0;
    return n;
}

/* ---- lines and paragraphs ----------------------------------------------------------------- */

static bool starts_with_any(struct slice s, const char *const *list)
{
    for (; *list; list++)
        if (slice_starts(s, slice_str(*list)))
            return true;
    return false;
}

static bool ends_with_any(struct slice s, const char *const *list)
{
    for (; *list; list++)
        if (slice_ends(s, slice_str(*list)))
            return true;
    return false;
}

/* How a source cuts its rows, and what begins and ends them. */
static const struct rows_rule {
    const char *separator;          /* "\n+" is a run */
    bool strip;                     /* rows are stripped first, and empty ones are none */
    bool keep_blank;                /* without strip: are blank rows rows? */
    const char *bullets[13], *ellipses[7];
} rules[ROWS_KINDS] = {
    [ROWS_DOLMA_1] = {"\n", false, true, {"*", "-"}, {"…"}},
    [ROWS_DOLMA_2] = {"\n+", false, true, {"*", "-"}, {"…"}},
    [ROWS_DCLM_LINES] = {"\n", true, false, {"●", "•", "*", "-"}, {"...", ". . .", "…"}},
    [ROWS_DCLM_PARAGRAPHS] = {"\n\n", true, false, {NULL}, {NULL}},
    /* "read more" and "-»" are marks of an ellipsis there, as are the brackets' */
    [ROWS_NEMO_LINES] = {"\n", false, false,
                         {"•", "‣", "⁃", "⁌", "⁍", "∙", "○", "●",
                          "◘", "◦", "⦾", "⦿"},
                         {"...", "[...]", "…", "(...)", "[…]", "-»"}},
    [ROWS_NEMO_PARAGRAPHS] = {"\n\n", false, true, {NULL}, {NULL}},
};

/* str.split(separator), or re.split("\n+") */
static bool next_row(struct slice *rest, bool *more, const char *separator, struct slice *row)
{
    bool run = separator[1] == '+';
    size_t n = run ? 1 : strlen(separator);
    if (!*more)
        return false;
    size_t at = n == 1 ? slice_find_byte(*rest, '\n') : slice_find(*rest, slice_str(separator));
    *row = slice_upto(*rest, at);
    *more = at < rest->n;
    at += *more ? n : 0;
    while (run && at < rest->n && rest->p[at] == '\n')
        at++;
    *rest = slice_from(*rest, at);
    return true;
}

static bool ends_in_read_more(struct slice row)
{
    static const char *const list[] = {"read more", "read more.."};
    for (int i = 0; i < 2; i++) {
        size_t n = strlen(list[i]);
        if (row.n >= n && slice_eq_nocase(slice_from(row, row.n - n), slice_str(list[i])))
            return true;
    }
    return false;
}

static void count_row(struct measure *m, enum rows_kind kind, struct slice row)
{
    static const char *const end_marks[] = {".", "?", "!", "\"", "'", NULL};
    const struct rows_rule *r = &rules[kind];
    struct row_counts *c = &m->rows[kind];
    struct slice inner = chars_strip(m->chars, row);
    if (!r->keep_blank && !inner.n)
        return;
    bool nemo = kind == ROWS_NEMO_LINES;
    struct slice seen = r->strip || nemo ? inner : row;
    c->n++;
    c->bullet += starts_with_any(seen, r->bullets);
    c->ellipsis += ends_with_any(seen, r->ellipses) || (nemo && ends_in_read_more(seen));
    c->no_end_mark += !ends_with_any(seen, end_marks);
    piece_counts_add(&m->pieces, r->strip ? inner : row);
}

const struct row_counts *measure_rows_of(struct measure *m, enum rows_kind kind)
{
    struct row_counts *c = &m->rows[kind];
    struct slice rest = m->text, row;
    bool more = true;
    if (measure_had(m, PASS_OF_ROWS + kind))
        return c;
    *c = (struct row_counts){.n = 0};
    piece_counts_start(&m->pieces, m->text);
    while (next_row(&rest, &more, rules[kind].separator, &row))
        count_row(m, kind, row);
    c->different = m->pieces.n;
    c->chars = m->pieces.chars;
    c->different_chars = m->pieces.chars - m->pieces.again_chars;
    c->copies = m->pieces.copies;
    c->copies_chars = m->pieces.copies_chars;
    measure_end_pieces(m);
    return c;
}

/* ---- n-grams ------------------------------------------------------------------------------ */

const struct ngram_counts *measure_ngrams(struct measure *m, enum ngrams_kind kind)
{
    static const enum words_kind words_of[] = {[NGRAMS_WHITE] = WORDS_WHITESPACE,
                                               [NGRAMS_DCLM] = WORDS_UAX29};
    if (measure_had(m, PASS_OF_NGRAMS + kind))
        return m->ngram[kind];
    struct words w = measure_split(m, words_of[kind]);
    grams_words(&m->grams, m->chars, m->text, w.v, w.n, kind == NGRAMS_DCLM ? WORD_ALNUM : 0);
    m->grams_ready = false;
    ngrams_run(&m->ngrams, &m->grams);
    memcpy(m->ngram[kind], m->ngrams.n, sizeof m->ngrams.n);
    m->ngram_chars[kind] = m->grams.n && !m->grams.full ? m->ngrams.chars[m->grams.n] : 0;
    measure_end_grams(m);
    return m->ngram[kind];
}
