/* See views.h. */
#include "text/views.h"

enum { KEPT_MAX = 1 << 20 };

struct words views_words(struct doc *d, enum words_kind kind, const struct spacy *s,
                         struct word_list *work)
{
    if (!d->views)
        d->views = arena_zero(d->arena, sizeof *d->views);
    struct words *view = &d->views->by_kind[kind];
    if (view->v)
        return *view;
    words_split(kind, s, d->text, work);
    struct words w = {work->v, work->n};
    if (w.n > KEPT_MAX || work->full)
        return w;
    struct word *kept = arena_alloc(d->arena, (w.n + 1) * sizeof *kept);
    if (w.n)
        memcpy(kept, w.v, w.n * sizeof *kept);
    return *view = (struct words){kept, w.n};
}
