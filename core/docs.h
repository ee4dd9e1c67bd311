/* docs - a plain sequential reader of document files
 *
 * For tools and pull stages that walk files by themselves (mix, report, verify): JSONL, any
 * compression, one thread.
 */
#ifndef CORE_DOCS_H
#define CORE_DOCS_H
#include "core/doc.h"

struct docs;
struct docs *docs_open(const char *path, const struct doc_fields *f, struct err *e);
/* 1: *d is filled from the arena; 0: end; -1: error with file, record, offset. */
int docs_next(struct docs *r, struct arena *a, struct doc *d, struct err *e);
/* The same for lines that need not be documents: *line, not blank, lives until the next call;
 * *record counts from 1. */
int docs_next_line(struct docs *r, struct slice *line, uint64_t *record, struct err *e);
void docs_close(struct docs *r);

/* A whole file in memory, decompressed by magic number, at most max bytes. Free out with
 * buf_free(). */
int docs_read_file(const char *path, struct buf *out, struct err *e);

#endif
