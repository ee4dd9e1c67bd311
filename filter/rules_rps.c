/* RedPajama-V2 publishes signals and leaves rules to its users; this is the example of its card. */
#include "filter/rules.h"

static const struct rule gopher[] = {
    {"word_count", "rps_doc_word_count", RULE_LT, 50, NULL},
    {"word_count", "rps_doc_word_count", RULE_GT, 10000, NULL},
    {"mean_word_length", "rps_doc_mean_word_length", RULE_LT, 3, NULL},
    {"mean_word_length", "rps_doc_mean_word_length", RULE_GT, 10, NULL},
    {"symbol_to_word_ratio", "rps_doc_symbol_to_word_ratio", RULE_GT, 0.1, NULL},
    {"bulletpoints", "rps_lines_start_with_bulletpoint", RULE_GT, 0.9, NULL},
    {"top_2gram", "rps_doc_frac_chars_top_2gram", RULE_GT, 0.2, NULL},
};
const struct rule_set rules_rps = {
    "redpajama-v2", "RedPajama-V2 2023",
    "signals of RedPajama-Data at 6d2cee9; rules: gopher_rules_pass of the data set's card",
    "some of Gopher's rules on RedPajama-V2's signals", RULE_ROWS(gopher)};
