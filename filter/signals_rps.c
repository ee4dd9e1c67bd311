/* Signals of RedPajama-V2 under their own names, rounded as there; of line signals the mean over
 * lines. Those that need lists or models (ldnoobw, ut1, classifiers, importance weights) are not
 * here. */
#include "filter/signals.h"

#define RPS "RedPajama-V2"

static double ratio(double part, uint64_t whole)
{
    return whole ? signal_round(part / (double)whole, 8) : 0;
}
#define RATIO(name, part, whole) static double name(struct measure *m) \
    { const struct rps_counts *c = measure_rps(m); return ratio((double)c->part, c->whole); }
#define COUNT(name, part) static double name(struct measure *m) \
    { return (double)measure_rps(m)->part; }

COUNT(word_count, words)
RATIO(mean_word_length, chars, words)
RATIO(unique_words, unique, words)
static double entropy(struct measure *m) { return signal_round(measure_rps(m)->entropy, 8); }
RATIO(lorem_ipsum, lorem_ipsum, text_chars)
static double curly(struct measure *m)
{
    return ratio((double)measure_rps(m)->curly, measure_scan(m)->chars);
}
static double symbols(struct measure *m)
{
    const struct scan_counts *s = measure_scan(m);
    return ratio((double)(s->hashes + s->ellipses), measure_rps(m)->raw_words);
}
RATIO(ellipsis, ellipsis, lines)
static double no_alpha(struct measure *m)
{
    const struct rps_counts *c = measure_rps(m);
    return c->raw_words ? signal_round(1 - (double)c->alpha_words / (double)c->raw_words, 8) : 0;
}
RATIO(caps, upper_words, raw_words)
static double stops(struct measure *m)
{
    const struct rps_counts *c = measure_rps(m);
    return c->words ? ratio((double)c->stop_words, c->raw_words) : 0;
}
COUNT(sentences, sentences)
#define TOP(k) static double top_##k(struct measure *m) \
    { uint64_t all = measure_rps(m)->chars; \
      const struct ngram_counts *c = &m->ngram[NGRAMS_RPS][k]; \
      return c->most < 2 ? 0 : ratio((double)(c->first_chars * c->most), all); }
#define DUPE(k) static double dupe_##k(struct measure *m) \
    { uint64_t all = measure_rps(m)->chars; \
      return ratio((double)m->ngram[NGRAMS_RPS][k].covered_chars, all); }
TOP(2) TOP(3) TOP(4)
DUPE(5) DUPE(6) DUPE(7) DUPE(8) DUPE(9) DUPE(10)
RATIO(line_terminal, terminal, lines)
RATIO(line_javascript, javascript, lines)
RATIO(line_words, line_words, lines)
RATIO(line_numeric, numeric_share, lines)
RATIO(line_bullet, bullet, lines)
RATIO(line_upper, upper_share, lines)

static const struct signal rows[] = {
    {"rps_doc_word_count", word_count, "words", "0..", RPS, "words of the normalised text"},
    {"rps_doc_mean_word_length", mean_word_length, "characters", "0..", RPS, "of these"},
    {"rps_doc_frac_unique_words", unique_words, "share", "0..1", RPS, "different words, of these"},
    {"rps_doc_unigram_entropy", entropy, "nats", "0..", RPS, "of their distribution"},
    {"rps_doc_lorem_ipsum", lorem_ipsum, "per char", "0..", RPS,
     "\"lorem ipsum\" in the normalised text"},
    {"rps_doc_curly_bracket", curly, "per char", "0..1", RPS, "curly brackets"},
    {"rps_doc_symbol_to_word_ratio", symbols, "per word", "0..", RPS,
     "\"#\", \"...\" and ellipsis signs; words of NLTK's WordPunct"},
    {"rps_doc_frac_lines_end_with_ellipsis", ellipsis, "share", "0..1", RPS,
     "lines that end in an ellipsis"},
    {"rps_doc_frac_no_alph_words", no_alpha, "share", "0..1", RPS,
     "WordPunct words without an ASCII letter"},
    {"rps_doc_frac_all_caps_words", caps, "share", "0..1", RPS, "WordPunct words in capitals"},
    {"rps_doc_stop_word_fraction", stops, "share", "0..1", RPS,
     "WordPunct words among 570 English stop words"},
    {"rps_doc_num_sentences", sentences, "sentences", "0..", RPS, "by a regular expression"},
    {"rps_doc_frac_chars_top_2gram", top_2, "share", "0..1", RPS,
     "of words' characters, in the most frequent two words; 0 if none repeats"},
    {"rps_doc_frac_chars_top_3gram", top_3, "share", "0..1", RPS, "the same of three words"},
    {"rps_doc_frac_chars_top_4gram", top_4, "share", "0..1", RPS, "the same of four words"},
    {"rps_doc_frac_chars_dupe_5grams", dupe_5, "share", "0..1", RPS,
     "of words' characters, in words that lie in a repeated five-gram"},
    {"rps_doc_frac_chars_dupe_6grams", dupe_6, "share", "0..1", RPS, "the same of six words"},
    {"rps_doc_frac_chars_dupe_7grams", dupe_7, "share", "0..1", RPS, "the same of seven words"},
    {"rps_doc_frac_chars_dupe_8grams", dupe_8, "share", "0..1", RPS, "the same of eight words"},
    {"rps_doc_frac_chars_dupe_9grams", dupe_9, "share", "0..1", RPS, "the same of nine words"},
    {"rps_doc_frac_chars_dupe_10grams", dupe_10, "share", "0..1", RPS, "the same of ten words"},
    {"rps_lines_ending_with_terminal_punctution_mark", line_terminal, "share", "0..1", RPS,
     "mean over lines, as all rps_lines: ends in . ! ? or a curly quote"},
    {"rps_lines_javascript_counts", line_javascript, "words", "0..", RPS, "the word javascript"},
    {"rps_lines_num_words", line_words, "words", "0..", RPS, "words of the normalised line"},
    {"rps_lines_numerical_chars_fraction", line_numeric, "share", "0..1", RPS,
     "numerical characters of the normalised line"},
    {"rps_lines_start_with_bulletpoint", line_bullet, "share", "0..1", RPS, "begins with a bullet"},
    {"rps_lines_uppercase_letter_fraction", line_upper, "share", "0..1", RPS, "capitals"},
};
const struct signal_family signals_rps = SIGNAL_ROWS(rows);
