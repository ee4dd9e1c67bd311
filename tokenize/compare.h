/* compare - vocabularies measured on one corpus
 *
 *   compare_new() some vocabularies -> compare_add() every text -> compare_json()
 *
 * Every text is encoded with every vocabulary, special tokens as ordinary text. What is measured:
 *
 *   bytes per token, tokens per word and per character; a word is what white space separates
 *   Renyi efficiency of order 2.5: the entropy of that order of the ids used, over the logarithm of
 *     the number of tokens (Zouhar et al., Tokenization and the Noiseless Channel, 2023)
 *   tokens used, unused, and unreachable: no merge of their bytes makes them
 *   by group (language, source): the same, `parity`, the group's tokens per byte over those of the
 *     group that has fewest, and over all groups the Gini coefficient of tokens per byte
 *
 * One thread. Memory: a counter an id and vocabulary, a little for each group.
 */
#ifndef TOKENIZE_COMPARE_H
#define TOKENIZE_COMPARE_H
#include "tokenize/tokenizer.h"

#define COMPARE_GROUPS 1000             /* values beyond them are counted as one, "(others)" */

struct compare;
/* Borrows vocabularies and names until compare_free(). */
struct compare *compare_new(const struct tokenizer *const *t, const char *const *names, size_t n);
void compare_free(struct compare *c);               /* NULL is allowed */
/* -1: a text that cannot be encoded. `group`: empty for none. */
int compare_add(struct compare *c, struct slice text, struct slice group, struct err *e);
/* `by`: the field that groups are values of, NULL for none. */
void compare_json(const struct compare *c, const char *by, struct buf *out);
/* That JSON as a table for people. */
void compare_table(struct slice json, struct buf *out);

#endif
