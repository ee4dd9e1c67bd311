/* repeats - pieces of a text (lines, paragraphs) that stand more than once
 *
 * datatrove counts the second and later ones (gopher_repetition_filter.py), Dolma and DCLM all of
 * them. Comparisons are exact. A set takes about 25 bytes a different piece and belongs to
 * one worker; when it would pass `limit`, `full` is set and the counts are void.
 */
#ifndef FILTER_REPEATS_H
#define FILTER_REPEATS_H
#include "text/chars.h"

struct piece_at {                   /* in the text that the set was begun with */
    uint32_t at, n;
    bool again;
};

struct pieces {
    const char *base;
    struct piece_at *v;             /* those that differ */
    uint32_t *slot;                 /* 1 + index in v */
    size_t n, cap, slots;
    uint64_t count;                 /* pieces given */
    uint64_t again, again_chars;    /* second and later occurrences, and their code points */
    uint64_t copies, copies_chars;  /* the same with the first ones of these */
    uint64_t chars;                 /* of all pieces given */
    size_t limit;                   /* bytes; 0: any number */
    bool full;
};
/* Begins anew with pieces of `text`, which must be shorter than 4 GiB. */
void piece_counts_start(struct pieces *p, struct slice text);
void piece_counts_free(struct pieces *p);       /* keeps the limit */
void piece_counts_add(struct pieces *p, struct slice piece);
size_t piece_counts_held(const struct pieces *p);           /* bytes */

#endif
