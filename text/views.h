/* views - splittings of a document's text, kept with the document
 *
 * A stage that needs the words of a text asks here. The first to ask pays for the splitting; it
 * lies in the batch's arena and serves every later stage of the chain, until doc_set_text() forgets
 * it.
 */
#ifndef TEXT_VIEWS_H
#define TEXT_VIEWS_H
#include "core/doc.h"
#include "text/spacy.h"

struct views {
    const struct word *spacy;       /* NULL until asked for */
    size_t n_spacy;
};

/* The words of d->text as spaCy's English tokenizer cuts them. `work` is the caller's scratch.
 * The text must be shorter than 4 GiB. */
const struct views *views_spacy(struct doc *d, const struct spacy *s, struct word_list *work);

#endif
