/* save - a trained vocabulary as a file that others load
 *
 *   tokenizer.json   Hugging Face: ids, merges, pattern, special tokens; byte-level
 *   vocab.json, merges.txt   the same without pattern and special tokens, as GPT-2 had it
 *   tiktoken         rank file: tokens in order of rank; no pattern, no special tokens
 *
 */
#ifndef TOKENIZE_SAVE_H
#define TOKENIZE_SAVE_H
#include "core/buf.h"
#include "tokenize/tokenizer.h"
#include "tokenize/train.h"

struct save_opts {
    const char *pattern;            /* gpt2, or an expression in tokenizer.json's spelling */
    const struct added_token *added;        /* ids as in the file */
    size_t n_added;
    uint32_t shift;                 /* the file's ids are those of the vocabulary and this */
    const bool *without;            /* bytes that the file leaves out, ids moving up; NULL */
    const char *note;               /* JSON: a member "tokmill" of the model; NULL */
    bool added_in_model;            /* added tokens keep any id: they stand in the model too */
    bool ignore_merges, nfc;
    const uint32_t *before, *after;     /* ids around a text: the post-processor's template */
    size_t n_before, n_after;
};

/* Merges in order, by ids of `v`; tokens of `v` that are among the added ones are left out. */
void save_hf(const struct vocab *v, const struct merge *merges, size_t n,
             const struct save_opts *o, struct buf *out);
/* The model of save_hf() as the two files that came before it, without added tokens. */
void save_vocab_json(const struct vocab *v, const struct save_opts *o, struct buf *out);
void save_merges_txt(const struct vocab *v, const struct merge *merges, size_t n,
                     struct buf *out);
/* tokenizer_config.json: what transformers wants beside the others. bos and eos: contents of
 * tokens, empty for none. `class`: PreTrainedTokenizerFast beside a tokenizer.json. */
void save_config(const struct save_opts *o, const char *class, struct slice bos, struct slice eos,
                 struct buf *out);
void save_tiktoken(const struct vocab *v, const struct save_opts *o, struct buf *out);

#endif
