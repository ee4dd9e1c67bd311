/* cuts - places inside a piece that no merge can cross
 *
 * If no token of a vocabulary holds characters a and b side by side, no merge can ever join them,
 * so a piece may be cut between them and its parts merged by themselves: the ids are the same. In
 * scripts without spaces that turns long pieces, each seen once, into characters and pairs of
 * characters that the word cache knows.
 *
 * Tokens that begin or end inside a character count for every character they may be part of. The
 * answer may be "joined" where it is not (a filter of hashes), never the other way round.
 * Characters above U+FFFF are never cut. Read-only after cuts_new().
 */
#ifndef TOKENIZE_CUTS_H
#define TOKENIZE_CUTS_H
#include "tokenize/vocab.h"

struct cuts {
    uint64_t *pairs;                    /* a bit for each pair that some token holds, by hash */
    uint8_t side[65536];                /* what sides of a junction a character was seen on */
};

enum {
    CUT_LEFT = 1, CUT_RIGHT = 2,                    /* of another whole character */
    CUT_LEFT_PART = 4, CUT_RIGHT_OF_PART = 8,       /* its last bytes only, and what follows */
    CUT_LEFT_OF_PART = 16, CUT_RIGHT_PART = 32      /* what precedes first bytes only, and those */
};
#define CUT_PAIR_BITS 20

struct cuts *cuts_new(const struct vocab *v);
void cuts_free(struct cuts *c);                     /* NULL is allowed */

static inline uint32_t cut_hash(uint32_t left, uint32_t right)
{
    return (uint32_t)(((uint64_t)left << 16 | right) * 0x9E3779B97F4A7C15u >> (64 - CUT_PAIR_BITS));
}

/* Both below U+10000. Every test is made, for which of them decides is hard to foresee. */
static inline bool cuts_joined(const struct cuts *c, uint32_t left, uint32_t right)
{
    unsigned l = c->side[left], r = c->side[right];
    unsigned parts = l << 1 & r & (CUT_RIGHT_OF_PART | CUT_RIGHT_PART);
    uint32_t h = cut_hash(left, right);
    return (parts != 0) | ((l & r >> 1 & 1) & (unsigned)(c->pairs[h / 64] >> h % 64));
}

/* Ends of the parts of text[at .. end), a piece or the rest of one from a cut on: places between
 * two characters, at least one of them of three bytes, then `end`. Up to `max` of them; returns
 * how many. Any bytes. */
size_t cuts_ends(const struct cuts *c, struct slice text, size_t at, size_t end, uint32_t *ends,
                 size_t max);

#endif
