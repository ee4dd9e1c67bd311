/* The rule sets of datatrove (github.com/huggingface/datatrove, src/datatrove/pipeline/filters). */
#include "filter/rules.h"

static const struct rule quality[] = {
    {"gopher_short_doc", "dt_solid_words", RULE_LT, 50},
    {"gopher_long_doc", "dt_solid_words", RULE_GT, 100000},
    {"gopher_below_avg_threshold", "dt_word_length", RULE_LT, 3},
    {"gopher_above_avg_threshold", "dt_word_length", RULE_GT, 10},
    {"gopher_too_many_hashes", "dt_hashes", RULE_GT, 0.1},
    {"gopher_too_many_ellipsis", "dt_ellipses", RULE_GT, 0.1},
    {"gopher_too_many_bullets", "dt_bullet_lines", RULE_GT, 0.9},
    {"gopher_too_many_end_ellipsis", "dt_ellipsis_lines", RULE_GT, 0.3},
    {"gopher_below_alpha_threshold", "dt_letter_words", RULE_LT, 0.8},
    {"gopher_enough_stop_words", "dt_stop_words", RULE_LT, 2},
};
const struct rule_set rules_gopher_quality = {
    "gopher-quality", "datatrove 0.10.1",
    "gopher_quality_filter.py, GopherQualityFilter; https://arxiv.org/abs/2112.11446",
    "word counts, symbols, bullets and stop words of English texts", NULL, RULE_ROWS(quality)};

static const struct rule repetition[] = {
    {"empty", "chars", RULE_LT, 1},
    {"dup_para_frac", "dt_dup_paragraphs", RULE_GT, 0.3},
    {"dup_para_char_frac", "dt_dup_paragraph_chars", RULE_GT, 0.2},
    {"dup_line_frac", "dt_dup_lines", RULE_GT, 0.3},
    {"dup_line_char_frac", "dt_dup_line_chars", RULE_GT, 0.2},
    {"top_2_gram", "dt_top_2gram", RULE_GT, 0.2},
    {"top_3_gram", "dt_top_3gram", RULE_GT, 0.18},
    {"top_4_gram", "dt_top_4gram", RULE_GT, 0.16},
    {"duplicated_5_n_grams", "dt_dup_5gram", RULE_GT, 0.15},
    {"duplicated_6_n_grams", "dt_dup_6gram", RULE_GT, 0.14},
    {"duplicated_7_n_grams", "dt_dup_7gram", RULE_GT, 0.13},
    {"duplicated_8_n_grams", "dt_dup_8gram", RULE_GT, 0.12},
    {"duplicated_9_n_grams", "dt_dup_9gram", RULE_GT, 0.11},
    {"duplicated_10_n_grams", "dt_dup_10gram", RULE_GT, 0.1},
};
const struct rule_set rules_gopher_repetition = {
    "gopher-repetition", "datatrove 0.10.1",
    "gopher_repetition_filter.py, GopherRepetitionFilter; https://arxiv.org/abs/2112.11446",
    "lines, paragraphs and n-grams that a text repeats", NULL, RULE_ROWS(repetition)};

static const struct rule c4[] = {
    {"lorem_ipsum", "c4_lorem_ipsum", RULE_GT, 0},
    {"curly_bracket", "c4_curly", RULE_GT, 0},
    {"too_few_sentences", "c4_sentences", RULE_LT, 5},
};
const struct rule_set rules_c4 = {
    "c4", "datatrove 0.10.1",
    "c4_filters.py, C4QualityFilter; https://jmlr.org/papers/volume21/20-074/20-074.pdf",
    "lines without end mark go, and documents with few sentences", "c4-lines", RULE_ROWS(c4)};
const struct rule_set rules_c4_fineweb = {
    "c4-fineweb", "datatrove 0.10.1",
    "c4_filters.py, C4QualityFilter(filter_no_terminal_punct=False), as examples/fineweb.py has it",
    "the same, but lines may end without a mark", "c4-lines-fineweb", RULE_ROWS(c4)};

static const struct rule fineweb[] = {
    {"empty", "dt_full_lines", RULE_LT, 1},
    {"line_punct_ratio", "dt_terminal_lines", RULE_LT, 0.12},
    {"short_line_ratio", "dt_short_lines", RULE_GT, 0.67},
    {"char_dup_ratio", "dt_dup_full_line_chars", RULE_GT, 0.01},
    {"list_ratio", "dt_newlines", RULE_GT, 0.3},
};
const struct rule_set rules_fineweb = {
    "fineweb", "datatrove 0.10.1",
    "fineweb_quality_filter.py, FineWebQualityFilter; https://arxiv.org/abs/2406.17557",
    "lists, short lines and repeated lines", NULL, RULE_ROWS(fineweb)};

static const struct rule fineweb_2024[] = {
    {"line_punct_ratio", "dt_terminal_lines_2024", RULE_LE, 0.12},
    {"short_line_ratio", "dt_short_lines_2024", RULE_GE, 0.67},
    {"char_dup_ratio", "dt_dup_full_line_chars", RULE_GE, 0.01},
    {"list_ratio", "dt_newlines", RULE_GT, 0.3},
};
const struct rule_set rules_fineweb_2024 = {
    "fineweb-2024", "datatrove 0.2.0",
    "fineweb_quality_filter.py of April 2024, with which FineWeb was published; words as of today",
    "the older form: blank lines count, other end marks, equal values drop", NULL,
    RULE_ROWS(fineweb_2024)};
