/* save - a trained vocabulary as a file that others load
 *
 *   tokenizer.json   Hugging Face: ids, merges, pattern, special tokens; byte-level
 *   tiktoken         rank file: tokens in order of rank; no pattern, no special tokens
 *
 * Special tokens get the ids behind the last token, so that both files give the same ids, or, for
 * tokenizer.json, the first ones, as HF's trainer numbers them.
 */
#ifndef TOKENIZE_SAVE_H
#define TOKENIZE_SAVE_H
#include "core/buf.h"
#include "tokenize/train.h"

struct save_opts {
    const char *pattern;            /* gpt2, or an expression in tokenizer.json's spelling */
    const struct slice *special;    /* UTF-8, all different */
    size_t n_special;
    bool special_first;
};

void save_hf(const struct trained *t, const struct save_opts *o, struct buf *out);
void save_tiktoken(const struct trained *t, struct buf *out);

#endif
