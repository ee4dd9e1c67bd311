/* substr - stretches of text that occur elsewhere
 *
 *   add      texts end to end in a file, their fingerprints (winnow.h)      -> sorted by hash
 *   decide   fingerprints of one hash -> what surrounds them, compared exactly -> stretches
 *            stretches -> sorted, joined where they overlap
 *   find     the stretches of a document
 *
 * A stretch is struck where `length` units in a row occur elsewhere: by SUBSTR_ALL wherever else,
 * by SUBSTR_BEST only where they occur at a better place, in a document of smaller rank, then
 * smaller id, then earlier. Equal stretches share a fingerprint, so none is missed; what is struck
 * was compared unit by unit, so nothing else is.
 *
 * Adding is for one thread, in order; finding, after substr_decide(), for any number. Memory: 16
 * bytes a document of at least `length` units, and what alike.h says of one fingerprint at a time.
 * Everything else lies on disk: the texts, and 16 bytes for about length / 4 units.
 */
#ifndef DEDUP_SUBSTR_H
#define DEDUP_SUBSTR_H
#include "dedup/names.h"
#include "dedup/places.h"
#include "dedup/winnow.h"

enum substr_keep { SUBSTR_ALL, SUBSTR_BEST };

struct substr_about {
    size_t length, unit;            /* in units; bytes of one */
    enum substr_keep keep;
    bool by_id;                     /* equal ranks are told apart by id */
    uint64_t memory, tmp_max;       /* bytes */
    const char *tmp;
};

struct substr;

struct substr *substr_new(const struct substr_about *about, struct err *e);
void substr_free(struct substr *s);                 /* NULL is allowed */
/* A document's text begins; its fingerprints follow, in order. No unit has all bits set. */
int substr_text(struct substr *s, uint64_t doc, uint64_t rank, struct slice text, struct err *e);
int substr_print(struct substr *s, const struct fingerprint *f, struct err *e);
/* names: of all documents, sealed. */
int substr_decide(struct substr *s, const struct names *names, struct err *e);

struct stretch {
    size_t from, to;                /* units of the document's text */
};

/* The first struck stretch of a document, or, behind: the end of one, the next. 1; 0: there is
 * none; -1: error. */
int substr_find(const struct substr *s, struct place_cursor *c, uint64_t doc, size_t behind,
                struct stretch *out, struct err *e);

#endif
