/* The parts of a loaded model; shared by kenlm*.c only. See kenlm.h. */
#ifndef FILTER_KENLM_INTERNAL_H
#define FILTER_KENLM_INTERNAL_H
#include "filter/kenlm.h"
#include "filter/model_file.h"

enum kenlm_type {
    KENLM_PROBING, KENLM_REST, KENLM_TRIE, KENLM_QUANT, KENLM_ARRAY, KENLM_QUANT_ARRAY, KENLM_TYPES
};

/* Entries {u64 key, values...} of `entry` bytes; probing from key mod buckets; key 0: free */
struct kl_table {
    char *p;
    uint64_t buckets;
    unsigned entry;
};

struct kl_probing {
    char *unigrams;                 /* {prob, backoff [, rest]} a word */
    unsigned unigram;               /* their size */
    struct kl_table level[KENLM_ORDER_MAX];     /* by order - 2; the last has no backoff */
};

/* Bit-packed records [word | values | next], one more than entries for the end of the last. */
struct kl_level {
    const char *base;
    uint64_t entries;
    unsigned word_bits, prob_bits, backoff_bits, next_bits, total_bits;
    const char *prob_bins, *backoff_bins;       /* quantised: floats by code; else NULL */
    const char *offsets;            /* array-compressed: where the high part of `next` steps up */
    uint64_t n_offsets;
};

struct kl_trie {
    const char *unigrams;           /* {prob, backoff, u64 next} a word, and one for the end */
    struct kl_level level[KENLM_ORDER_MAX];     /* by order - 2 */
};

struct kenlm {
    enum kenlm_type type;
    bool arpa;
    unsigned order;
    uint64_t counts[KENLM_ORDER_MAX];
    const char *hashes;             /* tries: sorted hashes of words, id = rank + 1 */
    uint64_t n_hashes;
    struct kl_table vocab;          /* probing: {u64 hash, u32 id} */
    uint32_t begin, end;            /* ids of <s> and </s> */
    struct kl_probing probing;
    struct kl_trie trie;
    struct model_file file;
    char *own[KENLM_ORDER_MAX + 2]; /* memory of an ARPA model */
};

enum { KL_VOCAB_ENTRY = 12, KL_MIDDLE_ENTRY = 16, KL_LONGEST_ENTRY = 12 };

uint64_t kl_hash(struct slice word);            /* MurmurHash64A, seed 0 */
bool kl_is_unknown(struct slice word);          /* "<unk>", "<UNK>" */
uint64_t kl_buckets(uint64_t entries, float multiplier);
uint64_t kl_join(uint64_t node, uint32_t word); /* key of an n-gram one word longer to the left */
/* The entry of a key, or NULL. */
char *kl_find(const struct kl_table *t, uint64_t key);
int kl_load_binary(struct kenlm *k, struct err *e);
int kl_load_arpa(struct kenlm *k, struct err *e);

static inline float kl_float(const char *p)
{
    float v;
    memcpy(&v, p, sizeof v);
    return v;
}
static inline uint64_t kl_u64(const char *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

#endif
