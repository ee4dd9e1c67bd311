/* Which words of a page are words of its reference text, for tools/extract_train.py.
 *
 * An alignment in order, like the longest common subsequence, but every run of matches costs
 * something to start, less at the start of a block: long runs win over scattered hits.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FROM_RUN = 1, UP = 2, LEFT = 4 };        /* how a cell was reached; else from a gap */

static const float NEVER = -1e9f, START_IN_BLOCK = 0.9f, START_AT_BLOCK = 0.3f;

struct rows {
    float *run, *best;                          /* ending in a match; ending anyhow */
};

static void fill_row(const struct rows *above, struct rows *row, int32_t word, float start,
                     const int32_t *ref, int m, uint8_t *how)
{
    row->run[0] = NEVER;
    row->best[0] = 0;
    for (int k = 1; k <= m; k++) {
        float run = NEVER;
        uint8_t from = 0;
        if (word == ref[k - 1]) {
            const float on = above->run[k - 1] + 1, anew = above->best[k - 1] + 1 - start;
            from = on >= anew ? FROM_RUN : 0;
            run = on >= anew ? on : anew;
        }
        float best = run;
        if (above->best[k] > best) {
            best = above->best[k];
            from = (uint8_t)((from & FROM_RUN) | UP);
        }
        if (row->best[k - 1] > best) {
            best = row->best[k - 1];
            from = (uint8_t)((from & FROM_RUN) | LEFT);
        }
        row->run[k] = run;
        row->best[k] = best;
        how[k] = from;
    }
}

static void walk_back(const uint8_t *how, int n, int m, uint8_t *used)
{
    int in_run = 0;
    for (int i = n, k = m; i > 0 && k > 0;) {
        const uint8_t h = how[(size_t)i * (size_t)(m + 1) + (size_t)k];
        if (!in_run && h & UP) {
            i--;
        } else if (!in_run && h & LEFT) {
            k--;
        } else {
            used[i - 1] = 1;
            in_run = h & FROM_RUN;
            i--;
            k--;
        }
    }
}

/* words[n] of the page, ref[m] of the reference, begins[i]: word i is the first of its block.
 * Sets used[i]. Time and memory are n times m. */
void align(const int32_t *words, int n, const int32_t *ref, int m, const uint8_t *begins,
           uint8_t *used)
{
    float *mem = calloc(4 * (size_t)(m + 1), sizeof *mem);
    uint8_t *how = malloc((size_t)(n + 1) * (size_t)(m + 1));
    if (!mem || !how)
        abort();
    struct rows above = {mem, mem + m + 1}, row = {mem + 2 * (m + 1), mem + 3 * (m + 1)};
    for (int k = 0; k <= m; k++)
        above.run[k] = NEVER;
    for (int i = 1; i <= n; i++) {
        fill_row(&above, &row, words[i - 1], begins[i - 1] ? START_AT_BLOCK : START_IN_BLOCK, ref,
                 m, how + (size_t)i * (size_t)(m + 1));
        const struct rows t = above;
        above = row;
        row = t;
    }
    memset(used, 0, (size_t)n);
    walk_back(how, n, m, used);
    free(mem);
    free(how);
}
