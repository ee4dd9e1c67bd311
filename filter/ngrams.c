/* See ngrams.h. g->more holds the names of n-grams: the position where each stands first. */
#include "filter/ngrams.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "filter/grams_internal.h"

void ngrams_free(struct ngrams *x)
{
    mem_free(x->chars);
    mem_free(x->name);
    mem_free(x->twice);
    *x = (struct ngrams){.cap = 0};
}

size_t ngrams_held(const struct ngrams *x)
{
    return x->cap * (sizeof *x->chars + sizeof *x->name) + bits(x->cap) * sizeof *x->twice;
}

static bool ready(struct ngrams *x, struct grams *g)
{
    /* as much as g, so that names can change places */
    memset(x->n, 0, sizeof x->n);
    if (g->full || !grams_may_hold(g, 9 * g->cap))
        return false;
    if (g->cap != x->cap) {
        ngrams_free(x);
        x->chars = mem_array(g->cap, sizeof *x->chars);
        x->name = mem_array(g->cap, sizeof *x->name);
        x->twice = mem_array(bits(g->cap), sizeof *x->twice);
        x->cap = g->cap;
    }
    uint32_t chars = 0;
    for (size_t i = 0; i < g->n; i++) {
        x->chars[i] = chars;
        chars += (uint32_t)utf8_count(slice_of(g->joined + g->start[i],
                                               g->start[i + 1] - g->start[i]));
    }
    x->chars[g->n] = chars;
    return true;
}

/* ---- candidates --------------------------------------------------------------------------- */

/* Pairs whose hash stands more than once; g->hash becomes that of pairs. */
static bool begin_pairs(struct grams *g)
{
    uint32_t mask, *h = g->hash;
    size_t pairs = g->n - 1;
    if (!grams_clear_times(g, pairs, &mask))
        return false;
    grams_hash_words(g);
    for (size_t i = 0; i < pairs; i++) {
        h[i] = (uint32_t)mix(h[i], h[i + 1]);
        count_hash(g->times, h[i] & mask);
    }
    memset(g->maybe, 0, bits(g->n) * sizeof *g->maybe);
    for (size_t i = 0; i < pairs; i++)
        g->maybe[i / 64] |= (uint64_t)(g->times[h[i] & mask] > 1) << i % 64;
    return true;
}

/* Positions of both whose shorter n-grams repeat; g->hash from the names of these two. */
static void begin_longer(struct grams *g, size_t positions)
{
    for (size_t i = 0; i + 1 < bits(g->n); i++)
        g->maybe[i] &= g->maybe[i] >> 1 | g->maybe[i + 1] << 63;
    for (size_t i = next_in(g->maybe, 0, positions); i < positions;
         i = next_in(g->maybe, i + 1, positions))
        g->hash[i] = (uint32_t)mix(g->more[i], g->more[i + 1]);
}

/* ---- naming ------------------------------------------------------------------------------- */

/* Is the n-gram at i that at k? Longer ones are if the two that they are made of are. */
static bool same_gram(const struct grams *g, size_t n, size_t i, size_t k)
{
    if (n == NGRAM_MIN)
        return grams_same_words(g, n, i, k);
    return g->more[i] == g->more[k] && g->more[i + 1] == g->more[k + 1];
}

/* Finds the first position of each candidate's n-gram, into x->name, and marks those that stand
 * more than once in x->twice. */
static bool name_all(struct ngrams *x, struct grams *g, size_t n, size_t positions)
{
    struct ngram_counts *c = &x->n[n];
    memset(x->twice, 0, bits(g->n) * sizeof *x->twice);
    if (!grams_clear_slots(g, size_of(g, g->maybe), sizeof(struct gram_slot)))
        return false;
    for (size_t i = next_in(g->maybe, 0, positions); i < positions;
         i = next_in(g->maybe, i + 1, positions)) {
        struct gram_slot *slot = g->slot;
        size_t at = g->hash[i] & (g->slots - 1);
        while (slot[at].first && !same_gram(g, n, i, slot[at].first - 1))
            at = (at + 1) & (g->slots - 1);
        if (!slot[at].first) {
            slot[at] = (struct gram_slot){(uint32_t)i + 1, 1};
            x->name[i] = (uint32_t)i;
            g->slots_used++;
            if (!grams_grow_slots(g, g->hash))
                return false;
            continue;
        }
        size_t first = x->name[i] = slot[at].first - 1;
        put(x->twice, first);
        put(x->twice, i);
        if (++slot[at].count > c->most || (slot[at].count == c->most && first < c->first)) {
            c->most = slot[at].count;
            c->first = first;
        }
    }
    return true;
}

static uint64_t length(const struct ngrams *x, size_t i, size_t n)
{
    return x->chars[i + n] - x->chars[i];
}

/* The table as name_all() left it: the longest of the most frequent. */
static void find_longest(struct ngrams *x, const struct grams *g, size_t n)
{
    const struct gram_slot *slot = g->slot;
    struct ngram_counts *c = &x->n[n];
    for (size_t at = 0; c->most > 1 && at < g->slots; at++) {
        if (!slot[at].first || slot[at].count != c->most)
            continue;
        uint64_t chars = length(x, slot[at].first - 1, n);
        c->longest_chars = chars > c->longest_chars ? chars : c->longest_chars;
    }
}

/* What stays, for the next n. */
static void keep_names(struct ngrams *x, struct grams *g)
{
    uint32_t *names = x->name;
    memcpy(g->maybe, x->twice, bits(g->n) * sizeof *g->maybe);
    x->name = g->more;
    g->more = names;
}

/* ---- counts ------------------------------------------------------------------------------- */

/* NeMo-Curator's RepeatingDuplicateNGramsFilter: second and later occurrences add the words that
 * the one before did not, and a space for each, at most n - 1. */
static uint64_t again(const struct ngrams *x, const struct grams *g, size_t n, size_t positions)
{
    uint64_t chars = 0;
    size_t covered = 0;
    for (size_t i = next_in(x->twice, 0, positions); i < positions;
         i = next_in(x->twice, i + 1, positions)) {
        if (g->more[i] == i)
            continue;
        size_t from = covered > i ? covered - i : 0, spaces = n - from;
        chars += length(x, i + from, n - from) + (spaces < n - 1 ? spaces : n - 1);
        covered = i + n;
    }
    return chars;
}

static void add_up(struct ngrams *x, const struct grams *g, size_t n, size_t positions)
{
    struct ngram_counts *c = &x->n[n];
    size_t covered = 0;
    for (size_t i = 0; i < positions; i++)
        c->all_chars += length(x, i, n);
    for (size_t i = next_in(x->twice, 0, positions); i < positions;
         i = next_in(x->twice, i + 1, positions)) {
        size_t from = covered > i ? covered : i;
        c->repeated_chars += length(x, i, n);
        c->covered_chars += x->chars[i + n] - x->chars[from];
        covered = i + n;
    }
    c->again_chars = again(x, g, n, positions);
    c->first_chars = length(x, c->first, n);
    if (c->most == 1)
        c->longest_chars = c->first_chars;
}

void ngrams_run(struct ngrams *x, struct grams *g)
{
    if (!ready(x, g))
        return;
    for (size_t n = NGRAM_MIN; n <= NGRAM_MAX && n <= g->n; n++) {
        size_t positions = g->n - n + 1;
        x->n[n].grams = positions;
        x->n[n].most = 1;
        if (n == NGRAM_MIN && !begin_pairs(g))
            return;
        if (n > NGRAM_MIN)
            begin_longer(g, positions);
        if (!name_all(x, g, n, positions))
            return;
        find_longest(x, g, n);
        keep_names(x, g);
        add_up(x, g, n, positions);
    }
}
