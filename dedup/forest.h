/* forest - which documents hang together (union-find)
 *
 * A root is the smallest number of its tree, whatever the order of joining. 4 bytes a document.
 */
#ifndef DEDUP_FOREST_H
#define DEDUP_FOREST_H
#include <stddef.h>
#include <stdint.h>

struct forest {
    uint32_t *parent;
    size_t n;
};

void forest_init(struct forest *f, size_t n);       /* n below 2^32 trees of one */
void forest_free(struct forest *f);
uint32_t forest_root(struct forest *f, uint32_t i);
void forest_join(struct forest *f, uint32_t i, uint32_t k);

#endif
