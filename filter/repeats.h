/* repeats - pieces of a text (lines, paragraphs) that stood before
 *
 * By the definition of datatrove 0.10 (filters/gopher_repetition_filter.py): the first of equals is
 * no repetition. Comparisons are exact. A set takes about 20 bytes a different piece and belongs to
 * one worker; when it would pass `limit`, `full` is set and the counts are void.
 */
#ifndef FILTER_REPEATS_H
#define FILTER_REPEATS_H
#include "text/chars.h"

struct piece_at {                   /* in the text that the set was begun with */
    uint32_t at, n;
};

struct pieces {
    const char *base;
    struct piece_at *v;             /* those that differ */
    uint32_t *slot;                 /* 1 + index in v */
    size_t n, cap, slots;
    uint64_t count;                 /* pieces given */
    uint64_t again, again_chars;    /* second and later occurrences, and their code points */
    size_t limit;                   /* bytes; 0: any number */
    bool full;
};
/* Begins anew with pieces of `text`, which must be shorter than 4 GiB. */
void piece_counts_start(struct pieces *p, struct slice text);
void piece_counts_free(struct pieces *p);       /* keeps the limit */
void piece_counts_add(struct pieces *p, struct slice piece);
size_t piece_counts_held(const struct pieces *p);           /* bytes */

#endif
