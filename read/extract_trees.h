/* extract_trees - boosted trees over byte features
 *
 * A tree asks six questions, "is column c above v", the same at each depth; the answers are the six
 * bits of the number of a leaf. Leaves add up to a log-odds in 1/4096; that makes a score of 0 to
 * 255, the probability of being main content. Everything is integers: the same on any machine.
 * Rows are worked on 64 at a time.
 */
#ifndef READ_EXTRACT_TREES_H
#define READ_EXTRACT_TREES_H
#include <stdint.h>

#define TREES_DEPTH 6

struct tree_of_six {
    uint16_t column[TREES_DEPTH];       /* index into trees.column */
    uint8_t above[TREES_DEPTH];
    int16_t leaf[1 << TREES_DEPTH];
};

struct trees {
    const uint16_t *column;             /* columns of the row that are used */
    uint32_t n_columns, n_trees;
    const struct tree_of_six *tree;
    int32_t bias;                       /* log-odds, 1/4096 */
};

extern const struct trees trees_first, trees_second;    /* the two rounds */

/* score[i] of n rows of `stride` bytes each. Rows up to the next multiple of 64 must exist. */
void trees_score(const struct trees *t, const uint8_t *rows, uint32_t stride, uint32_t n,
                 uint8_t *score);

#endif
