/* lm_text - how recipes prepare text for a language model, and what its perplexity is called
 *
 *   ccnet       cc_net: strip, lower case, accents off, every decimal digit 0, 34 punctuation signs
 *               to ASCII, controls deleted - newlines among them, so a text is one line
 *   datatrove   KenlmModel: lower case, a whole number with its decimal part 0, accents off, strip,
 *               signs to ASCII, controls deleted
 *   edugp       the models of edugp/kenlm and DCLM: the same with case and accents left alone
 *   none        the text as it is, line by line
 *
 * Each line is scored as a sentence: perplexity = 10 ^ (-sum of log10 p / sum of (words + 1)).
 */
#ifndef FILTER_LM_TEXT_H
#define FILTER_LM_TEXT_H
#include "core/buf.h"
#include "core/err.h"
#include "filter/kenlm.h"

enum lm_normal { LM_NONE, LM_CCNET, LM_EDUGP, LM_DATATROVE };
#define LM_NORMAL_CHOICES "none|ccnet|edugp|datatrove"

/* The text prepared: itself, or made in *b. Valid UTF-8 in and out. */
struct slice lm_normalize(enum lm_normal how, struct slice text, struct buf *b);

struct lm_score {
    double log10;                   /* of the whole text, lines summed */
    uint64_t tokens, unknown;       /* words and line ends; words outside the vocabulary */
    double perplexity;              /* six significant digits */
};

struct lm_score lm_score_text(const struct kenlm *k, struct slice text);

/* Head and middle thresholds by language, as in cc_net's cutoff.csv: a head line of languages, then
 * a line a percentile, which stands in the first column. */
struct lm_cutoffs {
    struct buf text;
    struct slice languages, head, middle;       /* lines of it, without their first cell */
};

int lm_cutoffs_load(struct lm_cutoffs *c, const char *path, double head, double middle,
                    struct err *e);
void lm_cutoffs_free(struct lm_cutoffs *c);
/* False for a language without thresholds. */
bool lm_cutoffs_find(const struct lm_cutoffs *c, struct slice language, double *head,
                     double *middle);
/* "head", "middle" or "tail". */
const char *lm_bucket(double perplexity, double head, double middle);

#endif
