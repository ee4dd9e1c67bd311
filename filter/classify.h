/* classify - a fastText model's labels turned into one score and a verdict
 *
 *   labels with p -> score: of the best label, of a chosen one, or a weighted sum
 *                 -> rules: "label", "label=least p", in the order given
 *
 * Labels are named with or without "__label__". Everything is read-only after parsing; p is
 * fastText's as it prints it, six significant digits, and 0 for labels that it cuts off.
 */
#ifndef FILTER_CLASSIFY_H
#define FILTER_CLASSIFY_H
#include "filter/fasttext.h"

struct label_value {
    uint32_t label;
    double value;
    bool given;                     /* "=value" was there */
};

struct label_values {
    struct label_value *v;          /* owned */
    size_t n;
};

enum score_as { SCORE_LABEL, SCORE_TWO_WAY };

/* Adds "LABEL[=X],..." to *out. `option` names the option in errors (ERR_USAGE). */
int label_values_parse(const struct fasttext *ft, const char *option, struct slice list,
                       struct label_values *out, struct err *e);
void label_values_free(struct label_values *l);

struct slice label_name(const struct fasttext *ft, uint32_t label);     /* without "__label__" */

/* Rounds to what fastText prints. */
double classify_round(double p);
/* p of a label among the n guesses; 0 if it is not there. */
double classify_p(const struct fasttext_guess *g, size_t n, uint32_t label);
/* Sum of p times weight. */
double classify_weighted(const struct fasttext_guess *g, size_t n, const struct label_values *w);
/* SCORE_TWO_WAY: as DCLM and RedPajama do with two labels, 1 - p of the best when that is not
 * `label`. */
double classify_score(const struct fasttext_guess *g, size_t n, uint32_t label, enum score_as as);
/* Whether one of the rules holds: its label's p reaches the value or, without one, it is the best
 * label. The rule goes to *which. */
bool classify_any(const struct fasttext_guess *g, size_t n, const struct label_values *rules,
                  const struct label_value **which);

#endif
