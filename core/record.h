/* record - what a run's output depends on, spelled out
 *
 * One flat JSON object: version, hash of the plan, and every option of the chain and of its stages
 * that can change a byte of the output. Files (models, lists) stand as hashes of their content,
 * never as paths. Two runs with equal records give equal bytes for equal inputs; a folder of
 * outputs keeps the record, and a rank or a rerun whose own differs is refused (CONTRACT.md
 * sections 4 and 7).
 */
#ifndef CORE_RECORD_H
#define CORE_RECORD_H
#include "core/plan.h"
#include "core/run.h"

/* Appends the object. Reads the files that options name, before any stage is opened. */
int record_format(const struct chain *c, struct buf *out, struct err *e);
/* Sets e (ERR_USAGE) to the first member that differs between the stored and our record. */
int record_differs(struct slice stored, struct slice ours, const char *folder, struct err *e);

#endif
