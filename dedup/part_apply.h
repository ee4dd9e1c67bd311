/* part_apply - the verdicts on one shard, document by document
 *
 * The shard's sections of all partitions, each in order of documents, merged as documents pass.
 * One thread. Memory: a buffer of 256 KiB a partition.
 */
#ifndef DEDUP_PART_APPLY_H
#define DEDUP_PART_APPLY_H
#include "core/folder_list.h"
#include "dedup/part_verify.h"

struct part_apply;

struct part_apply *part_apply_new(const struct folder_list *verdicts, const char *shard,
                                  struct err *e);
void part_apply_free(struct part_apply *a);         /* NULL is allowed */
/* The next document, in order. 1: *v and *kept, the kept one's id, are about it, until the next
 * call; 0: nothing is. */
int part_apply_next(struct part_apply *a, struct slice id, size_t text_bytes,
                    struct part_verdict *v, struct slice *kept, struct err *e);
int part_apply_end(const struct part_apply *a, struct err *e);      /* all have passed? */
double part_apply_threshold(const struct part_apply *a);

#endif
