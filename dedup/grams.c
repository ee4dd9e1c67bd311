/* grams - see grams.h. A hash table from n-gram to its number, behind a bit map that turns away
 * nearly all others; per n-gram the list of its items. */
#include "dedup/grams.h"
#include <assert.h>
#include <stdlib.h>
#include "core/hash.h"
#include "core/mem.h"
#include "dedup/shingle.h"

enum { BITS_PER_GRAM = 16 };

struct slot {
    uint64_t key;
    uint32_t gram;                  /* 1 + number; 0: free */
};

struct pair {
    uint32_t gram, item;
};

struct gram_index {
    unsigned words, min_words;
    bool used[SHINGLE_WORDS_MAX + 1];       /* lengths of n-grams that occur */
    struct shingler *shinglers[SHINGLE_WORDS_MAX + 1];      /* for adding */
    struct slot *slots;
    size_t cap, n;                  /* slots; different n-grams */
    uint64_t *bits;
    uint64_t bits_mask;
    struct gram_item *items;
    size_t n_items, cap_items;
    struct pair *pairs;             /* sorted by gram once sealed */
    size_t n_pairs, cap_pairs;
    uint32_t *first;                /* of each gram, in pairs */
    uint32_t *documents;            /* of ordinary text, by gram */
    bool *common;
    struct arena names;
};

struct gram_scanner {
    const struct gram_index *grams;
    struct shingler *shinglers[SHINGLE_WORDS_MAX + 1];
    uint32_t *seen;                 /* by gram: text that met it last */
    uint32_t text;
    uint32_t *place;                /* by item: 1 + its match in this text, if that names it */
    struct gram_match *matches;
    size_t n, cap;
    uint32_t *hits;                 /* n-grams of the text, each once */
    size_t n_hits, cap_hits;
    struct word_range *ranges;
    size_t n_ranges, cap_ranges;
};

struct gram_index *gram_index_new(unsigned words, unsigned min_words)
{
    struct gram_index *g = mem_zero(sizeof *g);
    assert(words >= 1 && words <= SHINGLE_WORDS_MAX && min_words >= 1);
    g->words = words;
    g->min_words = min_words;
    g->cap = 1024;
    g->slots = mem_array(g->cap, sizeof *g->slots);
    arena_init(&g->names);
    return g;
}

void gram_index_free(struct gram_index *g)
{
    if (!g)
        return;
    for (int i = 0; i <= SHINGLE_WORDS_MAX; i++)
        shingler_free(g->shinglers[i]);
    mem_free(g->slots);
    mem_free(g->bits);
    mem_free(g->items);
    mem_free(g->pairs);
    mem_free(g->first);
    mem_free(g->documents);
    mem_free(g->common);
    arena_free(&g->names);
    mem_free(g);
}

/* ---- filling -------------------------------------------------------------------------------- */

/* N-grams of different lengths never meet. */
static inline uint64_t key_of(uint64_t shingle, unsigned n) { return shingle + n; }

static struct slot *find(const struct gram_index *g, uint64_t key)
{
    size_t i = (size_t)key & (g->cap - 1);
    while (g->slots[i].gram && g->slots[i].key != key)
        i = (i + 1) & (g->cap - 1);
    return &g->slots[i];
}

static void grow(struct gram_index *g)
{
    struct slot *old = g->slots;
    size_t cap = g->cap;
    g->cap *= 2;
    g->slots = mem_array(g->cap, sizeof *g->slots);
    for (size_t i = 0; i < cap; i++)
        if (old[i].gram)
            *find(g, old[i].key) = old[i];
    mem_free(old);
}

static void add_pair(struct gram_index *g, uint64_t key, uint32_t item)
{
    struct slot *s = find(g, key);
    if (!s->gram)
        *s = (struct slot){key, (uint32_t)++g->n};
    if (g->n_pairs == g->cap_pairs) {
        g->cap_pairs = g->cap_pairs ? g->cap_pairs * 2 : 1024;
        g->pairs = mem_grow_array(g->pairs, g->cap_pairs, sizeof *g->pairs);
    }
    g->pairs[g->n_pairs++] = (struct pair){s->gram - 1, item};
    if (2 * g->n > g->cap)
        grow(g);
}

static struct shingler *shingler_for(struct gram_index *g, unsigned n)
{
    if (!g->shinglers[n])
        g->shinglers[n] = shingler_new(SHINGLE_WORDS, n);
    return g->shinglers[n];
}

/* Words of a text, counted up to `most`. */
static unsigned count_words(struct gram_index *g, struct slice text, unsigned most)
{
    uint64_t out[SHINGLE_ROOM];
    struct shingler *s = shingler_for(g, 1);
    size_t n = 0, got;
    shingler_start(s, text);
    while (n < most && (got = shingler_next(s, out)) > 0)
        n += got;
    return n < most ? (unsigned)n : most;
}

void gram_index_add(struct gram_index *g, struct slice set, struct slice id, struct slice text)
{
    uint64_t out[SHINGLE_ROOM];
    uint32_t item = (uint32_t)g->n_items;
    if (g->n_items == g->cap_items) {
        g->cap_items = g->cap_items ? g->cap_items * 2 : 256;
        g->items = mem_grow_array(g->items, g->cap_items, sizeof *g->items);
    }
    g->items[g->n_items++] =
        (struct gram_item){arena_copy(&g->names, set), arena_copy(&g->names, id),
                           arena_copy(&g->names, text), 0, 0};
    unsigned n = count_words(g, text, g->words);
    g->items[item].words = n;
    if (n < g->min_words)
        return;
    g->used[n] = true;
    struct shingler *s = shingler_for(g, n);
    shingler_start(s, text);
    for (size_t got; (got = shingler_next(s, out)) > 0;)
        for (size_t i = 0; i < got; i++)
            add_pair(g, key_of(out[i], n), item);
}

static int by_gram(const void *x, const void *y)
{
    const struct pair *a = x, *b = y;
    if (a->gram != b->gram)
        return a->gram < b->gram ? -1 : 1;
    return a->item < b->item ? -1 : a->item > b->item;
}

/* Numbers the pairs of each n-gram and counts the n-grams of each item. */
static void index_pairs(struct gram_index *g)
{
    size_t kept = 0;
    if (g->n_pairs)
        qsort(g->pairs, g->n_pairs, sizeof *g->pairs, by_gram);
    for (size_t i = 0; i < g->n_pairs; i++)
        if (!kept || by_gram(&g->pairs[i], &g->pairs[kept - 1]))
            g->pairs[kept++] = g->pairs[i];
    g->n_pairs = kept;
    for (size_t i = 0; i < kept; i++) {
        g->first[g->pairs[i].gram + 1] = (uint32_t)i + 1;
        g->items[g->pairs[i].item].grams++;
    }
}

void gram_index_seal(struct gram_index *g)
{
    uint64_t bits = 1024;
    while (bits < g->n * BITS_PER_GRAM)
        bits *= 2;
    g->bits = mem_array(bits / 64, sizeof *g->bits);
    g->bits_mask = bits - 1;
    for (size_t i = 0; i < g->cap; i++) {
        uint64_t at = g->slots[i].key >> 20 & g->bits_mask;
        if (g->slots[i].gram)
            g->bits[at / 64] |= (uint64_t)1 << (at % 64);
    }
    g->first = mem_array(g->n + 1, sizeof *g->first);
    g->documents = mem_array(g->n + 1, sizeof *g->documents);
    g->common = mem_array(g->n + 1, sizeof *g->common);
    index_pairs(g);
}

size_t gram_index_items(const struct gram_index *g) { return g->n_items; }
const struct gram_item *gram_index_item(const struct gram_index *g, uint32_t i)
{
    return &g->items[i];
}

/* ---- scanning ------------------------------------------------------------------------------- */

struct gram_scanner *gram_scanner_new(const struct gram_index *g)
{
    struct gram_scanner *s = mem_zero(sizeof *s);
    s->grams = g;
    s->seen = mem_array(g->n + 1, sizeof *s->seen);
    s->place = mem_array(g->n_items + 1, sizeof *s->place);
    for (unsigned n = 1; n <= SHINGLE_WORDS_MAX; n++)
        if (g->used[n])
            s->shinglers[n] = shingler_new(SHINGLE_WORDS, n);
    return s;
}

void gram_scanner_free(struct gram_scanner *s)
{
    if (!s)
        return;
    for (unsigned n = 1; n <= SHINGLE_WORDS_MAX; n++)
        shingler_free(s->shinglers[n]);
    mem_free(s->seen);
    mem_free(s->place);
    mem_free(s->matches);
    mem_free(s->hits);
    mem_free(s->ranges);
    mem_free(s);
}

static void add_hit(struct gram_scanner *s, uint32_t gram)
{
    if (s->seen[gram] == s->text)
        return;
    s->seen[gram] = s->text;
    if (s->n_hits == s->cap_hits) {
        s->cap_hits = s->cap_hits ? s->cap_hits * 2 : 256;
        s->hits = mem_grow_array(s->hits, s->cap_hits, sizeof *s->hits);
    }
    s->hits[s->n_hits++] = gram;
}

static void find_hits(struct gram_scanner *s, unsigned n, struct slice text)
{
    const struct gram_index *g = s->grams;
    uint64_t out[SHINGLE_ROOM];
    shingler_start(s->shinglers[n], text);
    for (size_t got; (got = shingler_next(s->shinglers[n], out)) > 0;)
        for (size_t i = 0; i < got; i++) {
            uint64_t key = key_of(out[i], n), at = key >> 20 & g->bits_mask;
            if (!(g->bits[at / 64] >> (at % 64) & 1))
                continue;
            uint32_t gram = find(g, key)->gram;
            if (gram && !g->common[gram - 1])
                add_hit(s, gram - 1);
        }
}

/* The n-grams of the text that are in the index, each once, into s->hits. */
static void scan(struct gram_scanner *s, struct slice text)
{
    s->n_hits = 0;
    if (++s->text == 0) {           /* after 2^32 texts */
        memset(s->seen, 0, s->grams->n * sizeof *s->seen);
        s->text = 1;
    }
    for (unsigned n = 1; n <= SHINGLE_WORDS_MAX; n++)
        if (s->shinglers[n])
            find_hits(s, n, text);
}

static void add_match(struct gram_scanner *s, uint32_t item)
{
    uint32_t place = s->place[item];
    if (place && place <= s->n && s->matches[place - 1].item == item) {
        s->matches[place - 1].found++;
        return;
    }
    if (s->n == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 64;
        s->matches = mem_grow_array(s->matches, s->cap, sizeof *s->matches);
    }
    s->matches[s->n++] = (struct gram_match){item, 1};
    s->place[item] = (uint32_t)s->n;
}

size_t gram_scan(struct gram_scanner *s, struct slice text, const struct gram_match **matches)
{
    const struct gram_index *g = s->grams;
    scan(s, text);
    s->n = 0;
    for (size_t i = 0; i < s->n_hits; i++)
        for (uint32_t k = g->first[s->hits[i]]; k < g->first[s->hits[i] + 1]; k++)
            add_match(s, g->pairs[k].item);
    *matches = s->matches;
    return s->n;
}

/* ---- where they stand ----------------------------------------------------------------------- */

static bool is_of(const struct gram_index *g, uint32_t gram, uint32_t item)
{
    uint32_t lo = g->first[gram], hi = g->first[gram + 1];
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (g->pairs[mid].item < item)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < g->first[gram + 1] && g->pairs[lo].item == item;
}

/* Ranges come by their starts; those that touch become one. */
static void add_range(struct gram_scanner *s, uint64_t from, uint64_t to)
{
    struct word_range *last = s->n_ranges ? &s->ranges[s->n_ranges - 1] : NULL;
    if (last && from <= last->to) {
        last->to = to > last->to ? to : last->to;
        return;
    }
    if (s->n_ranges == s->cap_ranges) {
        s->cap_ranges = s->cap_ranges ? 2 * s->cap_ranges : 64;
        s->ranges = mem_grow_array(s->ranges, s->cap_ranges, sizeof *s->ranges);
    }
    s->ranges[s->n_ranges++] = (struct word_range){from, to};
}

size_t gram_ranges(struct gram_scanner *s, struct slice text, uint32_t item,
                   struct word_range **ranges)
{
    const struct gram_index *g = s->grams;
    unsigned n = g->items[item].words;
    uint64_t out[SHINGLE_ROOM], at = 0;
    s->n_ranges = 0;
    shingler_start(s->shinglers[n], text);
    for (size_t got; (got = shingler_next(s->shinglers[n], out)) > 0; at += got)
        for (size_t i = 0; i < got; i++) {
            uint32_t gram = find(g, key_of(out[i], n))->gram;
            if (gram && !g->common[gram - 1] && is_of(g, gram - 1, item))
                add_range(s, at + i, at + i + n);
        }
    *ranges = s->ranges;
    return s->n_ranges;
}

/* ---- common n-grams ------------------------------------------------------------------------- */

void gram_index_ordinary(struct gram_index *g, struct gram_scanner *s, struct slice text)
{
    scan(s, text);
    for (size_t i = 0; i < s->n_hits; i++)
        g->documents[s->hits[i]]++;
}

void gram_index_common(struct gram_index *g, uint32_t most)
{
    for (size_t i = 0; i < g->n; i++) {
        if (g->documents[i] <= most)
            continue;
        g->common[i] = true;
        for (uint32_t k = g->first[i]; k < g->first[i + 1]; k++)
            g->items[g->pairs[k].item].grams--;
    }
}
