/* Merging with a bpe_table.
 *
 * A word is an array of places, one a byte. best[i] is rank << 6 | i of the pair that starts at
 * place i, so that the least of all is the pair to merge, the leftmost of equals, and tells its
 * place. Places that were merged away are taken out of a bit mask; nothing moves. */
#include "core/mem.h"
#include "tokenize/bpe_words.h"

#define NOTHING 0x7FFFFFFFu             /* no pair: above every rank, and positive as signed */
#define SHORT 64                        /* bytes up to which places are scanned */
#define LANES (BPE_SHORT_WORD + 1)      /* places of a short word, one to spare */
#define WAYS 8                          /* words in flight */

typedef int32_t four __attribute__((vector_size(16)));

static inline four lesser(four a, four b)
{
    four less = a < b;
    return (a & less) | (b & ~less);
}

static inline uint32_t least_of_four(four v)
{
    int32_t a = v[0] < v[1] ? v[0] : v[1], b = v[2] < v[3] ? v[2] : v[3];
    return (uint32_t)(a < b ? a : b);
}

static inline uint32_t with_place(uint32_t symbol, unsigned place)
{
    return symbol == BPE_NONE ? NOTHING : symbol << 6 | place;
}

/* ---- short words, several at a time --------------------------------------------------------- */

struct active {
    uint32_t best[LANES] __attribute__((aligned(16)));
    uint32_t symbol[LANES];
    uint64_t slot_behind, slot_before;  /* asked for, looked at in the next round */
    uint32_t alive, at, before, behind; /* places; LANES - 1 stands for none */
    struct bpe_word *word;
};

static void start(struct active *a, const struct bpe_table *t, struct bpe_word *w)
{
    const unsigned char *p = w->bytes;
    unsigned n = w->n;
    for (unsigned i = 0; i < n; i++)
        a->symbol[i] = p[i];
    for (unsigned i = 0; i + 1 < n; i++)
        a->best[i] = with_place(t->pair_of_bytes[p[i] << 8 | p[i + 1]], i);
    for (unsigned i = n - 1; i < LANES; i++)
        a->best[i] = NOTHING;
    a->symbol[LANES - 1] = BPE_MAX_SYMBOLS - 2;     /* pairs with nothing, nor with itself */
    a->alive = (1u << n) - 1;
    a->at = a->before = a->behind = LANES - 1;
    a->slot_behind = a->slot_before = 0;
    a->word = w;
}

static void finish(const struct active *a, const struct bpe_table *t)
{
    uint32_t n = 0;
    for (uint32_t alive = a->alive; alive; alive &= alive - 1)
        a->word->ids[n++] = t->id[a->symbol[__builtin_ctz(alive)]];
    a->word->n_ids = n;
}

/* One merge; false when none is left. */
static inline bool step(struct active *a, const struct bpe_table *t)
{
    uint32_t made = bpe_at(t, a->slot_behind, a->symbol[a->at], a->symbol[a->behind]);
    a->best[a->at] = with_place(made, a->at);
    made = bpe_at(t, a->slot_before, a->symbol[a->before], a->symbol[a->at]);
    a->best[a->before] = with_place(made, a->before);
    const four *v = (const four *)(const void *)a->best;
    uint32_t least = least_of_four(lesser(lesser(v[0], v[1]), lesser(v[2], v[3])));
    if (least == NOTHING)
        return false;
    uint32_t at = least & 63, above = a->alive & ~(uint32_t)(((uint64_t)2 << at) - 1);
    a->alive &= ~(above & -above);
    uint32_t gone = (uint32_t)__builtin_ctz(above);
    a->best[gone] = NOTHING;
    a->symbol[at] = least >> 6;
    above &= above - 1;
    uint32_t below = a->alive & ((1u << at) - 1);
    a->at = at;
    a->behind = (uint32_t)__builtin_ctz(above | 1u << (LANES - 1));
    a->before = below ? 31 - (uint32_t)__builtin_clz(below) : LANES - 1;
    a->slot_behind = bpe_slot(t, a->symbol[at], a->symbol[a->behind]);
    a->slot_before = bpe_slot(t, a->symbol[a->before], a->symbol[at]);
    __builtin_prefetch(&t->slots[a->slot_behind]);
    __builtin_prefetch(&t->slots[a->slot_before]);
    return true;
}

static struct bpe_word *next_short(struct bpe_word *words, size_t n, size_t *i)
{
    while (*i < n && words[*i].n > BPE_SHORT_WORD)
        ++*i;
    return *i < n ? &words[(*i)++] : NULL;
}

static void merge_short_words(const struct bpe_table *t, struct bpe_word *words, size_t n)
{
    struct active a[WAYS];
    struct bpe_word *next;
    size_t active = 0, at = 0;
    while (active < WAYS && (next = next_short(words, n, &at)) != NULL)
        start(&a[active++], t, next);
    while (active) {
        for (size_t i = 0; i < active; i++) {
            if (step(&a[i], t))
                continue;
            finish(&a[i], t);
            if ((next = next_short(words, n, &at)) != NULL)
                start(&a[i], t, next);
            else
                a[i--] = a[--active];
        }
    }
}

/* ---- one piece ------------------------------------------------------------------------------ */

static uint32_t least_of(const uint32_t *best, size_t n)
{
    const four *v = (const four *)(const void *)best;
    four x = v[0];
    for (size_t i = 1; i < (n + 3) / 4; i++)
        x = lesser(x, v[i]);
    return least_of_four(x);
}

static size_t merge_short(const struct bpe_table *t, struct slice piece, uint32_t *ids)
{
    uint32_t best[SHORT] __attribute__((aligned(16))), symbol[SHORT];
    const unsigned char *p = (const unsigned char *)piece.p;
    size_t n = piece.n, out = 0;
    uint64_t alive = n < 64 ? ((uint64_t)1 << n) - 1 : UINT64_MAX;
    for (size_t i = 0; i < n; i++) {
        symbol[i] = p[i];
        best[i] = i + 1 < n ? with_place(t->pair_of_bytes[p[i] << 8 | p[i + 1]], (unsigned)i)
                            : NOTHING;
    }
    for (size_t i = n; i % 4; i++)
        best[i] = NOTHING;
    for (uint32_t least; (least = least_of(best, n)) != NOTHING;) {
        uint32_t at = least & 63;
        uint64_t above = alive & ~((((uint64_t)1 << at) << 1) - 1);
        uint64_t below = alive & (((uint64_t)1 << at) - 1);
        alive &= ~(above & -above);
        best[__builtin_ctzll(above)] = NOTHING;
        symbol[at] = least >> 6;
        above &= above - 1;
        best[at] = above ? with_place(bpe_pair(t, symbol[at], symbol[__builtin_ctzll(above)]), at)
                         : NOTHING;
        if (below) {
            unsigned before = 63 - (unsigned)__builtin_clzll(below);
            best[before] = with_place(bpe_pair(t, symbol[before], symbol[at]), before);
        }
    }
    for (; alive; alive &= alive - 1)
        ids[out++] = t->id[symbol[__builtin_ctzll(alive)]];
    return out;
}

void bpe_merge_words_any(const struct bpe_table *t, struct bpe_word *words, size_t n)
{
    merge_short_words(t, words, n);
    for (size_t i = 0; i < n; i++)
        if (words[i].n > BPE_SHORT_WORD)
            words[i].n_ids = (uint32_t)merge_short(
                t, slice_of((const char *)words[i].bytes, words[i].n), words[i].ids);
}

void bpe_merge_words(const struct bpe_table *t, struct bpe_word *words, size_t n)
{
    if (bpe_has_avx512())
        bpe_merge_words_avx512(t, words, n);
    else
        bpe_merge_words_any(t, words, n);
}

static uint32_t rank_in_table(const void *table, uint32_t left, uint32_t right, uint32_t *made)
{
    return *made = bpe_pair(table, left, right);
}

size_t bpe_merge(const struct bpe_table *t, struct merger *m, struct slice piece, uint32_t *ids)
{
    if (piece.n <= SHORT)
        return piece.n ? merge_short(t, piece, ids) : 0;
    for (size_t i = 0; i < piece.n; i++)
        ids[i] = (unsigned char)piece.p[i];
    size_t n = merge_heap(rank_in_table, t, m, ids, piece.n);
    for (size_t i = 0; i < n; i++)
        ids[i] = t->id[ids[i]];
    return n;
}
