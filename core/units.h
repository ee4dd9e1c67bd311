/* units - a chain at work on a plan, unit by unit
 *
 * Each unit of this rank that is not finished yet is run on its own: the chain's stages stay open
 * (models are loaded once; what writes its own output, or starts anew with each unit, is opened
 * again), inputs, output, rejects, bad records and
 * statistics are the unit's. A chain that must see all units at once is not run here but as one,
 * its outlet sorting the documents back into units (run.c).
 */
#ifndef CORE_UNITS_H
#define CORE_UNITS_H
#include "core/folder.h"
#include "core/run.h"

/* run_unit: runs the chain on c->inputs; units [first, first + 1) of the plan are the output. */
int units_run(struct chain *c, struct folder *f,
              int (*run_unit)(struct chain *, struct folder *, size_t first, size_t n,
                              struct err *),
              struct err *e);

/* True for a stage that is opened anew for each unit. */
bool units_reopen(const struct stage *st);

#endif
