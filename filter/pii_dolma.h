/* pii_dolma - e-mail addresses, US telephone numbers and IPv4 numbers as Dolma tags them
 *
 * The spans of its tagger pii_regex_with_counts_fast_v2 (Dolma 1.2, taggers/pii.py), its three
 * expressions matched by hand, paragraph by paragraph. They are wide: an address takes the marks
 * and blanks before it and the blank behind it along, and one at the very end of the text is none;
 * any dotted quad counts. A text with more than 10,000 question marks has none. Linear.
 */
#ifndef FILTER_PII_DOLMA_H
#define FILTER_PII_DOLMA_H
#include "filter/pii.h"

struct pii_list {
    struct pii_match *v;            /* by place, then kind; those of different kinds may overlap */
    size_t n, cap;
};

void pii_dolma(const struct chars *c, struct slice text, struct pii_list *out);
void pii_list_free(struct pii_list *l);

#endif
