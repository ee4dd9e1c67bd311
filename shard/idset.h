/* idset - a set of documents' ids, from a file with one a line */
#ifndef SHARD_IDSET_H
#define SHARD_IDSET_H
#include "core/buf.h"
#include "core/err.h"

struct idset {
    struct buf text;            /* the file; ids point into it */
    struct slice *v;            /* sorted, each once */
    size_t n;
};

int idset_read(struct idset *s, const char *path, struct err *e);   /* free in any case */
void idset_free(struct idset *s);
bool idset_has(const struct idset *s, struct slice id);

#endif
