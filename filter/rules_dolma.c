/* Rule sets of Dolma (github.com/allenai/dolma): attributes of the taggers, thresholds of the
 * mixer's configurations. */
#include "filter/rules.h"

#define WORDS \
    {"word_count", "dolma_words", RULE_LT, 50, NULL}, \
    {"word_count", "dolma_words", RULE_GT, 100000, NULL}, \
    {"median_word_length", "dolma_word_length", RULE_LT, 3, NULL}, \
    {"median_word_length", "dolma_word_length", RULE_GT, 10, NULL}, \
    {"symbol_to_word_ratio", "dolma_symbols", RULE_GT, 0.1, NULL}, \
    {"fraction_of_words_with_alpha_character", "dolma_letter_words", RULE_LT, 0.8, NULL}, \
    {"required_word_count", "dolma_stop_words", RULE_LT, 2, NULL}
#define LINES(v) \
    {"fraction_of_lines_starting_with_bullet_point", "dolma_bullet_lines_" v, RULE_GT, 0.9, NULL}, \
    {"fraction_of_lines_ending_with_ellipsis", "dolma_ellipsis_lines_" v, RULE_GT, 0.3, NULL}, \
    {"fraction_of_duplicate_lines", "dolma_dup_lines_" v, RULE_GT, 0.3, NULL}, \
    {"fraction_of_characters_in_duplicate_lines", "dolma_dup_line_chars_" v, RULE_GT, 0.3, NULL}
#define TOP \
    {"fraction_of_characters_in_most_common_2gram", "dolma_top_2gram", RULE_GT, 0.2, NULL}, \
    {"fraction_of_characters_in_most_common_3gram", "dolma_top_3gram", RULE_GT, 0.18, NULL}, \
    {"fraction_of_characters_in_most_common_4gram", "dolma_top_4gram", RULE_GT, 0.16, NULL}
#define DUP \
    {"fraction_of_characters_in_duplicate_5grams", "dolma_dup_5gram", RULE_GT, 0.15, NULL}, \
    {"fraction_of_characters_in_duplicate_6grams", "dolma_dup_6gram", RULE_GT, 0.14, NULL}, \
    {"fraction_of_characters_in_duplicate_7grams", "dolma_dup_7gram", RULE_GT, 0.13, NULL}, \
    {"fraction_of_characters_in_duplicate_8grams", "dolma_dup_8gram", RULE_GT, 0.12, NULL}, \
    {"fraction_of_characters_in_duplicate_9grams", "dolma_dup_9gram", RULE_GT, 0.11, NULL}, \
    {"fraction_of_characters_in_duplicate_10grams", "dolma_dup_10gram", RULE_GT, 0.10, NULL}

static const struct rule v1[] = {WORDS, LINES("v1"), DUP};
static const struct rule v2[] = {WORDS, LINES("v2"), DUP};
static const struct rule mended[] = {WORDS, LINES("v2"), TOP, DUP};

const struct rule_set rules_dolma_v1 = {
    "dolma-gopher-v1", "Dolma 1.2.1",
    "taggers/gopher.py gopher_v1, thresholds of the configurations of Dolma 1.5 and 1.6",
    "Gopher's rules on words cut at white space; as published, without the most common n-grams, "
    "whose attributes the configurations misspell", RULE_ROWS(v1)};
const struct rule_set rules_dolma_v2 = {
    "dolma-gopher-v2", "Dolma 1.2.1",
    "taggers/gopher.py gopher_v2, thresholds of the configurations of Dolma 1.7 and later",
    "the same with runs of newlines as one", RULE_ROWS(v2)};
const struct rule_set rules_dolma_mended = {
    "dolma-gopher-mended", "tokmill 1",
    "dolma-gopher-v2 with the names of attributes spelled as the tagger has them",
    "with the rules for the most common n-grams", RULE_ROWS(mended)};
