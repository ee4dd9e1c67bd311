/* Rule sets of DCLM (github.com/mlfoundations/dclm, baselines/baselines_configs). Filters on
 * addresses and language stand before these in the original: stages url and lang. */
#include "filter/rules.h"

#define DROPS \
    RULE_EDIT("dclm-newlines", 2), \
    {"page_length_filter", "dclm_words", RULE_LT, 50, NULL}, \
    {"page_length_filter", "dclm_words", RULE_GT, 100000, NULL}, \
    {"word_length_filter", "dclm_word_length", RULE_LT, 3, NULL}, \
    {"word_length_filter", "dclm_word_length", RULE_GT, 10, NULL}, \
    {"symbol_ratio_filter", "dclm_symbols", RULE_GT, 0.1, NULL}, \
    {"bullet_count_filter", "dclm_bullet_lines", RULE_GT, 0.9, NULL}, \
    {"ellipsis_count_filter", "dclm_ellipsis_lines", RULE_GT, 0.3, NULL}, \
    {"alphabetic_word_ratio_filter", "dclm_no_letter_words", RULE_GT, 0.2, NULL}, \
    {"stop_word_filter", "dclm_stop_words", RULE_LT, 2, NULL}, \
    {"repetition_filter_line", "dclm_dup_lines", RULE_GT, 0.3, NULL}, \
    {"repetition_filter_paragraph", "dclm_dup_paragraphs", RULE_GT, 0.3, NULL}, \
    {"repetition_filter_line_chars", "dclm_dup_line_chars", RULE_GT, 0.2, NULL}, \
    {"repetition_filter_paragraph_chars", "dclm_dup_paragraph_chars", RULE_GT, 0.2, NULL}, \
    {"repetition_filter_2", "dclm_top_2gram", RULE_GT, 0.2, NULL}, \
    {"repetition_filter_3", "dclm_top_3gram", RULE_GT, 0.18, NULL}, \
    {"repetition_filter_4", "dclm_top_4gram", RULE_GT, 0.16, NULL}, \
    {"repetition_filter_5", "dclm_dup_5gram", RULE_GT, 0.15, NULL}, \
    {"repetition_filter_6", "dclm_dup_6gram", RULE_GT, 0.14, NULL}, \
    {"repetition_filter_7", "dclm_dup_7gram", RULE_GT, 0.13, NULL}, \
    {"repetition_filter_8", "dclm_dup_8gram", RULE_GT, 0.12, NULL}, \
    {"repetition_filter_9", "dclm_dup_9gram", RULE_GT, 0.11, NULL}, \
    {"repetition_filter_10", "dclm_dup_10gram", RULE_GT, 0.10, NULL}
#define LINE_EDITS \
    RULE_EDIT("count-words", 0), \
    RULE_EDIT("dclm-lines-upper", 0.5), \
    RULE_EDIT("dclm-lines-digits", 0.999999), \
    RULE_EDIT("dclm-lines-counters", 0), \
    RULE_EDIT("dclm-lines-words", 2), \
    RULE_EDIT("dclm-items-in-cart", 10), \
    RULE_EDIT("dclm-read-more", 10), \
    RULE_EDIT("dclm-sign-in", 10), \
    {"word_removal_ratio_filter", "dclm_removed_words", RULE_GT, 0.05, NULL}

static const struct rule dclm[] = {RULE_EDIT("dclm-urls", 0), DROPS, LINE_EDITS};
static const struct rule mended[] = {RULE_EDIT("strip-urls", 0), DROPS, LINE_EDITS};

#define SOURCE "baselines/baselines_configs/dclm_baseline_refinedweb.yaml at 361714b; " \
               "https://arxiv.org/abs/2406.11794"
const struct rule_set rules_dclm = {
    "dclm-baseline", "DCLM 2024", SOURCE,
    "DCLM's replica of RefinedWeb's heuristics, line edits and all; its order of stages is url, "
    "edits, lang, drops, line edits", RULE_ROWS(dclm)};
const struct rule_set rules_refinedweb = {
    "refinedweb", "DCLM 2024", "refinedweb.yaml beside it, the same rules (its list of addresses "
    "differs); https://arxiv.org/abs/2306.01116",
    "RefinedWeb's heuristics as DCLM rebuilt them: the originals were never published",
    RULE_ROWS(dclm)};
const struct rule_set rules_dclm_mended = {
    "dclm-baseline-mended", "tokmill 1", SOURCE,
    "addresses are taken out of every text, not only of those that begin like a domain",
    RULE_ROWS(mended)};
