/* walk - one component of candidates, from the best document to the worst
 *
 * Sharing a band makes two documents candidates, no more: chains of candidates hang together whose
 * ends have nothing in common. So a component is walked in the order of the keep policy: a document
 * joins the kept one most similar to it among those it shares a band with, if that similarity is
 * at least the threshold; otherwise it is kept itself, and later ones may join it. Hence
 *
 *   every removed document is at least `threshold` similar to a kept one,
 *   no two kept documents that share a band are.
 *
 * Without verification a component is one cluster, whose first document is kept.
 *
 * Memory: 24 bytes a kept document and 40 a band of it, of the component at hand.
 */
#ifndef DEDUP_WALK_H
#define DEDUP_WALK_H
#include "dedup/sets.h"
#include "dedup/verdicts.h"

struct walk;

struct walk_about {
    const struct sets *sets;        /* NULL: no verification */
    double threshold;
    uint64_t memory;                /* bytes */
    int (*verdict)(void *to, const struct verdict_of *v, struct err *e);
    void *to;
};

struct walk_counts {
    uint64_t compared, refused;     /* pairs of candidates; below the threshold */
};

struct walk *walk_new(const struct walk_about *about);
void walk_free(struct walk *w);                     /* NULL is allowed */
struct walk_document {
    uint64_t doc, place;            /* place of its set */
    bool earlier;                   /* kept earlier: stays whatever it is like */
    const uint64_t *groups;         /* runs of equal band keys that it is in */
    size_t n;
};

/* The next document of the component. */
int walk_add(struct walk *w, const struct walk_document *d, struct err *e);
/* Ends the component: gives verdicts of kept documents that others joined. */
int walk_end(struct walk *w, struct err *e);
uint64_t walk_kept(const struct walk *w);           /* documents of the component, so far */
struct walk_counts walk_counts(const struct walk *w);

#endif
