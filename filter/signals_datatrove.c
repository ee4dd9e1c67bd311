/* Signals of datatrove's filters, and of The Stack; see signals.h. */
#include "filter/signals.h"

#define DT "datatrove 0.10"

/* ---- of the text -------------------------------------------------------------------------- */

static double chars(struct measure *m) { return (double)measure_scan(m)->chars; }
static double bytes(struct measure *m) { return (double)m->text.n; }

/* ---- gopher_quality_filter.py ------------------------------------------------------------- */

static double words(struct measure *m) { return (double)measure_words(m)->n; }
static double solid_words(struct measure *m) { return (double)measure_words(m)->solid; }
static double word_length(struct measure *m)
{
    const struct word_counts *w = measure_words(m);
    return signal_share(w->solid_chars, w->solid);
}
static double hashes(struct measure *m)
{
    return signal_share(measure_scan(m)->hashes, measure_words(m)->n);
}
static double ellipses(struct measure *m)
{
    return signal_share(measure_scan(m)->ellipses, measure_words(m)->n);
}
static double bullet_lines(struct measure *m)
{
    return signal_share(measure_lines(m)->bullet, measure_lines(m)->n);
}
static double ellipsis_lines(struct measure *m)
{
    return signal_share(measure_lines(m)->ellipsis, measure_lines(m)->n);
}
static double letter_words(struct measure *m)
{
    return signal_share(measure_words(m)->letter, measure_words(m)->n);
}
static double stop_words(struct measure *m)
{
    return __builtin_popcount(measure_words(m)->stop_words);
}

/* ---- gopher_repetition_filter.py ---------------------------------------------------------- */

static double paragraphs(struct measure *m)
{
    return signal_share(measure_paragraphs(m)->again, measure_paragraphs(m)->count);
}
static double paragraph_chars(struct measure *m)
{
    return signal_share(measure_paragraphs(m)->again_chars, measure_scan(m)->chars);
}
static double lines(struct measure *m)
{
    return signal_share(measure_rows(m)->again, measure_rows(m)->count);
}
static double line_chars(struct measure *m)
{
    return signal_share(measure_rows(m)->again_chars, measure_scan(m)->chars);
}
#define TOP(n) static double top_##n(struct measure *m) \
    { return signal_share(measure_top(m)[n], measure_scan(m)->chars); }
#define DUP(n) static double dup_##n(struct measure *m) \
    { return signal_share(measure_dup(m)[n], measure_scan(m)->chars); }
TOP(2) TOP(3) TOP(4)
DUP(5) DUP(6) DUP(7) DUP(8) DUP(9) DUP(10)

/* ---- fineweb_quality_filter.py ------------------------------------------------------------ */

static double full_lines(struct measure *m) { return (double)measure_plain(m)->n; }
static double terminal_lines(struct measure *m)
{
    return signal_share(measure_plain(m)->terminal, measure_plain(m)->n);
}
static double short_lines(struct measure *m)
{
    return signal_share(measure_plain(m)->small, measure_plain(m)->n);
}
static double full_line_chars(struct measure *m)
{
    const struct scan_counts *s = measure_scan(m);
    return signal_share(measure_plain(m)->again_chars, s->chars - s->newlines);
}
static double newlines(struct measure *m)
{
    return signal_share(measure_scan(m)->newlines, measure_words(m)->n);
}
static double terminal_lines_2024(struct measure *m)
{
    return signal_share(measure_plain(m)->all_terminal, measure_plain(m)->all);
}
static double short_lines_2024(struct measure *m)
{
    return signal_share(measure_plain(m)->all_small, measure_plain(m)->all);
}

/* ---- c4_filters.py ------------------------------------------------------------------------ */

static double sentences(struct measure *m) { return (double)measure_c4(m)->sentences; }
static double lorem_ipsum(struct measure *m) { return measure_c4(m)->end == C4_LOREM_IPSUM; }
static double curly(struct measure *m) { return measure_c4(m)->end == C4_CURLY; }
static double kept_lines(struct measure *m)
{
    return signal_share(measure_c4(m)->kept, measure_c4(m)->lines);
}

/* ---- source code: bigcode-dataset, preprocessing ------------------------------------------ */

static double longest_line(struct measure *m) { return (double)measure_code(m)->longest; }
static double mean_line(struct measure *m)
{
    return signal_share(measure_code(m)->chars, measure_code(m)->lines);
}
static double alnum(struct measure *m)
{
    return signal_share(measure_code(m)->alnum, measure_scan(m)->chars);
}

static const struct signal rows[] = {
    {"chars", chars, "characters", "0..", "tokmill",
     "code points of the text"},
    {"bytes", bytes, "bytes", "0..", "tokmill",
     "UTF-8 bytes of the text"},
    {"dt_words", words, "words", "0..", DT,
     "words of spaCy's English tokenizer"},
    {"dt_solid_words", solid_words, "words", "0..", DT,
     "of these, not all of punctuation"},
    {"dt_word_length", word_length, "characters", "0..", DT,
     "mean length of solid words"},
    {"dt_hashes", hashes, "per word", "0..", DT,
     "\"#\" signs"},
    {"dt_ellipses", ellipses, "per word", "0..", DT,
     "\"...\" and ellipsis signs"},
    {"dt_bullet_lines", bullet_lines, "share", "0..1", DT,
     "lines that begin with a bullet or \"-\""},
    {"dt_ellipsis_lines", ellipsis_lines, "share", "0..1", DT,
     "lines that end in an ellipsis"},
    {"dt_letter_words", letter_words, "share", "0..1", DT,
     "words with a letter, of all words"},
    {"dt_stop_words", stop_words, "words", "0..", DT,
     "of the be to of and that have with, how many occur"},
    {"dt_dup_paragraphs", paragraphs, "share", "0..1", DT,
     "paragraphs that stood before"},
    {"dt_dup_paragraph_chars", paragraph_chars, "share", "0..1", DT,
     "their characters, of the text's"},
    {"dt_dup_lines", lines, "share", "0..1", DT,
     "lines that stood before"},
    {"dt_dup_line_chars", line_chars, "share", "0..1", DT,
     "their characters, of the text's"},
    {"dt_top_2gram", top_2, "share", "0..", DT,
     "characters of the most frequent two words"},
    {"dt_top_3gram", top_3, "share", "0..", DT,
     "characters of the most frequent three words"},
    {"dt_top_4gram", top_4, "share", "0..", DT,
     "characters of the most frequent four words"},
    {"dt_dup_5gram", dup_5, "share", "0..1", DT,
     "characters of five words that stood before"},
    {"dt_dup_6gram", dup_6, "share", "0..1", DT,
     "the same of six words"},
    {"dt_dup_7gram", dup_7, "share", "0..1", DT,
     "the same of seven words"},
    {"dt_dup_8gram", dup_8, "share", "0..1", DT,
     "the same of eight words"},
    {"dt_dup_9gram", dup_9, "share", "0..1", DT,
     "the same of nine words"},
    {"dt_dup_10gram", dup_10, "share", "0..1", DT,
     "the same of ten words"},
    {"dt_full_lines", full_lines, "lines", "0..", DT,
     "lines that are not blank"},
    {"dt_terminal_lines", terminal_lines, "share", "0..1", DT,
     "of these, end in a sentence's end mark"},
    {"dt_short_lines", short_lines, "share", "0..1", DT,
     "of these, 30 characters or shorter"},
    {"dt_dup_full_line_chars", full_line_chars, "share", "0..1", DT,
     "characters of full lines that stood before, of all but newlines"},
    {"dt_newlines", newlines, "per word", "0..", DT,
     "newlines"},
    {"dt_terminal_lines_2024", terminal_lines_2024, "share", "0..1", "datatrove 0.2",
     "of all lines, end in . ' \" ! or ?"},
    {"dt_short_lines_2024", short_lines_2024, "share", "0..1", "datatrove 0.2",
     "of all lines, 30 characters or shorter"},
    {"c4_sentences", sentences, "sentences", "0..", DT,
     "spaCy sentences of the lines that C4 keeps"},
    {"c4_lorem_ipsum", lorem_ipsum, "0 or 1", "0..1", DT,
     "C4 meets \"lorem ipsum\" first"},
    {"c4_curly", curly, "0 or 1", "0..1", DT,
     "C4 meets a curly bracket first"},
    {"code_longest_line", longest_line, "characters", "0..", "The Stack",
     "the longest line"},
    {"code_mean_line", mean_line, "characters", "0..", "The Stack",
     "mean length of lines"},
    {"code_alnum", alnum, "share", "0..1", "The Stack",
     "letters and digits, of all characters"},
    {"c4_kept_lines", kept_lines, "share", "0..1", DT,
     "lines that C4 keeps"},
};
const struct signal_family signals_datatrove = SIGNAL_ROWS(rows);
