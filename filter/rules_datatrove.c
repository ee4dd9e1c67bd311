/* The rule sets of datatrove (github.com/huggingface/datatrove, src/datatrove/pipeline/filters). */
#include "filter/rules.h"

static const struct rule quality[] = {
    {"gopher_short_doc", "dt_solid_words", RULE_LT, 50, NULL},
    {"gopher_long_doc", "dt_solid_words", RULE_GT, 100000, NULL},
    {"gopher_below_avg_threshold", "dt_word_length", RULE_LT, 3, NULL},
    {"gopher_above_avg_threshold", "dt_word_length", RULE_GT, 10, NULL},
    {"gopher_too_many_hashes", "dt_hashes", RULE_GT, 0.1, NULL},
    {"gopher_too_many_ellipsis", "dt_ellipses", RULE_GT, 0.1, NULL},
    {"gopher_too_many_bullets", "dt_bullet_lines", RULE_GT, 0.9, NULL},
    {"gopher_too_many_end_ellipsis", "dt_ellipsis_lines", RULE_GT, 0.3, NULL},
    {"gopher_below_alpha_threshold", "dt_letter_words", RULE_LT, 0.8, NULL},
    {"gopher_enough_stop_words", "dt_stop_words", RULE_LT, 2, NULL},
};
const struct rule_set rules_gopher_quality = {
    "gopher-quality", "datatrove 0.10.1",
    "gopher_quality_filter.py, GopherQualityFilter; https://arxiv.org/abs/2112.11446",
    "word counts, symbols, bullets and stop words of English texts", RULE_ROWS(quality)};

static const struct rule repetition[] = {
    {"empty", "chars", RULE_LT, 1, NULL},
    {"dup_para_frac", "dt_dup_paragraphs", RULE_GT, 0.3, NULL},
    {"dup_para_char_frac", "dt_dup_paragraph_chars", RULE_GT, 0.2, NULL},
    {"dup_line_frac", "dt_dup_lines", RULE_GT, 0.3, NULL},
    {"dup_line_char_frac", "dt_dup_line_chars", RULE_GT, 0.2, NULL},
    {"top_2_gram", "dt_top_2gram", RULE_GT, 0.2, NULL},
    {"top_3_gram", "dt_top_3gram", RULE_GT, 0.18, NULL},
    {"top_4_gram", "dt_top_4gram", RULE_GT, 0.16, NULL},
    {"duplicated_5_n_grams", "dt_dup_5gram", RULE_GT, 0.15, NULL},
    {"duplicated_6_n_grams", "dt_dup_6gram", RULE_GT, 0.14, NULL},
    {"duplicated_7_n_grams", "dt_dup_7gram", RULE_GT, 0.13, NULL},
    {"duplicated_8_n_grams", "dt_dup_8gram", RULE_GT, 0.12, NULL},
    {"duplicated_9_n_grams", "dt_dup_9gram", RULE_GT, 0.11, NULL},
    {"duplicated_10_n_grams", "dt_dup_10gram", RULE_GT, 0.1, NULL},
};
const struct rule_set rules_gopher_repetition = {
    "gopher-repetition", "datatrove 0.10.1",
    "gopher_repetition_filter.py, GopherRepetitionFilter; https://arxiv.org/abs/2112.11446",
    "lines, paragraphs and n-grams that a text repeats", RULE_ROWS(repetition)};

#define C4_DROPS \
    {"lorem_ipsum", "c4_lorem_ipsum", RULE_GT, 0, NULL}, \
    {"curly_bracket", "c4_curly", RULE_GT, 0, NULL}, \
    {"too_few_sentences", "c4_sentences", RULE_LT, 5, NULL}
static const struct rule c4[] = {C4_DROPS, RULE_EDIT("c4-lines", 0)};
static const struct rule c4_of_fineweb[] = {C4_DROPS, RULE_EDIT("c4-lines-fineweb", 0)};
const struct rule_set rules_c4 = {
    "c4", "datatrove 0.10.1",
    "c4_filters.py, C4QualityFilter; https://jmlr.org/papers/volume21/20-074/20-074.pdf",
    "lines without end mark go, and documents with few sentences", RULE_ROWS(c4)};
const struct rule_set rules_c4_fineweb = {
    "c4-fineweb", "datatrove 0.10.1",
    "c4_filters.py, C4QualityFilter(filter_no_terminal_punct=False), as examples/fineweb.py has it",
    "the same, but lines may end without a mark", RULE_ROWS(c4_of_fineweb)};

static const struct rule fineweb[] = {
    {"empty", "dt_full_lines", RULE_LT, 1, NULL},
    {"line_punct_ratio", "dt_terminal_lines", RULE_LT, 0.12, NULL},
    {"short_line_ratio", "dt_short_lines", RULE_GT, 0.67, NULL},
    {"char_dup_ratio", "dt_dup_full_line_chars", RULE_GT, 0.01, NULL},
    {"list_ratio", "dt_newlines", RULE_GT, 0.3, NULL},
};
const struct rule_set rules_fineweb = {
    "fineweb", "datatrove 0.10.1",
    "fineweb_quality_filter.py, FineWebQualityFilter; https://arxiv.org/abs/2406.17557",
    "lists, short lines and repeated lines", RULE_ROWS(fineweb)};

static const struct rule fineweb_2024[] = {
    {"line_punct_ratio", "dt_terminal_lines_2024", RULE_LE, 0.12, NULL},
    {"short_line_ratio", "dt_short_lines_2024", RULE_GE, 0.67, NULL},
    {"char_dup_ratio", "dt_dup_full_line_chars", RULE_GE, 0.01, NULL},
    {"list_ratio", "dt_newlines", RULE_GT, 0.3, NULL},
};
const struct rule_set rules_fineweb_2024 = {
    "fineweb-2024", "datatrove 0.2.0",
    "fineweb_quality_filter.py of April 2024, with which FineWeb was published; words as of today",
    "the older form: blank lines count, other end marks, equal values drop",
    RULE_ROWS(fineweb_2024)};
