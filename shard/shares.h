/* shares - how much of a mix each source is to be
 *
 *     given         the weights as they are
 *     temperature   n[i]^(1/T), n the size: T = 1 is proportional, a large T is uniform
 *     unimax        as uniform as epochs allow: sources by size, the smallest first; each gets an
 *                   equal part of what is left of the budget, at most `epochs` times its size
 *                   (Chung et al., "UniMax", arXiv 2304.09151)
 *     budgets       the weights are units to give
 */
#ifndef SHARD_SHARES_H
#define SHARD_SHARES_H
#include <stddef.h>
#include <stdint.h>

enum shares_kind { SHARES_GIVEN, SHARES_TEMPERATURE, SHARES_UNIMAX, SHARES_BUDGETS };

void shares_temperature(const uint64_t *size, size_t n, double t, double *weight);
void shares_unimax(const uint64_t *size, size_t n, uint64_t budget, uint64_t epochs,
                   double *weight);

#endif
