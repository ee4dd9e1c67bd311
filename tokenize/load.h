/* load - the parsers behind tokenizer_load()
 *
 * Each fills an all-zero tokenizer whose vocab is initialised. `text` is the file's content.
 */
#ifndef TOKENIZE_LOAD_H
#define TOKENIZE_LOAD_H
#include "tokenize/tokenizer.h"

#define META "\xE2\x96\x81"         /* U+2581, which stands for a space */

int load_hf(struct tokenizer *t, struct slice text, const struct load_opts *o, struct err *e);
/* `stem`: file name without folder and suffix; names the pattern and the special tokens. */
int load_tiktoken(struct tokenizer *t, struct slice text, struct slice stem,
                  const struct load_opts *o, struct err *e);
bool is_tekken(struct slice text);              /* text is a JSON object */
int load_tekken(struct tokenizer *t, struct slice text, const struct load_opts *o, struct err *e);
int load_sentencepiece(struct tokenizer *t, struct slice text, struct err *e);

/* load_files.c: special tokens by name. */
struct specials {
    struct added_token *v;
    size_t n, cap;
};
void specials_add(struct specials *s, const struct added_token *t);
/* A tokenizer_config.json, or an object of names and ids; names live in the arena. */
int specials_parse(struct specials *s, struct slice json, struct arena *a, struct err *e);
/* The file of this name in the folder of `path`, if there is one; the vocabulary file in a folder,
 * NULL for what is no folder or has none. The caller frees both. */
char *files_beside(const char *path, const char *name);
char *files_in(const char *folder);
bool is_vocab_json(struct slice text);          /* text is a JSON object */
/* vocab.json, merges.txt and tokenizer_config.json ("" for none) as one tokenizer.json. */
int vocab_json_to_hf(struct slice vocab, struct slice merges, struct slice config,
                     const struct specials *given, struct buf *out, struct err *e);

/* What remains to do once the tokens of a rank file are in. */
int finish_ranks(struct tokenizer *t, struct err *e);
/* What remains to do once any file is loaded: what tokens decode to, where text may be cut. */
void finish_tokens(struct tokenizer *t);
/* How the decoder sees a token: added ones that are looked for in normalized text by that. */
struct slice tokenizer_spelling(const struct tokenizer *t, uint32_t id);
bool base64_decode(struct slice s, struct buf *out);

/* The sets of added tokens from one list, which is copied; the normalizer must be there. */
int tokenizer_set_added(struct tokenizer *t, const struct added_token *v, size_t n, struct err *e);

/* Byte of a character of the byte-level alphabet, -1 for any other; and the other way round. */
int byte_level_byte(uint32_t cp);
uint32_t byte_level_char(unsigned char b);
/* A token in byte-level spelling as bytes; false if a character is outside the alphabet. */
bool byte_level_decode(struct slice spelling, struct buf *out);

#endif
