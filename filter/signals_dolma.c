/* Signals of Dolma's taggers gopher_v1 and gopher_v2 (dolma/taggers/gopher.py, 1.2.1). Version 2
 * takes runs of newlines as one, and is the same in all else. Scores are written, and so compared,
 * with five decimals. */
#include "filter/signals.h"

#define DOLMA "Dolma 1.2"

static double share(uint64_t part, uint64_t whole)
{
    return signal_round(signal_share(part, whole), 5);
}

static double words(struct measure *m) { return (double)measure_white(m)->n; }
static double word_length(struct measure *m) { return measure_white(m)->median; }
static double symbols(struct measure *m)
{
    return share(measure_white(m)->symbol, measure_white(m)->n);
}
static double letter_words(struct measure *m)
{
    return share(measure_white(m)->letter, measure_white(m)->n);
}
static double stop_words(struct measure *m) { return (double)measure_white(m)->stop; }

/* An empty text has no attributes, not one empty line. */
#define LINES(v, kind) \
    static double bullets_##v(struct measure *m) \
    { return m->text.n ? share(measure_rows_of(m, kind)->bullet, \
                                      measure_rows_of(m, kind)->n) : 0; } \
    static double ellipses_##v(struct measure *m) \
    { return m->text.n ? share(measure_rows_of(m, kind)->ellipsis, \
                                      measure_rows_of(m, kind)->n) : 0; } \
    static double dup_lines_##v(struct measure *m) \
    { return m->text.n ? share(measure_rows_of(m, kind)->copies, \
                                      measure_rows_of(m, kind)->n) : 0; } \
    static double dup_line_chars_##v(struct measure *m) \
    { uint64_t chars = measure_white(m)->chars; \
      return share(measure_rows_of(m, kind)->copies_chars, chars ? chars : 1); }
LINES(v1, ROWS_DOLMA_1)
LINES(v2, ROWS_DOLMA_2)

#define TOP(k) static double top_##k(struct measure *m) \
    { const struct ngram_counts *c = &measure_ngrams(m, NGRAMS_WHITE)[k]; \
      return share(c->most * c->first_chars, measure_white(m)->chars); }
#define DUP(k) static double dup_##k(struct measure *m) \
    { const struct ngram_counts *c = &measure_ngrams(m, NGRAMS_WHITE)[k]; \
      return share(c->repeated_chars, c->all_chars); }
TOP(2) TOP(3) TOP(4)
DUP(5) DUP(6) DUP(7) DUP(8) DUP(9) DUP(10)

static const struct signal rows[] = {
    {"dolma_words", words, "words", "0..", DOLMA, "words cut at white space"},
    {"dolma_word_length", word_length, "characters", "0..", DOLMA, "median length of words"},
    {"dolma_symbols", symbols, "share", "0..1", DOLMA, "words with \"#\" or an ellipsis sign"},
    {"dolma_letter_words", letter_words, "share", "0..1", DOLMA, "words with a letter"},
    {"dolma_stop_words", stop_words, "words", "0..", DOLMA,
     "that are one of: the be to of and that have with; each time"},
    {"dolma_bullet_lines_v1", bullets_v1, "share", "0..1", DOLMA, "lines that begin with * or -"},
    {"dolma_ellipsis_lines_v1", ellipses_v1, "share", "0..1", DOLMA,
     "lines that end in an ellipsis sign"},
    {"dolma_dup_lines_v1", dup_lines_v1, "share", "0..1", DOLMA,
     "lines that stand more than once, the first ones and empty ones too"},
    {"dolma_dup_line_chars_v1", dup_line_chars_v1, "ratio", "0..", DOLMA,
     "their characters, to those of words"},
    {"dolma_bullet_lines_v2", bullets_v2, "share", "0..1", DOLMA,
     "the same four with runs of newlines as one"},
    {"dolma_ellipsis_lines_v2", ellipses_v2, "share", "0..1", DOLMA, "of those lines"},
    {"dolma_dup_lines_v2", dup_lines_v2, "share", "0..1", DOLMA, "of those lines"},
    {"dolma_dup_line_chars_v2", dup_line_chars_v2, "ratio", "0..", DOLMA, "of those lines"},
    {"dolma_top_2gram", top_2, "share", "0..1", DOLMA,
     "of words' characters, in the most frequent two words (the first of equals)"},
    {"dolma_top_3gram", top_3, "share", "0..1", DOLMA, "the same of three words"},
    {"dolma_top_4gram", top_4, "share", "0..1", DOLMA, "the same of four words"},
    {"dolma_dup_5gram", dup_5, "share", "0..1", DOLMA,
     "of all five-grams' characters, in those that stand more than once"},
    {"dolma_dup_6gram", dup_6, "share", "0..1", DOLMA, "the same of six words"},
    {"dolma_dup_7gram", dup_7, "share", "0..1", DOLMA, "the same of seven words"},
    {"dolma_dup_8gram", dup_8, "share", "0..1", DOLMA, "the same of eight words"},
    {"dolma_dup_9gram", dup_9, "share", "0..1", DOLMA, "the same of nine words"},
    {"dolma_dup_10gram", dup_10, "share", "0..1", DOLMA, "the same of ten words"},
};
const struct signal_family signals_dolma = SIGNAL_ROWS(rows);
