/* outside - documents through a program that is not ours
 *
 *   documents, in order -> its standard input       (outside_send, one thread)
 *   its standard output -> a thread -> a spool      (lines, as they come)
 *   at the end: its status, then every line paired with its document by id, in order
 *
 * The program may hold back, buffer and answer when it likes, since writing and reading do not wait
 * for each other. What it gives must be documents with the ids that it got, in that order; where
 * it may drop some, the rest in that order. Anything else is an error that names the id.
 *
 * After outside_finish() any thread may ask for answers, with a cursor of its own; then sending
 * begins anew with another run of the program.
 */
#ifndef FILTER_OUTSIDE_H
#define FILTER_OUTSIDE_H
#include "core/doc.h"
#include "core/spool.h"

struct outside;
struct outside_about {
    const char *const *argv;        /* NULL-ended; must outlive the outside */
    bool may_drop;
    const char *tmp;                /* answers are spilled here, at most tmp_max bytes (0: any) */
    uint64_t tmp_max;
    uint64_t memory;                /* 8 bytes a document at most; then ERR_NOMEM */
};

struct outside *outside_new(const struct outside_about *about);
void outside_free(struct outside *o);                   /* ends the program; NULL is allowed */
/* One document, and its JSON with the newline. The first starts the program. */
int outside_send(struct outside *o, const struct doc *d, struct slice record, struct err *e);
/* After the last document (none: the program is not run). `docs` are those sent, to name one. */
int outside_finish(struct outside *o, struct spool *docs, struct err *e);
/* The answer to document i, counted from 0: 1; 0: it was dropped; -1. *record lives until the
 * cursor's next call. */
int outside_get(struct outside *o, struct spool_cursor *c, uint64_t i, struct slice *record,
                struct err *e);

#endif
