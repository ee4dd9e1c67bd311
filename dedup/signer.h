/* signer - band keys of texts
 *
 *   text -> shingles (shingle.h) -> lanes (minhash.h) -> a key a band
 *
 * One a thread; the permutations are shared.
 */
#ifndef DEDUP_SIGNER_H
#define DEDUP_SIGNER_H
#include "dedup/minhash.h"
#include "dedup/settings.h"

struct signer;

/* permutations: of these settings; they outlive the signer. */
struct signer *signer_new(const struct settings *s, const struct minhash *permutations);
void signer_free(struct signer *s);                 /* NULL is allowed */
/* Fills a key a band; false for a text without words, which is like no other. */
bool signer_sign(struct signer *s, struct slice text, uint64_t *keys);

#endif
