/* NeMo-Curator's English defaults (config/heuristic_filter_en.yaml), in its order; reasons are its
 * filters' names. */
#include "filter/rules.h"

static const struct rule english[] = {
    {"alpha_numeric", "nemo_not_alnum", RULE_GT, 0.25, NULL},
    {"symbol_to_word", "nemo_symbols", RULE_GT, 0.1, NULL},
    {"numbers_ratio", "nemo_digits", RULE_GT, 0.15, NULL},
    {"urls_ratio", "nemo_urls", RULE_GT, 0.2, NULL},
    {"white_space", "nemo_white_space", RULE_GT, 0.25, NULL},
    {"parentheses_ratio", "nemo_brackets", RULE_GT, 0.1, NULL},
    {"boilerplate_string_ratio", "nemo_boilerplate", RULE_GT, 0.4, NULL},
    {"repeated_lines", "nemo_different_lines", RULE_LT, 0.7, NULL},
    {"repeated_paragraphs", "nemo_different_paragraphs", RULE_LT, 0.7, NULL},
    {"repeated_lines_char", "nemo_different_line_chars", RULE_LT, 0.8, NULL},
    {"repeated_paragraphs_char", "nemo_different_paragraph_chars", RULE_LT, 0.8, NULL},
    {"word_count", "nemo_words", RULE_LT, 50, NULL},
    {"word_count", "nemo_words", RULE_GT, 100000, NULL},
    {"punctuation", "nemo_no_end_mark", RULE_GT, 0.85, NULL},
    {"words_without_alphabets", "nemo_letter_words", RULE_LT, 0.8, NULL},
    {"common_english_words", "nemo_common_words", RULE_LT, 2, NULL},
    {"mean_word_length", "nemo_word_length", RULE_LT, 3, NULL},
    {"mean_word_length", "nemo_word_length", RULE_GT, 10, NULL},
    {"max_word_length", "nemo_longest_word", RULE_GT, 1000, NULL},
    {"ellipsis", "nemo_ellipsis_lines", RULE_GT, 0.3, NULL},
    {"repeating_top_2grams", "nemo_top_2gram", RULE_GT, 0.2, NULL},
    {"repeating_top_3grams", "nemo_top_3gram", RULE_GT, 0.18, NULL},
    {"repeating_top_4grams", "nemo_top_4gram", RULE_GT, 0.16, NULL},
    {"repeating_dup_5gram", "nemo_dup_5gram", RULE_GT, 0.15, NULL},
    {"repeating_dup_6gram", "nemo_dup_6gram", RULE_GT, 0.14, NULL},
    {"repeating_dup_7gram", "nemo_dup_7gram", RULE_GT, 0.13, NULL},
    {"repeating_dup_8gram", "nemo_dup_8gram", RULE_GT, 0.12, NULL},
    {"repeating_dup_9gram", "nemo_dup_9gram", RULE_GT, 0.11, NULL},
    {"repeating_dup_10gram", "nemo_dup_10gram", RULE_GT, 0.10, NULL},
    {"bullet_ratio", "nemo_bullet_lines", RULE_GT, 0.9, NULL},
};
const struct rule_set rules_nemo = {
    "nemo-english", "NeMo-Curator 2025", "config/heuristic_filter_en.yaml",
    "NeMo-Curator's defaults for English", RULE_ROWS(english)};
