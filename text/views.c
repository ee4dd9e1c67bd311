/* See views.h. */
#include "text/views.h"

enum { KEPT_MAX = 1 << 20 };

struct words views_spacy(struct doc *d, const struct spacy *s, struct word_list *work)
{
    if (!d->views)
        d->views = arena_zero(d->arena, sizeof *d->views);
    if (d->views->spacy.v)
        return d->views->spacy;
    spacy_words(s, d->text, work);
    struct words w = {work->v, work->n};
    if (w.n > KEPT_MAX || work->full)
        return w;
    struct word *kept = arena_alloc(d->arena, (w.n + 1) * sizeof *kept);
    if (w.n)
        memcpy(kept, w.v, w.n * sizeof *kept);
    return d->views->spacy = (struct words){kept, w.n};
}
