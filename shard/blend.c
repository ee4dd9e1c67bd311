/* Largest-error interleave, after Megatron-Core's build_blending_indices. */
#include "shard/blend.h"
#include <string.h>
#include "core/mem.h"

static void share_out(struct blend *b)
{
    double sum = 0;
    for (size_t i = 0; i < b->n; i++)
        sum += b->closed[i] ? 0 : b->weight[i];
    for (size_t i = 0; i < b->n; i++)
        b->share[i] = b->closed[i] ? 0 : b->weight[i] / sum;
    memset(b->given, 0, b->n * sizeof *b->given);
    b->total = 0;
}

void blend_init(struct blend *b, const double *weight, size_t n)
{
    b->n = n;
    b->weight = mem_array(n, sizeof *b->weight);
    b->share = mem_array(n, sizeof *b->share);
    b->given = mem_array(n, sizeof *b->given);
    b->closed = mem_array(n, sizeof *b->closed);
    if (n)
        memcpy(b->weight, weight, n * sizeof *weight);
    share_out(b);
}

void blend_free(struct blend *b)
{
    mem_free(b->weight);
    mem_free(b->share);
    mem_free(b->given);
    mem_free(b->closed);
    *b = (struct blend){0};
}

size_t blend_pick(const struct blend *b)
{
    double k = b->total ? (double)b->total : 1.0, best = 0;
    size_t pick = b->n;
    for (size_t i = 0; i < b->n; i++) {
        if (b->closed[i])
            continue;
        double error = b->share[i] * k - (double)b->given[i];
        if (pick == b->n || error > best) {
            best = error;
            pick = i;
        }
    }
    return pick;
}

void blend_give(struct blend *b, size_t i, uint64_t units)
{
    b->given[i] += units;
    b->total += units;
}

void blend_close(struct blend *b, size_t i)
{
    b->closed[i] = true;
    share_out(b);
}
