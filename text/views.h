/* views - splittings of a document's text, kept with the document
 *
 * A stage that needs the words of a text asks here. The first to ask pays for the splitting; it
 * lies in the batch's arena and serves every later stage of the chain, until doc_set_text() forgets
 * it.
 */
#ifndef TEXT_VIEWS_H
#define TEXT_VIEWS_H
#include "core/doc.h"
#include "text/words.h"

struct words {
    const struct word *v;
    size_t n;
};

struct views {
    struct words by_kind[WORDS_KINDS];      /* v = NULL until asked for */
};

/* The words of d->text. `work` is the caller's scratch for this kind; very many words stay there,
 * until it is used again, and are not kept with the document. work->full tells that its limit was
 * reached. The text must be shorter than 4 GiB. */
struct words views_words(struct doc *d, enum words_kind kind, const struct spacy *s,
                         struct word_list *work);

#endif
