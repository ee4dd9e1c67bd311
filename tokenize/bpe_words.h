/* bpe_words - the two makings of bpe_merge_words(), which chooses by machine; tests hold one
 * against the other */
#ifndef TOKENIZE_BPE_WORDS_H
#define TOKENIZE_BPE_WORDS_H
#include "tokenize/bpe_table.h"

#define BPE_SHORT_WORD 15               /* bytes of a word that fits 16 lanes, one to spare */

void bpe_merge_words_any(const struct bpe_table *t, struct bpe_word *words, size_t n);
bool bpe_has_avx512(void);
/* Only where there is AVX-512. */
void bpe_merge_words_avx512(const struct bpe_table *t, struct bpe_word *words, size_t n);

#endif
