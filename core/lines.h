/* lines - documents as they stand in a pipe: one JSON object a line (docs/FORMAT.md). The source
 * that every chain has whose first stage is none. */
#ifndef CORE_LINES_H
#define CORE_LINES_H
#include "core/stage.h"

extern const struct stage lines_source;      /* conf: const struct doc_fields */

/* source.split for line-based formats. */
int lines_split(const void *conf, struct slice bytes, bool at_end, size_t *used, uint64_t *records,
                struct err *e);
/* True, and the line is bad, when it is larger than --max-record. */
bool lines_oversize(const struct piece *p, struct slice line, uint64_t record, uint64_t offset,
                    struct batch *out);
/* `bytes` begin with a record longer than max_record: it is noted as bad, unless that was done
 * (`skipping`), and dropped from them up to its newline. Returns whether it goes on behind them. */
bool lines_skip_oversize(struct batch *b, struct buf *bytes, bool skipping, uint64_t max_record,
                         uint64_t *record, uint64_t *offset);
/* Parses each line of the piece into a document of the batch; blank lines are passed over. */
int lines_parse(const struct doc_fields *f, const struct piece *p, struct batch *out);

#endif
