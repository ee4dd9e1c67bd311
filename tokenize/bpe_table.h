/* bpe_table - the merges of a byte-level vocabulary, packed for speed
 *
 * Symbols are numbered by rank: 0-255 the bytes, then each token in the order of the merge that
 * makes it. So the symbol that a pair merges into is also the pair's rank, and `id` turns symbols
 * into token ids at the end.
 *
 * One pair a token is enough: two neighbours that together spell t have seen exactly the merges of
 * t alone, so only the pair that is left when t is merged by itself can ever make t. Any other pair
 * of a merge list or rank file is never met, and a token without such a pair is never made.
 *
 * Pairs lie in a table without collisions (hash and displace): a look-up is one place, hit or miss,
 * and no branch. Filled when a vocabulary is loaded, read-only afterwards.
 */
#ifndef TOKENIZE_BPE_TABLE_H
#define TOKENIZE_BPE_TABLE_H
#include "tokenize/merge.h"
#include "tokenize/vocab.h"

#define BPE_NONE UINT32_MAX
#define BPE_MAX_SYMBOLS (1u << 20)

struct bpe_table {
    uint32_t *pair_of_bytes;            /* first << 8 | second -> symbol, BPE_NONE */
    uint64_t *slots;                    /* left << 44 | right << 24 | symbol; UINT64_MAX: free */
    uint16_t *shift;                    /* displacement, by bucket */
    uint64_t mask;
    int bucket_shift;
    uint32_t *id;                       /* by symbol */
    uint32_t n;                         /* symbols */
    bool complete;                      /* every token is made by merging its bytes */
};

/* From ranks: tokens in the order of their ids. From merges: the pairs of `v` by rank. NULL when
 * the vocabulary lacks a byte of valid text, has too many tokens, or merges a token before the one
 * that makes it (no trained vocabulary does): use merge.h then. */
struct bpe_table *bpe_table_of_ranks(const struct vocab *v);
struct bpe_table *bpe_table_of_merges(const struct vocab *v);
void bpe_table_free(struct bpe_table *t);               /* NULL is allowed */

static inline uint64_t bpe_slot(const struct bpe_table *t, uint32_t left, uint32_t right)
{
    uint64_t h = ((uint64_t)left << 20 | right) * 0x9E3779B97F4A7C15u;
    h = (h ^ h >> 32) * 0xD6E8FEB86659FD93u;
    return (h + (h >> 32 | 1) * t->shift[h >> t->bucket_shift]) & t->mask;
}

/* The symbol that the pair makes, if `slot` (its bpe_slot()) holds it, else BPE_NONE. */
static inline uint32_t bpe_at(const struct bpe_table *t, uint64_t slot, uint32_t left,
                              uint32_t right)
{
    uint64_t e = t->slots[slot];
    return e >> 24 == ((uint64_t)left << 20 | right) ? (uint32_t)e & 0xFFFFFF : BPE_NONE;
}

static inline uint32_t bpe_pair(const struct bpe_table *t, uint32_t left, uint32_t right)
{
    return bpe_at(t, bpe_slot(t, left, right), left, right);
}

/* ---- merging ------------------------------------------------------------------------------ */

#define BPE_WORD 31                     /* bytes of a word in bpe_merge_words() */

struct bpe_word {
    const unsigned char *bytes;         /* readable up to 16, if n is above 15 up to 32 */
    uint32_t n;                         /* 1 .. BPE_WORD */
    uint32_t n_ids;
    uint32_t ids[BPE_WORD + 1];
};

/* Many short words at once, so that their look-ups overlap. */
void bpe_merge_words(const struct bpe_table *t, struct bpe_word *words, size_t n);
/* One piece of any length; ids has room for n. Returns how many. n < 2^31. */
size_t bpe_merge(const struct bpe_table *t, struct merger *m, struct slice piece, uint32_t *ids);

#endif
