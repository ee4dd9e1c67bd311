/* sidefile - records about documents, found again by id
 *
 *   {"id":"7","score":0.3}      {"id":"9","score":0.8}    ...
 *
 * Scorers write what they know of documents to JSONL files of their own. A sidefile is read along
 * with the documents: as long as both are in the same order, one record is held at a time. A
 * record that comes before its document waits in a table, so any order works, for the memory that
 * the waiting records take. Every record must find its document and every document its record;
 * what does not is named, by its id and place.
 *
 * One thread. JSON with members doubled, or an id that is no string or number, is ERR_DATA.
 */
#ifndef FILTER_SIDEFILE_H
#define FILTER_SIDEFILE_H
#include <stdint.h>
#include "core/err.h"

struct sidefile;

/* id_field may be dotted; the strings must outlive the sidefile. Waiting records may take `memory`
 * bytes, then ERR_NOMEM. */
struct sidefile *sidefile_open(const char *path, const char *id_field, uint64_t memory,
                               struct err *e);
void sidefile_close(struct sidefile *s);                /* NULL is allowed */

/* 1: *record is the JSON object of this id, alive until the next call; 0: there is none; -1. */
int sidefile_find(struct sidefile *s, struct slice id, struct slice *record, struct err *e);
/* Says (ERR_DATA) why sidefile_find() gave nothing: no such record, or fewer than documents. */
int sidefile_explain(const struct sidefile *s, struct slice id, struct err *e);
/* After the last document: ERR_DATA that names a record without a document. */
int sidefile_finish(struct sidefile *s, struct err *e);

#endif
