/* blend - which source gives the next document
 *
 * The rule of Megatron-Core's BlendedDataset: at step k take the source with the largest error
 * w[i] * max(k, 1) - c[i], where w are the weights (sum 1) and c what each source has given; the
 * first wins ties; arithmetic in double. Counted in documents the order is Megatron's own. With
 * other units k and c are sums of tokens or bytes, and the same rule keeps every prefix of the
 * output as near to the shares as whole documents allow.
 */
#ifndef SHARD_BLEND_H
#define SHARD_BLEND_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct blend {
    size_t n;
    double *weight;             /* as given */
    double *share;              /* of the sources still open, sum 1 */
    uint64_t *given;            /* units since the set of sources last changed */
    uint64_t total;
    bool *closed;
};

void blend_init(struct blend *b, const double *weight, size_t n);   /* weights > 0 */
void blend_free(struct blend *b);
size_t blend_pick(const struct blend *b);       /* n when all are closed */
void blend_give(struct blend *b, size_t i, uint64_t units);
/* Source i has no more: the others share by their weights, and counting begins anew. */
void blend_close(struct blend *b, size_t i);

#endif
