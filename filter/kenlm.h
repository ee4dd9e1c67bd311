/* kenlm - the probability of a sentence under a back-off n-gram model
 *
 *   words -> ids -> for each word: the longest n-gram that the model has, plus the back-off weights
 *         of the contexts that it does not have -> sum of log10
 *
 * Reads ARPA text and KenLM's binary files of format 5: probing hash tables (with rest costs, too),
 * tries, tries with quantisation, with array-compressed pointers, or both. Layout and arithmetic
 * follow KenLM (LGPL; only the format was read), value for value in single precision: a score is
 * the one that its Python package gives.
 *
 * A binary file is used where it lies, mapped and shared between processes; every offset that it
 * holds is checked when it is followed, so that a damaged file gives wrong numbers at worst. A
 * struct kenlm is read-only after loading and shared by all threads; a state is the caller's.
 */
#ifndef FILTER_KENLM_H
#define FILTER_KENLM_H
#include <stdint.h>
#include "core/err.h"

enum { KENLM_ORDER_MAX = 12 };

struct kenlm;

struct kenlm_state {                    /* the words that the next one depends on, latest first */
    uint32_t words[KENLM_ORDER_MAX];
    float backoff[KENLM_ORDER_MAX];
    unsigned length;
};

struct kenlm *kenlm_load(const char *path, struct err *e);      /* NULL on error */
/* The same from bytes in memory, which must outlive the model. */
struct kenlm *kenlm_parse(struct slice bytes, struct err *e);
void kenlm_free(struct kenlm *k);                               /* NULL is allowed */
unsigned kenlm_order(const struct kenlm *k);                    /* 2 to KENLM_ORDER_MAX */
const char *kenlm_kind(const struct kenlm *k);                  /* "trie with quantization", ... */

uint32_t kenlm_word(const struct kenlm *k, struct slice word);  /* 0: not in the vocabulary */
void kenlm_begin(const struct kenlm *k, struct kenlm_state *s); /* behind "<s>" */
/* log10 p of a word after `in`; *out is the state behind it. They may be the same. */
float kenlm_step(const struct kenlm *k, const struct kenlm_state *in, uint32_t word,
                 struct kenlm_state *out);

/* log10 p(words </s> | <s>) of a sentence, words parted by ASCII white space. Adds the number of
 * words, and 1 for </s>, to *tokens; words outside the vocabulary to *unknown. */
float kenlm_sentence(const struct kenlm *k, struct slice sentence, uint64_t *tokens,
                     uint64_t *unknown);

#endif
