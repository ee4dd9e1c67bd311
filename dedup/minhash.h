/* minhash - a set as a few numbers that agree as often as sets do (Broder 1997)
 *
 * A signature has one lane a permutation: the least of a*x + b modulo 2^32 over the set's shingles
 * x (their upper 32 bits), with a odd. Two sets agree in a lane with a probability of their Jaccard
 * similarity. Lanes form bands of rows; a band's key is a hash of its rows, so that two documents
 * share at least one key with probability 1 - (1 - J^rows)^bands (Leskovec, Rajaraman, Ullman,
 * Mining of Massive Datasets, 3.4).
 *
 * A struct minhash is constant and shared by all threads; signatures are the caller's.
 */
#ifndef DEDUP_MINHASH_H
#define DEDUP_MINHASH_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MINHASH_LANES_MAX = 16384 };

struct minhash;

struct minhash *minhash_new(unsigned bands, unsigned rows, uint64_t seed);
void minhash_free(struct minhash *m);               /* NULL is allowed */
size_t minhash_lanes(const struct minhash *m);      /* of a signature, padded: room to give */
void minhash_start(const struct minhash *m, uint32_t *lanes);
void minhash_add(const struct minhash *m, uint32_t *lanes, const uint64_t *shingles, size_t n);
/* A key for each band. */
void minhash_keys(const struct minhash *m, const uint32_t *lanes, uint64_t *keys);

/* That two documents of similarity j share a band. */
double minhash_probability(double j, unsigned bands, unsigned rows);
/* The most selective bands and rows, at most `lanes` in all, that find pairs of similarity j with
 * at least the probability given. False if there are none. */
bool minhash_choose(double j, double probability, unsigned lanes, unsigned *bands,
                    unsigned *rows);

#endif
