/* See extract_trees.h. */
#include <assert.h>
#include "read/extract_features.h"
#include "read/extract_trees.h"
#include "read/extract_model_1.h"
#include "read/extract_model_2.h"

enum { STRIP = 64, COLUMNS_MAX = ROW_COUNT };

/* Log-odds in 1/4096 from which on a score is k: those of (k - .5) / 255. */
static const int32_t score_from[256] = {
#include "read/extract_odds.h"
};

static uint8_t score_of(int32_t odds)
{
    unsigned k = 0;
    for (unsigned step = 128; step; step /= 2)
        if (k + step < 256 && odds >= score_from[k + step])
            k += step;
    return (uint8_t)k;
}

/* Sixteen bytes at once, as SSE2 and NEON have them. They compare as signed, so columns and bounds
 * are moved down by 128. */
typedef int8_t lane __attribute__((vector_size(16)));
enum { LANES = STRIP / 16 };

union strip {
    lane lane[LANES];
    uint8_t of[STRIP];
};

/* Which leaf of the tree each row of the strip falls into. */
static void find_leaves(const struct tree_of_six *t, const union strip *column, union strip *leaf)
{
    const lane none = {0};
    for (int k = 0; k < LANES; k++)
        leaf->lane[k] = none;
    for (int d = 0; d < TREES_DEPTH; d++) {
        const lane above = none + (int8_t)(t->above[d] ^ 0x80), bit = none + (int8_t)(1 << d);
        const union strip *c = &column[t->column[d]];
        for (int k = 0; k < LANES; k++)
            leaf->lane[k] |= (lane)(c->lane[k] > above) & bit;
    }
}

static void score_strip(const struct trees *t, const union strip *column, int32_t *odds)
{
    union strip leaf;
    for (int i = 0; i < STRIP; i++)
        odds[i] = t->bias;
    for (uint32_t k = 0; k < t->n_trees; k++) {
        find_leaves(&t->tree[k], column, &leaf);
#pragma GCC unroll 16
        for (int i = 0; i < STRIP; i++)
            odds[i] += t->tree[k].leaf[leaf.of[i]];
    }
}

/* Rows to columns, eight rows at a time. */
static void gather(const struct trees *t, const uint8_t *rows, uint32_t stride,
                   union strip *column)
{
    for (uint32_t i = 0; i < STRIP; i += 8) {
        const uint8_t *p = rows + (size_t)i * stride;
        for (uint32_t c = 0; c < t->n_columns; c++) {
            const uint8_t *q = p + t->column[c];
            uint8_t *to = &column[c].of[i];
#pragma GCC unroll 8
            for (uint32_t k = 0; k < 8; k++)
                to[k] = q[(size_t)k * stride] ^ 0x80;
        }
    }
}

void trees_score(const struct trees *t, const uint8_t *rows, uint32_t stride, uint32_t n,
                 uint8_t *score)
{
    union strip column[COLUMNS_MAX];
    int32_t odds[STRIP];
    assert(t->n_columns <= COLUMNS_MAX);
    for (uint32_t from = 0; from < n; from += STRIP) {
        gather(t, rows + (size_t)from * stride, stride, column);
        score_strip(t, column, odds);
        for (uint32_t i = 0; i < STRIP && from + i < n; i++)
            score[from + i] = score_of(odds[i]);
    }
}
