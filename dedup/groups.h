/* groups - runs of equal band keys
 *
 * Sorted records (key, document) come in one by one; what leaves is an entry for each document of a
 * run of two or more. A group's name is its key: keys of different bands are hashed differently, so
 * that keys of all bands may be sorted together.
 */
#ifndef DEDUP_GROUPS_H
#define DEDUP_GROUPS_H
#include "core/err.h"

struct groups {
    int (*entry)(void *to, uint64_t group, uint64_t doc, struct err *e);
    void *to;
    uint64_t key, first, size;      /* of the run at hand */
    uint64_t count, largest;        /* groups so far, with the one at hand */
};

/* Records come by key, and by document among equal keys. */
static inline int groups_add(struct groups *g, uint64_t key, uint64_t doc, struct err *e)
{
    if (!g->size || key != g->key) {
        g->key = key;
        g->first = doc;
        g->size = 1;
        return 0;
    }
    g->count += g->size == 1;
    if (g->size++ == 1 && g->entry(g->to, key, g->first, e))
        return -1;
    if (g->size > g->largest)
        g->largest = g->size;
    return g->entry(g->to, key, doc, e);
}

#endif
