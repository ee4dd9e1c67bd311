/* train_internal - the state of a training run, shared by train*.c
 *
 * The corpus is one array of 32-bit symbols, one place a byte of each word, SEP between words. A
 * token's id stands at the first byte it covers and, if it covers more, flagged with LAST at its
 * last byte; places between are DEAD. So both neighbours of a token are one step away, and nothing
 * ever moves.
 *
 * A pair has a count and a list of places where it was seen (stale places are recognised by
 * looking). The heap holds (count, pair); counts there may be too high and are checked when they
 * come up.
 */
#ifndef TOKENIZE_TRAIN_INTERNAL_H
#define TOKENIZE_TRAIN_INTERNAL_H
#include "tokenize/train.h"

#define LAST 0x80000000u
#define SYMBOL 0x7FFFFFFFu              /* what remains without LAST */
#define SEP 0x7FFFFFFFu
#define DEAD 0x7FFFFFFEu

struct place {
    uint32_t at;                        /* of the left token's first byte */
    uint32_t weight;                    /* count of its word; BIG: see trainer_weight() */
};
#define BIG UINT32_MAX

struct pair {
    uint64_t key;                       /* left << 24 | right; PAIR_FREE */
    uint64_t count;
    uint64_t first;                     /* of its list in places[] */
    uint32_t n;
};
#define PAIR_FREE UINT64_MAX

struct candidate {                      /* in the heap */
    uint64_t count;
    uint64_t key;
};

struct big_word {
    uint32_t start, end;                /* in symbols */
    uint64_t weight;
};

struct side {                           /* neighbours of the pair being merged, by id */
    struct side_count { uint64_t count, first; uint32_t n; } *of;
    uint32_t *seen;
    uint32_t n_seen;
    struct side_place { uint32_t neighbour, at, weight; } *places;
    size_t n, cap;
};

struct trainer {
    struct train_opts o;
    uint32_t *symbols;
    size_t n_symbols, cap_symbols;
    uint32_t *weights;                  /* by word, in order */
    size_t n_words, cap_words;
    struct big_word *big;
    size_t n_big, cap_big;
    uint32_t byte_id[256];
    bool seen[256];
    uint32_t *length;                   /* of a token in bytes, by id */

    struct pair *pairs;
    uint64_t n_pairs, pairs_mask;
    int pairs_shift;
    struct place *places;
    size_t n_places, cap_places;
    struct candidate *heap;
    size_t n_heap, cap_heap;
    uint64_t threshold;                 /* pairs below it are not kept */
    struct side left, right;
    struct trained *out;
};

static inline uint64_t pair_key(uint32_t left, uint32_t right)
{
    return (uint64_t)left << 24 | right;
}

static inline uint64_t pair_slot(const struct trainer *t, uint64_t key)
{
    return key * 0x9E3779B97F4A7C15u >> t->pairs_shift;
}

/* train_pairs.c */
void pairs_clear(struct trainer *t, uint64_t size);         /* a power of two */
struct pair *pair_find(const struct trainer *t, uint64_t key);          /* NULL */
struct pair *pair_make(struct trainer *t, uint64_t key);    /* found or new; moves others */
void heap_add(struct trainer *t, uint64_t count, uint64_t key);
void heap_pop(struct trainer *t);
void heap_lower(struct trainer *t, uint64_t count);         /* of the top */
uint64_t places_reserve(struct trainer *t, size_t n);       /* index of the first of n new ones */
/* Drops lists that nobody needs any more when they are most of places[]. */
void places_tidy(struct trainer *t);
uint64_t trainer_weight(const struct trainer *t, struct place p);

/* train_stage.c: all pairs of count >= threshold, from the symbols. */
int stage_first(struct trainer *t, struct err *e);          /* chooses the threshold */
int stage_again(struct trainer *t, uint64_t threshold, struct err *e);

static inline bool allowed(const struct trainer *t, uint32_t left, uint32_t right)
{
    return !t->o.max_bytes || t->length[left] + t->length[right] <= t->o.max_bytes;
}

/* Writes token `made` over the pair at `at`, whose tokens have la and lb bytes. */
static inline void replace(struct trainer *t, size_t at, uint32_t la, uint32_t lb, uint32_t made)
{
    uint32_t *s = t->symbols + at;
    if (la > 1)
        s[la - 1] = DEAD;
    if (lb > 1)
        s[la] = DEAD;
    s[0] = made;
    s[la + lb - 1] = made | LAST;
}

#endif
