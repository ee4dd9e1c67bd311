/* sources - how many documents of each source are kept
 *
 * A false cluster that swallows a whole source must not hide in the sum. Each document's source is
 * noted as it comes (2 bytes, on disk); when verdicts are there, documents and kept ones are
 * counted. At most SOURCES_MAX sources are told apart, what comes after them is the last one.
 */
#ifndef DEDUP_SOURCES_H
#define DEDUP_SOURCES_H
#include "core/slice.h"
#include "dedup/verdicts.h"

enum { SOURCES_MAX = 4096 };

struct sources;

struct source_count {
    struct slice name;
    uint64_t documents, kept;
};

struct sources *sources_new(const char *tmp, uint64_t tmp_max, struct err *e);
void sources_free(struct sources *s);               /* NULL is allowed */
int sources_add(struct sources *s, struct slice source, struct err *e);
/* first: number of the first document in the verdicts. *v is owned by s, in order of appearance. */
int sources_count(struct sources *s, const struct verdicts *verdicts, uint64_t first,
                  const struct source_count **v, size_t *n, struct err *e);

#endif
