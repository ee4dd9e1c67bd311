/* See views.h. */
#include "text/views.h"

const struct views *views_spacy(struct doc *d, const struct spacy *s, struct word_list *work)
{
    if (!d->views)
        d->views = arena_zero(d->arena, sizeof *d->views);
    struct views *v = d->views;
    if (v->spacy)
        return v;
    spacy_words(s, d->text, work);
    struct word *kept = arena_alloc(d->arena, work->n ? work->n * sizeof *kept : sizeof *kept);
    if (work->n)
        memcpy(kept, work->v, work->n * sizeof *kept);
    v->spacy = kept;
    v->n_spacy = work->n;
    return v;
}
