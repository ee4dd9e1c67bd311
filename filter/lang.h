/* lang - the language of a text
 *
 *   text -> (sample) -> (lower case) -> document, paragraphs or lines -> CLD2 or a fastText model
 *        -> language, score, shares
 *
 * One front for both identifiers. A language is the index of a label: CLD2's codes, or the labels
 * of the model without "__label__". LANG_NONE is a text without any known feature.
 *
 * By document the whole text is one unit. By paragraph (cut at blank lines) or line every unit that
 * is not blank is judged on its own and weighs its length in code points; the document's language
 * is the one with the most weight (ties: the one met first), its score the weighted mean of the
 * scores of its units. Units of no known language count only when there are no others.
 *
 * Scores: fastText's as it prints them, six significant digits; CLD2's is the share of the text in
 * the language, in hundredths. A lang_model is read-only and shared; a lang_reader is one thread's.
 */
#ifndef FILTER_LANG_H
#define FILTER_LANG_H
#include <stdint.h>
#include "core/err.h"
#include "filter/newline.h"

struct lang_model;
struct lang_reader;

#define LANG_NONE UINT32_MAX
enum { LANG_SHARES_MAX = 16 };

enum lang_by { LANG_BY_DOCUMENT, LANG_BY_PARAGRAPH, LANG_BY_LINE };
enum lang_case { LANG_CASE_AS_IS, LANG_CASE_LOWER, LANG_CASE_AUTO };

struct lang_opts {
    enum lang_by by;
    enum lang_case letters;         /* AUTO: lower case where more capitals than small letters */
    enum newline newline;           /* what a newline inside a unit is */
    uint64_t sample;                /* bytes to look at, 0: all: four windows, evenly spread */
    bool units;                     /* keep what was found of each unit; not with a sample */
};

struct lang_unit {
    size_t at, n;                   /* bytes */
    uint32_t language;              /* LANG_NONE: none found */
    double score;
};

struct lang_share {
    uint32_t language;
    double share, score;            /* of the text, 0 to 1; mean score of its units */
};

struct lang_answer {
    uint32_t language;
    double score;
    struct lang_share shares[LANG_SHARES_MAX];      /* largest first */
    size_t n_shares;
    bool reliable;                  /* CLD2's word; true with fastText */
};

struct lang_model *lang_model_open(const char *fasttext_path, struct err *e);  /* NULL: CLD2 */
void lang_model_free(struct lang_model *m);                         /* NULL is allowed */
uint32_t lang_model_labels(const struct lang_model *m);
struct slice lang_model_label(const struct lang_model *m, uint32_t i);
size_t lang_model_memory(const struct lang_model *m);

/* Sets those of `set` (one flag a label) that `code` means: a label spelled so, or ISO codes that
 * match (lang_code.h). Returns their number: 0 is a code that the model does not know. */
size_t lang_model_select(const struct lang_model *m, struct slice code, bool *set);

struct lang_reader *lang_reader_new(const struct lang_model *m, struct lang_opts o);
void lang_reader_free(struct lang_reader *r);                       /* NULL is allowed */
void lang_identify(struct lang_reader *r, struct slice text, struct lang_answer *out);
/* The units of that text in order, blank ones left out; alive until the next call. */
const struct lang_unit *lang_units(const struct lang_reader *r, size_t *n);

#endif
