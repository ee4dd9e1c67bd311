/* From the hidden vector to the best labels, for each loss. */
#include <math.h>
#include "filter/fasttext_internal.h"

/* fastText's std_log: what it reports is exp() of this. */
static float log_of(float p) { return (float)log((double)p + 1e-5); }

static float dot_row(const struct fasttext *ft, const float *hidden, uint32_t row)
{
    const float *w = ft->out.v + (uint64_t)row * ft->out.stride;
    float d = 0;
    for (uint32_t j = 0; j < ft->out.cols; j++)
        d += w[j] * hidden[j];
    return ft->out.norms ? d * ft->out.norms[row] : d;
}

/* ---- the k best: libstdc++'s heap, move for move, so that ties fall as in fastText --------- */

struct heap {
    struct fasttext_guess *v;
    size_t n, k;
};

static void sift_up(struct fasttext_guess *v, size_t hole, size_t top, struct fasttext_guess x)
{
    while (hole > top && v[(hole - 1) / 2].score > x.score) {
        v[hole] = v[(hole - 1) / 2];
        hole = (hole - 1) / 2;
    }
    v[hole] = x;
}

/* Moves the least of v[0..n) to its end and mends the rest. */
static void pop(struct fasttext_guess *v, size_t n)
{
    struct fasttext_guess x = v[n - 1];
    size_t hole = 0, child = 0, len = n - 1;
    if (n < 2)
        return;
    v[n - 1] = v[0];
    while (child < (len - 1) / 2) {
        child = 2 * (child + 1);
        if (v[child].score > v[child - 1].score)
            child--;
        v[hole] = v[child];
        hole = child;
    }
    if (len % 2 == 0 && child == (len - 2) / 2) {
        child = 2 * (child + 1);
        v[hole] = v[child - 1];
        hole = child - 1;
    }
    sift_up(v, hole, 0, x);
}

static void offer(struct heap *h, uint32_t label, float score)
{
    sift_up(h->v, h->n, 0, (struct fasttext_guess){label, score});
    if (++h->n > h->k)
        pop(h->v, h->n--);
}

static bool too_low(const struct heap *h, float score)
{
    return h->n == h->k && score < h->v[0].score;
}

/* ---- losses ------------------------------------------------------------------------------- */

static void soft_max(struct fasttext_reader *r)
{
    uint32_t n = r->ft->words.nlabels;
    float *o = r->output, max = o[0], z = 0;
    for (uint32_t i = 0; i < n; i++)
        max = max < o[i] ? o[i] : max;
    for (uint32_t i = 0; i < n; i++) {
        o[i] = (float)exp((double)(o[i] - max));
        z += o[i];
    }
    for (uint32_t i = 0; i < n; i++)
        o[i] /= z;
}

static float table_sigmoid(const struct fasttext *ft, float x)
{
    if (!(x >= -8))                 /* not a number, too */
        return 0;
    return x > 8 ? 1 : ft->sigmoid[(int)((x + 8) * 512 / 8 / 2)];
}

static void flat(struct fasttext_reader *r, struct heap *h, float threshold)
{
    const struct fasttext *ft = r->ft;
    uint32_t n = ft->words.nlabels;
    for (uint32_t i = 0; i < n; i++)
        r->output[i] = dot_row(ft, r->hidden, i);
    if (ft->loss == LOSS_SOFTMAX)
        soft_max(r);
    else
        for (uint32_t i = 0; i < n; i++)
            r->output[i] = table_sigmoid(ft, r->output[i]);
    for (uint32_t i = 0; i < n; i++)
        if (!(r->output[i] < threshold) && !too_low(h, log_of(r->output[i])))
            offer(h, i, log_of(r->output[i]));
}

/* Depth first, left before right, cutting off what cannot come into the heap any more. */
static void tree(struct fasttext_reader *r, struct heap *h, float threshold)
{
    const struct fasttext *ft = r->ft;
    int32_t nlabels = (int32_t)ft->words.nlabels;
    float least = log_of(threshold);
    size_t n = 0;
    r->stack[n++] = (struct ft_visit){2 * nlabels - 2, 0};
    while (n > 0) {
        struct ft_visit at = r->stack[--n];
        const struct ft_node *node = &ft->tree[at.node];
        if (at.score < least || too_low(h, at.score))
            continue;
        if (node->left < 0) {
            offer(h, (uint32_t)at.node, at.score);
            continue;
        }
        float f = dot_row(ft, r->hidden, (uint32_t)(at.node - nlabels));
        f = (float)(1.0 / (double)(1 + expf(-f)));
        r->stack[n++] = (struct ft_visit){node->right, at.score + log_of(f)};
        r->stack[n++] = (struct ft_visit){node->left, at.score + log_of((float)(1.0 - (double)f))};
    }
}

size_t fasttext_top(struct fasttext_reader *r, size_t k, float threshold,
                    struct fasttext_guess *out)
{
    struct heap h = {r->heap, 0, k};
    size_t n = 0;
    if (!r->n_rows || k == 0)
        return 0;
    if (r->ft->loss == LOSS_HS)
        tree(r, &h, threshold);
    else
        flat(r, &h, threshold);
    for (size_t i = h.n; i > 1; i--)
        pop(h.v, i);
    for (size_t i = 0; i < h.n; i++)
        if (!isnan(h.v[i].score))
            out[n++] = (struct fasttext_guess){h.v[i].label, expf(h.v[i].score)};
    return n;
}
