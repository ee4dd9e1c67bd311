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
#include "tokenize/bpe_table.h"
#include "tokenize/cuts.h"
#include "tokenize/pretok.h"
#include "tokenize/vocab.h"

struct added_token {
    struct slice content;
    uint32_t id;
    bool special, normalized, lstrip, rstrip;
};

/* Added tokens of one matching pass, found leftmost-longest. */
struct added_set {
    struct added_token *v;          /* by first two bytes, longest first within one first byte */
    size_t n;
    uint32_t first[257];            /* v[first[b]] .. v[first[b + 1]] start with byte b */
    uint8_t two[65536 / 8];         /* bit for each pair of bytes that some token starts with */
};

enum norm_kind { NORM_NFC, NORM_PREPEND, NORM_REPLACE };
struct norm_op {
    enum norm_kind kind;
    struct slice from, to;          /* PREPEND: to */
};

enum cut { CUT_PATTERN, CUT_META, CUT_META_RUNS, CUT_NONE };

struct tokenizer {
    struct vocab vocab;
    struct bpe_table *table;        /* byte-level merges, packed; NULL: vocab.pairs only */
    struct cuts *cuts;              /* with a table */
    struct pretok *pretok;          /* CUT_PATTERN */
    enum cut cut;                   /* META: before each U+2581; META_RUNS: before a run of them
                                       (no token reaches over such a place) */
    bool byte_level;                /* start symbols are bytes, else characters */
    bool whole_piece;               /* a piece that is a token is that token, without merging */
    bool byte_fallback, fuse_unk;
    uint32_t unk;                   /* VOCAB_NONE */
    uint32_t fallback_id[256];      /* <0x00> .. */
    struct norm_op norm[8];
    size_t n_norm;
    bool prefix_space;              /* ByteLevel add_prefix_space */
    bool metaspace;                 /* Metaspace: ' ' becomes U+2581 */
    enum { META_NEVER, META_FIRST, META_ALWAYS } meta_prepend;
    struct added_set raw, normalized;   /* all added tokens */
    struct added_set raw_plain, normalized_plain;   /* without the special ones */
    bool *special;                  /* by id */
    struct slice *decoded;          /* by id; NULL: the same as vocab.token */
    uint32_t before[8], after[8];   /* --add-special: the post-processor's template */
    size_t n_before, n_after;
    bool strip_first_space;         /* decoding: one space at the front goes */
    uint32_t max_id, bos, eos;      /* VOCAB_NONE when there is none */
    struct hash128 hash;            /* of the file's content */
    const char *format;             /* "tokenizer.json", "tiktoken", .. */
};

/* `pattern` (NULL: by the file's content, for a rank file by its name) as for pretok_new(). */
struct tokenizer *tokenizer_load(const char *path, const char *pattern, struct err *e);
/* The same from a file's content; `stem`: its name without folder and suffix, which names the
 * pattern and the special tokens of a rank file. */
struct tokenizer *tokenizer_parse(struct slice file, struct slice stem, const char *pattern,
                                  struct err *e);
void tokenizer_free(struct tokenizer *t);           /* NULL is allowed */
/* {"hash":..,"max_id":..,"bos":..,"eos":..} */
void tokenizer_describe(const struct tokenizer *t, struct buf *json);
/* Id of a token by its text (special ones too), VOCAB_NONE. */
uint32_t tokenizer_id(const struct tokenizer *t, struct slice text);

#endif
