/* convert - a loaded vocabulary as another kind of file, or in figures
 *
 * Only byte-level vocabularies convert. A conversion is exact or refused: the file that was written
 * is loaded again and compared, not by samples but in full: the same tokens under the same ids, the
 * same pair for every token in the same order (bpe_table.h says why that decides all merges), the
 * same pattern, added tokens and normalization.
 */
#ifndef TOKENIZE_CONVERT_H
#define TOKENIZE_CONVERT_H
#include "tokenize/tokenizer.h"
#include "tokenize/train.h"

/* tokenizer.json. ERR_USAGE with the reason when the file format cannot say it. */
int convert_to_hf(const struct tokenizer *t, struct buf *out, struct err *e);
/* vocab.json and merges.txt, and the tokenizer_config.json that names special tokens and pattern:
 * only those of GPT-2 and of Qwen 2 have a name there. */
int convert_to_vocab_json(const struct tokenizer *t, struct buf *vocab, struct buf *merges,
                          struct buf *config, struct err *e);
/* tokenizer_config.json beside a tokenizer.json. */
void convert_config(const struct tokenizer *t, struct buf *out);
/* Rank file; its pattern and special tokens stand nowhere in it. */
int convert_to_tiktoken(const struct tokenizer *t, struct buf *out, struct err *e);
/* The merges of a vocabulary with a table, in order, by ids; the caller frees them. */
struct merge *convert_merges(const struct tokenizer *t, size_t *n);
/* ERR_VERIFY with the first difference. `file`: what one of the above made; for a rank file added
 * tokens are not compared. */
int convert_verify(const struct tokenizer *t, struct slice file, struct err *e);

/* The same of a folder that was written. */
int convert_verify_folder(const struct tokenizer *t, const char *folder, struct err *e);

struct vocab_figures {
    uint64_t tokens;                /* that merging or looking up can give */
    uint64_t one_byte, partial;     /* of one byte; that are not whole characters */
    uint64_t longest, bytes;        /* of the longest; of all together */
    uint64_t unreachable;           /* longer than a byte, and no merge makes them; with a table */
};
struct vocab_figures vocab_figures(const struct tokenizer *t);
/* A JSON object: format, sizes, pattern, special tokens, Unicode version, .. */
void vocab_describe(const struct tokenizer *t, struct buf *out);

#endif
