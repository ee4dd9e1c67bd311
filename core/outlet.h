/* outlet - where the documents that reached the end of a chain go
 *
 * One file or standard output; or a folder with one file a unit of the plan. Documents arrive in
 * input order, so units open and close one after the other, each whole under its own name with its
 * mark in the folder before the next but few are begun; a unit without documents gives an empty
 * file. outlet_append() is called in order, one thread at a time; outlet_settle() by any.
 */
#ifndef CORE_OUTLET_H
#define CORE_OUTLET_H
#include "core/batch_internal.h"
#include "core/folder.h"
#include "core/writer.h"

struct outlet;

/* folder NULL: to chain's -o or standard output. Else units [first, first + n) of its plan. */
struct outlet *outlet_open(const struct chain *c, struct folder *folder, size_t first, size_t n,
                           struct err *e);
/* b->out holds the formatted documents, b->ends and b->units their ends and units (when routed). */
int outlet_append(struct outlet *o, const struct batch *b, struct frame **frames, struct err *e);
int outlet_settle(struct outlet *o, struct err *e);     /* commits units that are fully written */
int outlet_commit(struct outlet *o, struct err *e);     /* all of it; frees o, also on failure */
void outlet_abort(struct outlet *o);                    /* NULL is allowed */

#endif
