/* tokenizer - everything that one vocabulary file says, ready for encoding and decoding
 *
 * Loaded from Hugging Face's tokenizer.json, tiktoken's rank file, Mistral's tekken.json or a
 * SentencePiece model (told apart by content) into one read-only structure that all workers share:
 *
 *   text -> added tokens (exact) -> normalizer -> added tokens (normalized) -> pieces -> merges
 *
 * The order is tokenizer.json's; a rank file has only specials, a pattern and merges. A component
 * that is not understood is a refusal (ERR_USAGE) that names it, never an approximation.
 */
#ifndef TOKENIZE_TOKENIZER_H
#define TOKENIZE_TOKENIZER_H
#include "core/buf.h"
#include "core/hash.h"
#include "tokenize/added.h"
#include "tokenize/bpe_table.h"
#include "tokenize/cuts.h"
#include "tokenize/normalize.h"
#include "tokenize/pretok.h"
#include "tokenize/steps.h"
#include "tokenize/vocab.h"

enum cut { CUT_PATTERN, CUT_META, CUT_META_RUNS, CUT_NONE, CUT_STEPS };
enum decode_strip {
    DECODE_STRIP_NONE,
    DECODE_STRIP_ONE,               /* one space at the front of the text */
    DECODE_STRIP_TOKEN,             /* all spaces of the first token */
    DECODE_STRIP_LEADING            /* one of each token until there is text */
};
#define TEMPLATE_MOST 8

struct tokenizer {
    struct vocab vocab;
    struct bpe_table *table;        /* byte-level merges, packed; NULL: vocab.pairs only */
    struct cuts *cuts;              /* with a table */
    struct pretok *pretok;          /* CUT_PATTERN */
    struct steps steps;             /* CUT_STEPS */
    enum cut cut;                   /* META: before each U+2581; META_RUNS: before a run of them
                                       (no token reaches over such a place) */
    bool byte_level;                /* start symbols are bytes, else characters */
    bool whole_piece;               /* a piece that is a token is that token, without merging */
    bool byte_fallback, fuse_unk;
    uint32_t unk;                   /* VOCAB_NONE */
    uint32_t fallback_id[256];      /* <0x00> .. */
    struct normalizer normalizer;
    bool prefix_space;              /* ByteLevel add_prefix_space */
    bool metaspace;                 /* Metaspace: ' ' becomes U+2581 */
    enum meta_prepend meta_prepend;
    struct added_token *added;      /* by id, spelled as in the file */
    size_t n_added;
    struct added_set raw, normalized;   /* the same; the second in their normalized spelling */
    bool *special;                  /* by id */
    struct slice *decoded;          /* by id: what it stands for in text */
    uint32_t before[TEMPLATE_MOST], after[TEMPLATE_MOST];   /* the post-processor's template */
    size_t n_before, n_after;
    enum decode_strip decode_strip;
    bool fallback_decodes;          /* a run of <0xXX> that is no UTF-8 is a U+FFFD for each byte */
    enum unicode_version unicode;   /* of the pretokenizer */
    uint32_t max_id, bos, eos;      /* VOCAB_NONE when there is none */
    struct hash128 hash;            /* of the file's content */
    const char *format;             /* "tokenizer.json", "tiktoken", .. */
};

struct load_opts {
    const char *pattern;            /* instead of the file's own; NULL */
    const char *specials;           /* file that names special tokens of a rank file; NULL */
    enum unicode_version unicode;
    const struct specials *named;   /* tokenizer_parse(): what those files say; NULL */
};

/* The file, or a folder that holds one of its known names (tokenizer.json, tekken.json, ..). */
struct tokenizer *tokenizer_load(const char *path, const struct load_opts *o, struct err *e);
/* The same from a file's content; `stem`: its name without folder and suffix, which names the
 * pattern and the special tokens of a rank file. */
struct tokenizer *tokenizer_parse(struct slice file, struct slice stem, const struct load_opts *o,
                                  struct err *e);
void tokenizer_free(struct tokenizer *t);           /* NULL is allowed */
/* {"hash":..,"max_id":..,"bos":..,"eos":..} */
void tokenizer_describe(const struct tokenizer *t, struct buf *json);
/* A token <0xXX> that stands for a byte. */
bool tokenizer_is_byte(const struct tokenizer *t, uint32_t id);
/* Id of a token by its text (special ones too), VOCAB_NONE. */
uint32_t tokenizer_id(const struct tokenizer *t, struct slice text);

#endif
