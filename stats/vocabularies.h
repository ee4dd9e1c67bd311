/* vocabularies - what `vocab compare --json` wrote, as a section of the report
 *
 * A table of vocabularies, and one of groups for each of them. The object is read as JSON; members
 * that are not known are passed over.
 */
#ifndef STATS_VOCABULARIES_H
#define STATS_VOCABULARIES_H
#include "core/buf.h"
#include "core/err.h"

/* ERR_DATA when it is no such object. */
int vocabularies_section(struct slice json, struct buf *out, struct err *e);

#endif
