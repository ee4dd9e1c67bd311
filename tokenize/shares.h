/* shares - numbers for documents by the value of one of their fields
 *
 * What --weight and --sample of bpe-train say: "metadata.lang=de:3". The first rule whose field has
 * the value holds; a document of none has no number.
 */
#ifndef TOKENIZE_SHARES_H
#define TOKENIZE_SHARES_H
#include "core/doc.h"
#include "core/err.h"
#include "core/opt.h"

struct share {
    struct slice field, value;
    uint64_t n;
};

struct shares {
    struct share *v;
    size_t n;
};

/* `size`: numbers may end in K, M, G, T. Borrows the list's strings. */
int shares_parse(struct shares *s, const struct opt_list *list, const char *option, bool size,
                 struct err *e);
void shares_free(struct shares *s);
/* Index of the rule for a document, -1 for none. */
int shares_find(const struct shares *s, const struct doc *d);

#endif
