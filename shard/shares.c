/* shares - see shares.h. */
#include "shard/shares.h"
#include <math.h>
#include <stdlib.h>
#include "core/mem.h"

/* Relative to the largest, so that no power overflows. */
void shares_temperature(const uint64_t *size, size_t n, double t, double *weight)
{
    double max = 1;
    for (size_t i = 0; i < n; i++)
        max = (double)size[i] > max ? (double)size[i] : max;
    for (size_t i = 0; i < n; i++)
        weight[i] = pow((double)size[i] / max, 1 / t);
}

struct ranked {
    uint64_t size;
    size_t i;
};

static int by_size(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->size != y->size)
        return x->size < y->size ? -1 : 1;
    return x->i < y->i ? -1 : 1;
}

void shares_unimax(const uint64_t *size, size_t n, uint64_t budget, uint64_t epochs,
                   double *weight)
{
    struct ranked *r = mem_array(n ? n : 1, sizeof *r);
    double left = (double)budget;
    for (size_t i = 0; i < n; i++)
        r[i] = (struct ranked){size[i], i};
    qsort(r, n, sizeof *r, by_size);
    for (size_t k = 0; k < n; k++) {
        double part = left / (double)(n - k), cap = (double)r[k].size * (double)epochs;
        weight[r[k].i] = part < cap ? part : cap;
        left -= weight[r[k].i];
    }
    mem_free(r);
}
