/* signer - see signer.h. */
#include "dedup/signer.h"
#include "core/mem.h"

struct signer {
    const struct minhash *permutations;
    struct shingler *shingler;
    uint32_t *lanes;
    uint64_t shingles[SHINGLE_ROOM];
};

struct signer *signer_new(const struct settings *about, const struct minhash *permutations)
{
    struct signer *s = mem_zero(sizeof *s);
    s->permutations = permutations;
    s->shingler = shingler_new(about->kind, about->words);
    s->lanes = mem_array(minhash_lanes(permutations), sizeof *s->lanes);
    return s;
}

void signer_free(struct signer *s)
{
    if (!s)
        return;
    shingler_free(s->shingler);
    mem_free(s->lanes);
    mem_free(s);
}

bool signer_sign(struct signer *s, struct slice text, uint64_t *keys)
{
    size_t n = 0, got;
    minhash_start(s->permutations, s->lanes);
    shingler_start(s->shingler, text);
    for (; (got = shingler_next(s->shingler, s->shingles)) > 0; n += got)
        minhash_add(s->permutations, s->lanes, s->shingles, got);
    if (n)
        minhash_keys(s->permutations, s->lanes, keys);
    return n > 0;
}
