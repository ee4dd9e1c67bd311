/* Rule sets for source code. */
#include "filter/rules.h"

static const struct rule code[] = {
    {"long_line", "code_longest_line", RULE_GT, 1000, NULL},
    {"long_lines", "code_mean_line", RULE_GT, 100, NULL},
    {"few_letters", "code_alnum", RULE_LT, 0.25, NULL},
};
const struct rule_set rules_code = {
    "code", "The Stack 1",
    "bigcode-project/bigcode-dataset, preprocessing; https://arxiv.org/abs/2211.15533",
    "source code: minified and generated files by their lines, data by its letters",
    RULE_ROWS(code)};

static const struct rule redpajama[] = {
    {"empty", "chars", RULE_LT, 1, NULL},
    {"line_length_filter_max", "code_longest_line", RULE_GT, 1000, NULL},
    {"line_length_filter_avg", "code_mean_line", RULE_GT, 100, NULL},
    {"alphanumeric_char_ratio_filter", "code_alnum", RULE_LT, 0.25, NULL},
};
const struct rule_set rules_redpajama_code = {
    "redpajama-code", "RedPajama-V1 2023",
    "data_prep/github/github_run_filter.py as DCLM rebuilt it (content_filters.py)",
    "the line and letter rules of its GitHub part; letters a token would need a tokenizer",
    RULE_ROWS(redpajama)};
