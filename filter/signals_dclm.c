/* Signals of DCLM's filters (github.com/mlfoundations/dclm, baselines/mappers/filters), its replica
 * of RefinedWeb's. */
#include "filter/signals.h"

#define DCLM "DCLM"

static double words(struct measure *m)
{
    return (double)measure_alnum_words(m, WORDS_FASTTEXT);
}
static double word_length(struct measure *m)
{
    return signal_share(measure_white(m)->chars, measure_white(m)->n);
}

/* str.count(". . .") */
static uint64_t wide_ellipses(struct slice s)
{
    uint64_t n = 0;
    for (size_t at; (at = slice_find(s, SLICE(". . ."))) < s.n; s = slice_from(s, at + 5))
        n++;
    return n;
}
static double symbols(struct measure *m)
{
    const struct scan_counts *s = measure_scan(m);
    return signal_share(s->hashes + s->ellipses + wide_ellipses(m->text), measure_white(m)->n);
}
static double bullets(struct measure *m)
{
    const struct row_counts *c = measure_rows_of(m, ROWS_DCLM_LINES);
    return signal_share(c->bullet, c->n);
}
static double ellipses(struct measure *m)
{
    const struct row_counts *c = measure_rows_of(m, ROWS_DCLM_LINES);
    return signal_share(c->ellipsis, c->n);
}
static double no_letter(struct measure *m)
{
    return signal_share(measure_white(m)->n - measure_white(m)->letter, measure_white(m)->n);
}
static double stop_words(struct measure *m) { return (double)measure_white(m)->stop_lower; }

/* One row is no repetition, and cannot be copied either. */
static double copies(struct measure *m, enum rows_kind kind)
{
    return signal_share(measure_rows_of(m, kind)->copies, measure_rows_of(m, kind)->n);
}
static double copies_chars(struct measure *m, enum rows_kind kind)
{
    return signal_share(measure_rows_of(m, kind)->copies_chars, measure_rows_of(m, kind)->chars);
}
static double dup_lines(struct measure *m) { return copies(m, ROWS_DCLM_LINES); }
static double dup_line_chars(struct measure *m) { return copies_chars(m, ROWS_DCLM_LINES); }
static double dup_paras(struct measure *m) { return copies(m, ROWS_DCLM_PARAGRAPHS); }
static double dup_para_chars(struct measure *m) { return copies_chars(m, ROWS_DCLM_PARAGRAPHS); }

#define TOP(k) static double top_##k(struct measure *m) \
    { const struct ngram_counts *c = &measure_ngrams(m, NGRAMS_DCLM)[k]; \
      return c->most < 2 ? 0 : signal_share(c->most * c->longest_chars, \
                                            m->ngram_chars[NGRAMS_DCLM]); }
#define DUP(k) static double dup_##k(struct measure *m) \
    { uint64_t covered = measure_ngrams(m, NGRAMS_DCLM)[k].covered_chars; \
      return signal_share(covered, m->ngram_chars[NGRAMS_DCLM]); }
TOP(2) TOP(3) TOP(4)
DUP(5) DUP(6) DUP(7) DUP(8) DUP(9) DUP(10)

/* Against the count of the step count-words. */
static double removed_words(struct measure *m)
{
    double before = (double)m->marked_words;
    return before > 0 ? (before - words(m)) / before : 1;
}

static const struct signal rows[] = {
    {"dclm_words", words, "words", "0..", DCLM,
     "fastText's words that begin with a letter or number"},
    {"dclm_word_length", word_length, "characters", "0..", DCLM,
     "mean length of words cut at white space"},
    {"dclm_symbols", symbols, "per word", "0..", DCLM, "\"#\", \"...\", \". . .\", ellipsis signs"},
    {"dclm_bullet_lines", bullets, "share", "0..1", DCLM,
     "of stripped lines that are not empty, begin with a bullet, * or -"},
    {"dclm_ellipsis_lines", ellipses, "share", "0..1", DCLM, "of these, end in an ellipsis"},
    {"dclm_no_letter_words", no_letter, "share", "0..1", DCLM, "words without a letter"},
    {"dclm_stop_words", stop_words, "words", "0..", DCLM,
     "that are, in any case, one of: the be to of and that have with; each time"},
    {"dclm_dup_lines", dup_lines, "share", "0..1", DCLM,
     "lines that stand more than once, the first ones too"},
    {"dclm_dup_line_chars", dup_line_chars, "share", "0..1", DCLM, "their characters"},
    {"dclm_dup_paragraphs", dup_paras, "share", "0..1", DCLM, "the same of paragraphs"},
    {"dclm_dup_paragraph_chars", dup_para_chars, "share", "0..1", DCLM, "their characters"},
    {"dclm_top_2gram", top_2, "share", "0..1", DCLM,
     "of UAX 29 words' characters, in the longest of the most frequent pairs; 0 if none repeats"},
    {"dclm_top_3gram", top_3, "share", "0..1", DCLM, "the same of three words"},
    {"dclm_top_4gram", top_4, "share", "0..1", DCLM, "the same of four words"},
    {"dclm_dup_5gram", dup_5, "share", "0..1", DCLM,
     "of UAX 29 words' characters, in words that lie in a repeated five-gram"},
    {"dclm_dup_6gram", dup_6, "share", "0..1", DCLM, "the same of six words"},
    {"dclm_dup_7gram", dup_7, "share", "0..1", DCLM, "the same of seven words"},
    {"dclm_dup_8gram", dup_8, "share", "0..1", DCLM, "the same of eight words"},
    {"dclm_dup_9gram", dup_9, "share", "0..1", DCLM, "the same of nine words"},
    {"dclm_dup_10gram", dup_10, "share", "0..1", DCLM, "the same of ten words"},
    {"dclm_removed_words", removed_words, "share", "..1", DCLM,
     "words that edits after count-words took away"},
};
const struct signal_family signals_dclm = SIGNAL_ROWS(rows);
