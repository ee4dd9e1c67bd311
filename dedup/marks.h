/* marks - a set of document numbers as bits, with the rank of each member
 *
 * 1 bit a document and 4 bytes for 512 of them. marks_rank() numbers the members from 0 in order,
 * so that tables for members alone need no room for the others.
 */
#ifndef DEDUP_MARKS_H
#define DEDUP_MARKS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct marks {
    uint64_t *bits;
    uint32_t *before;               /* members before each 512 */
    size_t n;                       /* documents */
    size_t count;                   /* members, once sealed */
};

void marks_init(struct marks *m, size_t n);
void marks_free(struct marks *m);
void marks_seal(struct marks *m);   /* before the first marks_rank() */
size_t marks_rank(const struct marks *m, size_t i);
static inline void marks_set(struct marks *m, size_t i)
{
    m->bits[i / 64] |= (uint64_t)1 << (i % 64);
}
static inline bool marks_has(const struct marks *m, size_t i)
{
    return m->bits[i / 64] >> (i % 64) & 1;
}

#endif
