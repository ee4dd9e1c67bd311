/* vocab - tokens, ids, and which pair of tokens merges into which
 *
 * Three tables, filled once while a vocabulary file is loaded and read-only afterwards:
 *   token[id]    the bytes a token stands for in text
 *   by bytes     bytes -> id (start symbols, whole pieces)
 *   pairs        (left id, right id) -> rank, id of the merged token; the lowest rank merges first
 * A merge list gives its pairs directly. A rank file (tiktoken) has none: every split of a token
 * into two tokens is a pair, and the token's own id is the rank.
 */
#ifndef TOKENIZE_VOCAB_H
#define TOKENIZE_VOCAB_H
#include "core/arena.h"
#include "core/err.h"

#define VOCAB_NONE UINT32_MAX
#define VOCAB_MAX_ID 0xFFFFFFu          /* 16 M: more is a broken file */

struct vocab_pair {
    uint64_t key;                       /* left << 32 | right; UINT64_MAX: free */
    uint32_t rank, id;
};

struct vocab {
    struct arena arena;                 /* owns the bytes */
    struct slice *token;                /* by id; p = NULL: no such token */
    uint32_t n_ids, cap_ids;            /* highest id + 1 */
    uint32_t *by_bytes;                 /* open addressing: id or VOCAB_NONE */
    uint64_t n_bytes, bytes_mask;
    struct vocab_pair *pairs;
    uint64_t n_pairs, pairs_mask;
    uint32_t byte_id[256];              /* id of the token of one byte */
};

void vocab_init(struct vocab *v);
void vocab_free(struct vocab *v);
/* Bytes are copied. With `findable` they can be looked up; the first id of equal bytes stays. */
int vocab_add(struct vocab *v, uint64_t id, struct slice bytes, bool findable, struct err *e);
uint32_t vocab_find(const struct vocab *v, struct slice bytes);     /* VOCAB_NONE */
/* A later pair replaces an earlier one of the same two tokens. */
void vocab_add_pair(struct vocab *v, uint32_t left, uint32_t right, uint32_t rank, uint32_t id);
/* The pairs of a vocabulary whose ids are its ranks. */
void vocab_pairs_of_ranks(struct vocab *v);
void vocab_finish(struct vocab *v);     /* byte_id */

static inline uint64_t vocab_pair_hash(uint64_t key)
{
    key *= 0x9E3779B97F4A7C15u;
    return key ^ key >> 29;
}

static inline const struct vocab_pair *vocab_pair(const struct vocab *v, uint32_t left,
                                                  uint32_t right)
{
    uint64_t key = (uint64_t)left << 32 | right;
    for (uint64_t i = vocab_pair_hash(key) & v->pairs_mask;; i = (i + 1) & v->pairs_mask) {
        if (v->pairs[i].key == key)
            return &v->pairs[i];
        if (v->pairs[i].key == UINT64_MAX)
            return NULL;
    }
}

#endif
