/* train - byte-level BPE training: the merges of a corpus given as words and counts
 *
 * The rule: start with the bytes; again and again take the most frequent pair of neighbours,
 * record it as the next merge, replace it everywhere. Frequencies count overlaps ("aaa" has two
 * pairs), and of equally frequent pairs the tie rule names one, so the result depends on the counts
 * alone, never on the order of the words.
 *
 *   trainer_add() every word -> trainer_run() -> tokens and merges
 *
 * Tie rules. HF (default): smallest (left id, right id), bytes numbered in the order of the
 * byte-level alphabet: the merges of Hugging Face's BpeTrainer, in order. RAW: the same with bytes
 * numbered by value: rustbpe's merges. Two merges never make the same string: two neighbours that
 * together spell t have seen exactly the merges of t alone, so t always ends with the same one.
 *
 * One thread. Memory: 4 bytes a byte of distinct words, 8 a place of a pair that is frequent enough
 * to be considered (train.c says when that is).
 */
#ifndef TOKENIZE_TRAIN_H
#define TOKENIZE_TRAIN_H
#include "core/err.h"
#include "tokenize/vocab.h"

enum tie_rule { TIE_HF, TIE_RAW };

/* A merge by what its two tokens stand for. */
struct spelled_merge {
    struct slice left, right;
};

struct train_opts {
    uint32_t tokens;                /* wanted, the 256 bytes included; 256 .. TRAIN_MAX_TOKENS */
    uint64_t min_frequency;         /* pairs below it are not merged; 0 counts as 1 */
    uint32_t max_bytes;             /* longest token; 0: no limit */
    enum tie_rule tie;
    bool (*veto)(void *arg, struct slice token);    /* true: never made; NULL */
    void *veto_arg;
    const struct spelled_merge *given;      /* come first, whatever their counts: a resumed run */
    size_t n_given;
};
#define TRAIN_MAX_TOKENS 0xFFFFFEu

struct merge {
    uint32_t left, right, made;     /* ids */
    uint64_t count;                 /* of the pair when it was merged */
};

/* Ids count from 0: bytes first (byte_order says which is which), then merges in order. */
struct trained {
    struct vocab vocab;             /* token[id] as bytes, findable */
    struct merge *merges;           /* in order */
    size_t n;
    bool seen[256];                 /* bytes that occur in the words */
};

struct trainer;
struct trainer *trainer_new(const struct train_opts *o);
void trainer_free(struct trainer *t);       /* NULL is allowed */
/* ERR_NOMEM above 2^31 bytes of distinct words. The signature is a word_fn (words.h). */
int trainer_add(void *trainer, struct slice word, uint64_t count, struct err *e);
/* Bytes that no word has; and another number of tokens than trainer_new() was told. */
unsigned trainer_unseen(const struct trainer *t);
void trainer_want(struct trainer *t, uint32_t tokens);
/* Called now and then with what is trained so far; may be NULL. */
typedef void (*train_progress)(void *arg, const struct trained *so_far, uint32_t wanted);
/* Once. Fewer tokens than wanted when no pair is left. */
int trainer_run(struct trainer *t, train_progress tell, void *arg, struct trained *out,
                struct err *e);
uint64_t trainer_words(const struct trainer *t);
void trained_free(struct trained *t);

#endif
