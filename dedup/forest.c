/* forest - see forest.h. Path halving (Tarjan and van Leeuwen 1984), linking to the smaller. */
#include "dedup/forest.h"
#include "core/mem.h"

void forest_init(struct forest *f, size_t n)
{
    f->parent = mem_array(n ? n : 1, sizeof *f->parent);
    f->n = n;
    for (size_t i = 0; i < n; i++)
        f->parent[i] = (uint32_t)i;
}

void forest_free(struct forest *f)
{
    mem_free(f->parent);
    f->parent = NULL;
}

uint32_t forest_root(struct forest *f, uint32_t i)
{
    uint32_t *parent = f->parent;
    while (parent[i] != i)
        i = parent[i] = parent[parent[i]];
    return i;
}

void forest_join(struct forest *f, uint32_t i, uint32_t k)
{
    i = forest_root(f, i);
    k = forest_root(f, k);
    if (i < k)
        f->parent[k] = i;
    else
        f->parent[i] = k;
}
