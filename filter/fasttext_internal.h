/* The parts of a loaded model; shared by fasttext_*.c only. See fasttext.h. */
#ifndef FILTER_FASTTEXT_INTERNAL_H
#define FILTER_FASTTEXT_INTERNAL_H
#include "filter/fasttext.h"
#include "core/buf.h"

enum fasttext_loss { LOSS_HS = 1, LOSS_NS, LOSS_SOFTMAX, LOSS_OVA };

#define FASTTEXT_NONE UINT32_MAX

/* Rows of floats, 64-byte aligned; a quantised matrix is spelled out when it is loaded. */
struct ft_matrix {
    float *v;
    float *norms;               /* output matrices with a norm per row; NULL: all 1 */
    uint64_t rows;
    uint32_t cols, stride;      /* stride: cols rounded up to 4, the rest 0 */
};

struct ft_words {               /* the dictionary: words, then labels */
    struct slice *v;            /* into `text` */
    int64_t *counts;            /* of labels */
    char *text;
    uint32_t n, nwords, nlabels;
    uint32_t *table;            /* open addressing, 1 + index; 0: free */
    uint32_t mask;
};

struct ft_pruned {              /* bucket -> row, for the buckets that were kept */
    uint64_t *table;            /* open addressing: bucket << 32 | 1 + row; 0: free */
    uint32_t mask;
    uint64_t *bits;             /* by the low bits of a bucket: perhaps kept */
    uint32_t bits_mask;
    bool on;
};

struct ft_node {                /* of the Huffman tree of hierarchical softmax */
    int32_t left, right;        /* -1 in leaves, which are the labels */
};

struct fasttext {
    int32_t dim, word_ngrams, minn, maxn;
    uint32_t bucket;
    uint64_t bucket_inverse;    /* 2^64 / bucket, rounded up: a remainder without a division */
    enum fasttext_loss loss;
    struct ft_words words;
    struct ft_pruned pruned;
    struct ft_matrix in, out;
    struct ft_node *tree;       /* 2 * nlabels - 1; hs only */
    float sigmoid[513];
    size_t memory;
};

/* Words that recur are taken apart once: word -> rows of the input matrix. */
enum { FT_CACHE_SLOTS = 1 << 15, FT_CACHE_ROWS = 1 << 19, FT_CACHE_WORD = 32, FT_CHUNK = 1024 };

struct ft_cached {
    char word[FT_CACHE_WORD];
    uint32_t n;                 /* bytes of the word; 0: free */
    uint32_t hash;              /* fastText's, for word n-grams */
    uint32_t first, count;      /* in rows[] */
};

/* Rows of a big model are asked for a few words before they are added: memory is far away. */
enum { FT_AHEAD = 8, FT_AHEAD_ROWS = 1 << 16 };

struct ft_pending {
    const uint32_t *rows;
    uint32_t n;
};

struct fasttext_reader {
    const struct fasttext *ft;
    struct ft_pending pending[FT_AHEAD];        /* a ring, in the order of the text */
    uint32_t first_pending, n_pending;
    float *sum, *hidden, *output;
    uint64_t n_rows;            /* rows in the sum */
    struct ft_cached *cache;
    uint32_t *rows;             /* of cached words, then FT_CHUNK as scratch */
    uint32_t n_cached_rows;
    struct buf hashes;          /* of the text's words; only with word n-grams */
    struct buf long_word;       /* "<word>" */
    struct fasttext_guess *heap;
    struct ft_visit { int32_t node; float score; } *stack;
};

uint32_t ft_hash(struct slice s);
/* Index of a word or label, or FASTTEXT_NONE. */
uint32_t ft_find(const struct ft_words *w, struct slice word, uint32_t hash);
/* Turns n buckets into rows in place, leaving out those that were pruned away; returns how many
 * are left. */
uint32_t ft_bucket_rows(const struct fasttext *ft, uint32_t *v, uint32_t n);
float *ft_floats(uint64_t n);               /* 64-byte aligned, 0 */
void ft_floats_free(float *p);

#endif
