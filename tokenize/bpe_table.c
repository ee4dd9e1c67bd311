/* Building the table: find each token's pair, then a displacement for each bucket.
 * Hash and displace after Belazzougui, Botelho and Dietzfelbinger (ESA 2009), one level. */
#include "tokenize/bpe_table.h"
#include <stdlib.h>
#include "core/mem.h"

/* ---- finding pairs -------------------------------------------------------------------------- */

struct build {
    struct bpe_table *t;
    uint64_t *seen;                     /* open addressing, entries as in slots */
    uint64_t mask;
    uint32_t *symbol;                   /* by token id; BPE_NONE: not made so far */
    uint32_t *parts;                    /* of one token */
    size_t cap_parts;
};

static uint64_t place_of(const struct build *b, uint64_t key)
{
    uint64_t h = key * 0x9E3779B97F4A7C15u, i = (h ^ h >> 32) & b->mask;
    while (b->seen[i] != UINT64_MAX && b->seen[i] >> 24 != key)
        i = (i + 1) & b->mask;
    return i;
}

static uint32_t made_by(const struct build *b, uint32_t left, uint32_t right)
{
    uint64_t e = b->seen[place_of(b, (uint64_t)left << 20 | right)];
    return e == UINT64_MAX ? BPE_NONE : (uint32_t)e & 0xFFFFFF;
}

/* Merges a token's bytes with the pairs found so far; the symbols remain in parts[]. 0: it holds a
 * byte that is no token. */
static size_t reduce(struct build *b, const struct vocab *v, struct slice s)
{
    size_t n = s.n;
    if (n > b->cap_parts) {
        b->cap_parts = n * 2;
        b->parts = mem_grow_array(b->parts, b->cap_parts * 2, sizeof *b->parts);
    }
    uint32_t *sym = b->parts, *made = b->parts + b->cap_parts;
    for (size_t i = 0; i < n; i++) {
        uint32_t id = v->byte_id[(unsigned char)s.p[i]];
        if (id == VOCAB_NONE)
            return 0;
        sym[i] = b->symbol[id];
    }
    for (size_t i = 0; i + 1 < n; i++)
        made[i] = made_by(b, sym[i], sym[i + 1]);
    for (;;) {
        size_t best = 0;
        for (size_t i = 1; i + 1 < n; i++)
            if (made[i] < made[best])
                best = i;
        if (n < 2 || made[best] == BPE_NONE)
            return n;
        sym[best] = made[best];
        n--;
        memmove(sym + best + 1, sym + best + 2, (n - best - 1) * sizeof *sym);
        memmove(made + best + 1, made + best + 2, (n - best - 1) * sizeof *made);
        if (best + 1 < n)
            made[best] = made_by(b, sym[best], sym[best + 1]);
        else
            made[best] = BPE_NONE;
        if (best)
            made[best - 1] = made_by(b, sym[best - 1], sym[best]);
    }
}

/* The other 13 values occur in no valid text, and GPT-NeoX has no tokens for them. */
static bool in_utf8(unsigned byte)
{
    return byte != 0xC0 && byte != 0xC1 && byte < 0xF5;
}

static bool begin(struct build *b, const struct vocab *v)
{
    uint64_t size = 1024;
    if (v->n_ids > BPE_MAX_SYMBOLS - 256)
        return false;
    for (unsigned i = 0; i < 256; i++)
        if (v->byte_id[i] == VOCAB_NONE && in_utf8(i))
            return false;
    while (size < (uint64_t)v->n_ids * 3)
        size *= 2;
    b->t = mem_zero(sizeof *b->t);
    b->t->pair_of_bytes = mem_alloc(65536 * sizeof(uint32_t));
    memset(b->t->pair_of_bytes, 0xFF, 65536 * sizeof(uint32_t));
    b->t->id = mem_array((size_t)v->n_ids + 256, sizeof(uint32_t));
    b->seen = mem_alloc(size * sizeof *b->seen);
    memset(b->seen, 0xFF, size * sizeof *b->seen);
    b->mask = size - 1;
    b->symbol = mem_alloc(v->n_ids * sizeof *b->symbol);
    memset(b->symbol, 0xFF, v->n_ids * sizeof *b->symbol);
    for (uint32_t i = 0; i < 256; i++) {
        if (v->byte_id[i] == VOCAB_NONE)
            continue;
        b->t->id[i] = v->byte_id[i];
        b->symbol[v->byte_id[i]] = i;
    }
    b->t->n = 256;
    return true;
}

/* parts[0], parts[1] make token id. */
static void add_pair(struct build *b, uint32_t id)
{
    uint32_t left = b->parts[0], right = b->parts[1], symbol = b->t->n++;
    uint64_t key = (uint64_t)left << 20 | right;
    b->seen[place_of(b, key)] = key << 24 | symbol;
    b->t->id[symbol] = id;
    b->symbol[id] = symbol;
    if (left < 256 && right < 256)
        b->t->pair_of_bytes[left << 8 | right] = symbol;
}

/* ---- displacements -------------------------------------------------------------------------- */

struct bucket { uint32_t n, at; uint32_t number; };

static int larger_first(const void *a, const void *b)
{
    const struct bucket *x = a, *y = b;
    if (x->n != y->n)
        return x->n > y->n ? -1 : 1;
    return x->number < y->number ? -1 : 1;
}

/* Puts a bucket's entries where all of them find free slots. */
static bool displace(struct bpe_table *t, const struct bucket *b, const uint64_t *entries)
{
    for (uint32_t d = 0; d < 65536; d++) {
        uint32_t i = 0;
        t->shift[b->number] = (uint16_t)d;
        for (; i < b->n; i++) {
            uint64_t e = entries[b->at + i];
            uint64_t slot = bpe_slot(t, (uint32_t)(e >> 44), (uint32_t)(e >> 24) & 0xFFFFF);
            if (t->slots[slot] != UINT64_MAX)
                break;
            t->slots[slot] = e;
        }
        if (i == b->n)
            return true;
        while (i-- > 0) {
            uint64_t e = entries[b->at + i];
            t->slots[bpe_slot(t, (uint32_t)(e >> 44), (uint32_t)(e >> 24) & 0xFFFFF)] = UINT64_MAX;
        }
    }
    return false;
}

static uint32_t bucket_of(const struct bpe_table *t, uint64_t e)
{
    uint64_t h = (e >> 24) * 0x9E3779B97F4A7C15u;
    h = (h ^ h >> 32) * 0xD6E8FEB86659FD93u;
    return (uint32_t)(h >> t->bucket_shift);
}

static bool place_all(struct bpe_table *t, const uint64_t *entries, size_t n, int bits)
{
    size_t n_buckets = (size_t)1 << (bits - 2);
    struct bucket *buckets = mem_array(n_buckets, sizeof *buckets);
    uint64_t *sorted = mem_alloc((n ? n : 1) * sizeof *sorted);
    uint32_t at = 0;
    bool ok = true;
    t->mask = ((uint64_t)1 << bits) - 1;
    t->bucket_shift = 64 - (bits - 2);
    t->slots = mem_alloc((t->mask + 1) * sizeof *t->slots);
    t->shift = mem_array(n_buckets, sizeof *t->shift);
    memset(t->slots, 0xFF, (t->mask + 1) * sizeof *t->slots);
    for (size_t i = 0; i < n; i++)
        buckets[bucket_of(t, entries[i])].n++;
    for (uint32_t i = 0; i < n_buckets; at += buckets[i].n, i++)
        buckets[i].at = at;
    for (uint32_t i = 0; i < n_buckets; i++)
        buckets[i].n = 0;
    for (size_t i = 0; i < n; i++) {
        struct bucket *b = &buckets[bucket_of(t, entries[i])];
        sorted[b->at + b->n++] = entries[i];
    }
    for (uint32_t i = 0; i < n_buckets; i++)
        buckets[i].number = i;
    qsort(buckets, n_buckets, sizeof *buckets, larger_first);
    for (size_t i = 0; ok && i < n_buckets && buckets[i].n; i++)
        ok = displace(t, &buckets[i], sorted);
    mem_free(buckets);
    mem_free(sorted);
    return ok;
}

void bpe_table_free(struct bpe_table *t)
{
    if (!t)
        return;
    mem_free(t->pair_of_bytes);
    mem_free(t->slots);
    mem_free(t->shift);
    mem_free(t->id);
    mem_free(t);
}

static struct bpe_table *end(struct build *b, bool complete, bool ordered)
{
    struct bpe_table *t = b->t;
    size_t n = 0;
    int bits = 10;
    mem_free(b->symbol);
    mem_free(b->parts);
    if (!ordered) {
        mem_free(b->seen);
        bpe_table_free(t);
        return NULL;
    }
    for (uint64_t i = 0; i <= b->mask; i++)
        if (b->seen[i] != UINT64_MAX)
            b->seen[n++] = b->seen[i];
    while (((uint64_t)1 << bits) * 4 < (uint64_t)n * 5)
        bits++;
    while (!place_all(t, b->seen, n, bits)) {
        mem_free(t->slots);
        mem_free(t->shift);
        bits++;
    }
    t->complete = complete;
    mem_free(b->seen);
    return t;
}

/* ---- sources of pairs ----------------------------------------------------------------------- */

struct bpe_table *bpe_table_of_ranks(const struct vocab *v)
{
    struct build b = {0};
    bool complete = true, ordered = true;
    if (!begin(&b, v))
        return NULL;
    for (int pass = 0; pass < 2; pass++) {      /* in the second, nothing must be new */
        for (uint32_t id = 0; id < v->n_ids; id++) {
            struct slice s = v->token[id];
            if (s.n < 2 || b.symbol[id] != BPE_NONE || vocab_find(v, s) != id)
                continue;
            bool made = reduce(&b, v, s) == 2;
            ordered = ordered && !(made && pass);
            if (made && !pass)
                add_pair(&b, id);
            complete = complete && made;
        }
    }
    return end(&b, complete, ordered);
}

static int by_rank(const void *a, const void *b)
{
    const struct vocab_pair *const *x = a, *const *y = b;
    return (*x)->rank < (*y)->rank ? -1 : (*x)->rank > (*y)->rank;
}

struct bpe_table *bpe_table_of_merges(const struct vocab *v)
{
    struct build b = {0};
    bool complete = true, ordered = true;
    size_t n = 0;
    if (!begin(&b, v))
        return NULL;
    const struct vocab_pair **list = mem_array(v->n_pairs ? v->n_pairs : 1, sizeof *list);
    for (uint64_t i = 0; i <= v->pairs_mask; i++)
        if (v->pairs[i].key != UINT64_MAX)
            list[n++] = &v->pairs[i];
    qsort(list, n, sizeof *list, by_rank);
    for (size_t i = 0; i < n; i++) {
        uint32_t left = b.symbol[list[i]->key >> 32], right = b.symbol[(uint32_t)list[i]->key];
        if (b.symbol[list[i]->id] != BPE_NONE || left == BPE_NONE || right == BPE_NONE)
            continue;
        if (reduce(&b, v, v->token[list[i]->id]) == 2 && b.parts[0] == left && b.parts[1] == right)
            add_pair(&b, list[i]->id);
    }
    for (size_t i = 0; i < n; i++) {            /* used before it was made? */
        uint32_t left = b.symbol[list[i]->key >> 32], right = b.symbol[(uint32_t)list[i]->key];
        uint32_t made = b.symbol[list[i]->id];
        if (left != BPE_NONE && right != BPE_NONE && (left >= made || right >= made))
            ordered = false;
        if (left != BPE_NONE && right != BPE_NONE && made == BPE_NONE)
            ordered = ordered && reduce(&b, v, v->token[list[i]->id]) != 2;
    }
    mem_free(list);
    for (uint32_t id = 0; id < v->n_ids; id++)
        if (v->token[id].n >= 2 && vocab_find(v, v->token[id]) == id && b.symbol[id] == BPE_NONE)
            complete = false;
    return end(&b, complete, ordered);
}
