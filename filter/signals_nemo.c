/* Signals of NeMo-Curator's heuristic filters (github.com/NVIDIA-NeMo/Curator,
 * nemo_curator/filters/heuristic_filter.py of 2025). An empty text has the value that drops. */
#include "filter/signals.h"

#define NEMO "NeMo-Curator"

/* Of an empty text 1. */
static double of_chars(struct measure *m, uint64_t part)
{
    uint64_t chars = measure_scan(m)->chars;
    return chars ? (double)part / (double)chars : 1;
}

static double not_alnum(struct measure *m)
{
    uint64_t n = 0;
    for (size_t i = 0; i < m->text.n; i++) {
        char b = m->text.p[i];
        n += (b >= '0' && b <= '9') || ((b | 32) >= 'a' && (b | 32) <= 'z') ||
             (b && strchr("\n?!,.", b));
    }
    return of_chars(m, measure_scan(m)->chars - n);
}
static double symbols(struct measure *m)
{
    return signal_share(measure_white(m)->nemo_symbol, measure_white(m)->n);
}
static double digits(struct measure *m)
{
    uint64_t n = 0;
    for (const char *p = m->text.p, *end = p + m->text.n; p < end;)
        n += (chars_flags(m->chars, chars_next(&p)) & CH_DIGIT) != 0;
    return of_chars(m, n);
}

/* http[s]?://(?:[a-zA-Z]|[0-9]|[$-_@.&+]|[!*\(\),]|(?:%[0-9a-fA-F][0-9a-fA-F]))+; the range from $
 * to _ has most marks and the capitals in it */
static double urls(struct measure *m)
{
    struct slice rest = m->text;
    uint64_t chars = 0;
    for (size_t at; (at = slice_find(rest, SLICE("http"))) < rest.n;) {
        struct slice here = slice_from(rest, at + 4);
        size_t scheme = slice_starts(here, SLICE("s://")) ? 4
                      : slice_starts(here, SLICE("://")) ? 3 : 0, n = scheme;
        while (scheme && n < here.n && ((here.p[n] >= '$' && here.p[n] <= '_') ||
                                        (here.p[n] >= 'a' && here.p[n] <= 'z') || here.p[n] == '!'))
            n++;
        chars += n > scheme ? 4 + n : 0;
        rest = n > scheme ? slice_from(here, n) : here;
    }
    return of_chars(m, chars);
}
static double spaces(struct measure *m)
{
    uint64_t n = 0;
    for (size_t i = 0; i < m->text.n; i++)
        n += m->text.p[i] && strchr("\t\n\r\b ", m->text.p[i]);
    return of_chars(m, n);
}
static double brackets(struct measure *m)
{
    uint64_t n = 0;
    for (const char *p = m->text.p, *end = p + m->text.n; p < end;) {
        uint32_t cp = chars_next(&p);
        n += cp == 0x27E8 || cp == 0x27E9 || (cp && cp < 0x80 && strchr("{}[]()", (int)cp));
    }
    return of_chars(m, n);
}

/* Does text whose lower() is meant begin with the phrase? The Kelvin sign is a k. */
static bool begins(const char *p, const char *end, const char *phrase)
{
    for (; *phrase; phrase++) {
        if (p < end && (*p >= 'A' && *p <= 'Z' ? *p + 32 : *p) == *phrase)
            p++;
        else if (*phrase == 'k' && end - p >= 3 && !memcmp(p, "\xE2\x84\xAA", 3))
            p += 3;
        else
            return false;
    }
    return true;
}

/* Does a paragraph speak of policies? Three whole sentences of cookie notices that are on the
 * original's list too are not here. */
static bool is_boilerplate(struct slice s, bool *lorem)
{
    static const char *const phrases[] = {"lorem ipsum", "terms of use", "privacy policy",
        "cookie policy", "uses cookies", "privacy overview", "use of cookies", "use cookies",
        "privacy & cookies policy", "privacy and cookies policy"};
    bool found = false;
    for (size_t i = 0; i < s.n; i++) {
        if (!strchr("ltpcu", s.p[i] | 32))
            continue;
        for (size_t k = 0; k < sizeof phrases / sizeof *phrases; k++) {
            bool here = begins(s.p + i, s.p + s.n, phrases[k]);
            found |= here;
            *lorem |= here && k == 0;
        }
    }
    return found;
}

static double boilerplate(struct measure *m)
{
    struct slice rest = m->text;
    uint64_t n = 1, found = 0;
    bool lorem = false;
    for (size_t at; (at = slice_find(rest, SLICE("\n\n"))) < rest.n; n++) {
        found += is_boilerplate(slice_upto(rest, at), &lorem);
        rest = slice_from(rest, at + 2);
    }
    found += is_boilerplate(rest, &lorem);
    return lorem ? 1 : signal_share(found, n);
}

static double lines(struct measure *m)
{
    const struct row_counts *c = measure_rows_of(m, ROWS_NEMO_LINES);
    return signal_share(c->different, c->n);
}
static double paragraphs(struct measure *m)
{
    const struct row_counts *c = measure_rows_of(m, ROWS_NEMO_PARAGRAPHS);
    return signal_share(c->different, c->n);
}
static double line_chars(struct measure *m)
{
    const struct row_counts *c = measure_rows_of(m, ROWS_NEMO_LINES);
    return signal_share(c->different_chars, c->chars);
}
static double paragraph_chars(struct measure *m)
{
    const struct row_counts *c = measure_rows_of(m, ROWS_NEMO_PARAGRAPHS);
    return signal_share(c->different_chars, c->chars);
}
static double words(struct measure *m) { return (double)measure_white(m)->n; }
static double no_end_mark(struct measure *m)
{
    const struct row_counts *c = measure_rows_of(m, ROWS_NEMO_LINES);
    return signal_share(c->no_end_mark, c->n);
}
static double letter_words(struct measure *m)
{
    return signal_share(measure_white(m)->alphabetic, measure_white(m)->n);
}
static double common_words(struct measure *m) { return (double)measure_white(m)->stop; }
static double word_length(struct measure *m)
{
    return signal_share(measure_white(m)->chars, measure_white(m)->n);
}
static double longest(struct measure *m) { return (double)measure_white(m)->longest; }
static double ellipses(struct measure *m)
{
    const struct row_counts *c = measure_rows_of(m, ROWS_NEMO_LINES);
    return signal_share(c->ellipsis, c->n);
}
static double bullets(struct measure *m)
{
    const struct row_counts *c = measure_rows_of(m, ROWS_NEMO_LINES);
    return signal_share(c->bullet, c->n);
}

/* Does the text go on at p with these words, one space between them? Behind them, or NULL. */
static const char *goes_on(const struct measure *m, struct words w, size_t first, size_t n,
                           const char *p, const char *end)
{
    for (size_t i = first; i < first + n; i++) {
        size_t bytes = word_bytes(m->chars, m->text, w.v, i, w.n);
        if (i > first && (p == end || *p++ != ' '))
            return NULL;
        if ((size_t)(end - p) < bytes || memcmp(p, m->text.p + w.v[i].at, bytes) != 0)
            return NULL;
        p += bytes;
    }
    return p;
}

/* What text.replace(n-gram, "") takes away, of the most frequent n-gram with spaces. Of equals the
 * first (in the original whichever the hash of strings puts in front). */
static double top(struct measure *m, size_t n)
{
    const struct ngram_counts *c = &measure_ngrams(m, NGRAMS_WHITE)[n];
    struct words w = measure_split(m, WORDS_WHITESPACE);
    const char *p = m->text.p, *end = p + m->text.n;
    uint64_t times = 0;
    if (w.n < n)
        return 1;
    char first = m->text.p[w.v[c->first].at];
    while (p < end && (p = memchr(p, first, (size_t)(end - p)))) {
        const char *behind = goes_on(m, w, c->first, n, p, end);
        times += behind != NULL;
        p = behind ? behind : p + 1;
    }
    return of_chars(m, times * (c->first_chars + n - 1));
}
static double dup(struct measure *m, size_t n)
{
    uint64_t chars = measure_ngrams(m, NGRAMS_WHITE)[n].again_chars;
    return measure_white(m)->n < n ? 1 : of_chars(m, chars);
}
#define TOP(k) static double top_##k(struct measure *m) { return top(m, k); }
#define DUP(k) static double dup_##k(struct measure *m) { return dup(m, k); }
TOP(2) TOP(3) TOP(4)
DUP(5) DUP(6) DUP(7) DUP(8) DUP(9) DUP(10)

static const struct signal rows[] = {
    {"nemo_not_alnum", not_alnum, "share", "0..1", NEMO,
     "characters other than a-z, A-Z, 0-9, newline and ? ! , ."},
    {"nemo_symbols", symbols, "share", "0..1", NEMO,
     "words that are an ellipsis mark, or more than half runs of \"#\""},
    {"nemo_digits", digits, "share", "0..1", NEMO, "decimal digits"},
    {"nemo_urls", urls, "share", "0..1", NEMO, "characters of addresses"},
    {"nemo_white_space", spaces, "share", "0..1", NEMO, "blanks, tabs, line ends"},
    {"nemo_brackets", brackets, "share", "0..1", NEMO, "brackets of four kinds"},
    {"nemo_boilerplate", boilerplate, "share", "0..1", NEMO,
     "paragraphs that speak of policies and cookies; 1 with \"lorem ipsum\""},
    {"nemo_different_lines", lines, "share", "0..1", NEMO, "different lines, of those not blank"},
    {"nemo_different_paragraphs", paragraphs, "share", "0..1", NEMO, "different paragraphs"},
    {"nemo_different_line_chars", line_chars, "share", "0..1", NEMO,
     "characters of those lines"},
    {"nemo_different_paragraph_chars", paragraph_chars, "share", "0..1", NEMO,
     "characters of those paragraphs"},
    {"nemo_words", words, "words", "0..", NEMO, "words cut at white space"},
    {"nemo_no_end_mark", no_end_mark, "share", "0..1", NEMO,
     "lines that do not end in . ? ! or a straight quote"},
    {"nemo_letter_words", letter_words, "share", "0..1", NEMO, "words with an alphabetic sign"},
    {"nemo_common_words", common_words, "words", "0..", NEMO,
     "that are one of: the be to of and that have with; each time"},
    {"nemo_word_length", word_length, "characters", "0..", NEMO, "mean length of words"},
    {"nemo_longest_word", longest, "characters", "0..", NEMO, "the longest word"},
    {"nemo_ellipsis_lines", ellipses, "share", "0..1", NEMO, "lines that break off"},
    {"nemo_bullet_lines", bullets, "share", "0..1", NEMO, "lines that begin with a bullet"},
    {"nemo_top_2gram", top_2, "share", "0..1", NEMO,
     "what removing the most frequent two words takes away; 1 if there are too few words"},
    {"nemo_top_3gram", top_3, "share", "0..1", NEMO, "the same of three words"},
    {"nemo_top_4gram", top_4, "share", "0..1", NEMO, "the same of four words"},
    {"nemo_dup_5gram", dup_5, "share", "0..", NEMO,
     "of the text, words and spaces of five words that stood before; 1 if too few"},
    {"nemo_dup_6gram", dup_6, "share", "0..", NEMO, "the same of six words"},
    {"nemo_dup_7gram", dup_7, "share", "0..", NEMO, "the same of seven words"},
    {"nemo_dup_8gram", dup_8, "share", "0..", NEMO, "the same of eight words"},
    {"nemo_dup_9gram", dup_9, "share", "0..", NEMO, "the same of nine words"},
    {"nemo_dup_10gram", dup_10, "share", "0..", NEMO, "the same of ten words"},
};
const struct signal_family signals_nemo = SIGNAL_ROWS(rows);
