/* The batch from pieces to ids. */
#include "tokenize/pieces.h"
#include "core/mem.h"

void pieces_free(struct pieces *p)
{
    word_cache_free(&p->cache);
    merger_free(&p->merger);
}

/* ---- stage ---------------------------------------------------------------------------------- */

static inline void add_item(struct pieces *p, struct slice text, size_t at, size_t n)
{
    struct item *i = &p->items[p->n++];
    i->at = (uint32_t)at;
    i->n = (uint32_t)n;
    if (__builtin_expect(n > CACHE_WORD, 0)) {
        i->key[1] = 0;
        return;
    }
    word_key(text.p + at, n, text.p + text.n, i->key);
    i->u.hash = word_hash(i->key);
    __builtin_prefetch(word_line(&p->cache, i->u.hash));
}

/* A byte of 0x80 or more among the n, by eights. */
static inline bool has_high(const char *p, size_t n)
{
    uint64_t all = 0, x;
    for (; n >= 8; p += 8, n -= 8) {
        memcpy(&x, p, 8);
        all |= x;
    }
    for (; n; n--)
        all |= (unsigned char)*p++;
    return all & 0x8080808080808080u;
}

/* Whether the item just added holds bytes beyond ASCII. A key's last byte, the length, is small. */
static inline bool item_has_high(const struct pieces *p, struct slice text)
{
    const struct item *i = &p->items[p->n - 1];
    if (__builtin_expect(i->key[1] != 0, 1))
        return (i->key[0] | i->key[1]) & 0x8080808080808080u;
    return has_high(text.p + i->at, i->n);
}

/* ---- probe ---------------------------------------------------------------------------------- */

static inline void miss(struct pieces *p, size_t k)
{
    struct item *i = &p->items[k];
    struct bpe_word *w = &p->missed[p->n_missed];
    p->missed_item[p->n_missed++] = (uint32_t)k;
    w->bytes = (const unsigned char *)i->key;
    w->n = i->n;
    i->u.found = NULL;
}

static void probe(struct pieces *p)
{
    p->n_missed = 0;
    for (size_t k = 0; k < p->n; k++) {
        struct item *i = &p->items[k];
        if (__builtin_expect(!i->key[1], 0))
            continue;
        const struct cached *c = word_line(&p->cache, i->u.hash);
        uint64_t other0 = (c[0].key[0] ^ i->key[0]) | (c[0].key[1] ^ i->key[1]);
        uint64_t other1 = (c[1].key[0] ^ i->key[0]) | (c[1].key[1] ^ i->key[1]);
        i->u.found = c + (other0 != 0);
        if (__builtin_expect(other0 && other1, 0))
            miss(p, k);
        else if (__builtin_expect(i->u.found->ids[0] >> CACHE_COUNT_SHIFT > CACHE_IDS, 0) &&
                 !word_ring(&p->cache, i->u.found))
            miss(p, k);
    }
}

/* ---- merge ---------------------------------------------------------------------------------- */

/* Vocabularies with tokens that merging does not make, when whole pieces are looked up first. */
static void find_whole(struct pieces *p)
{
    for (size_t k = 0; k < p->n_missed; k++) {
        struct bpe_word *w = &p->missed[k];
        uint32_t id = vocab_find(&p->t->vocab, slice_of((const char *)w->bytes, w->n));
        if (id != VOCAB_NONE) {
            w->ids[0] = id;
            w->n_ids = 1;
        }
    }
}

static void merge(struct pieces *p)
{
    bpe_merge_words(p->table, p->missed, p->n_missed);
    if (p->t->whole_piece && !p->table->complete)
        find_whole(p);
}

static uint32_t *merge_one(struct pieces *p, struct slice piece, uint32_t *out)
{
    if (p->t->whole_piece && !p->table->complete) {
        uint32_t id = vocab_find(&p->t->vocab, piece);
        if (id != VOCAB_NONE) {
            *out = id;
            return out + 1;
        }
    }
    return out + bpe_merge(p->table, &p->merger, piece, out);
}

/* ---- emit ----------------------------------------------------------------------------------- */

static uint32_t *emit_long(struct pieces *p, struct slice piece, uint32_t *out)
{
    uint64_t key[4];
    if (piece.n > CACHE_LONG_WORD)
        return merge_one(p, piece, out);
    struct cached_long *c = word_cache_long(&p->cache, piece, key);
    if (c->n && !memcmp(c->key, key, sizeof key)) {
        memcpy(out, c->ids, sizeof c->ids);
        return out + c->n;
    }
    uint32_t *end = merge_one(p, piece, out);
    if (end - out <= CACHE_LONG_IDS) {
        memcpy(c->key, key, sizeof key);
        memcpy(c->ids, out, (size_t)(end - out) * sizeof *out);
        c->n = (uint32_t)(end - out);
    }
    return end;
}

static uint32_t *emit(struct pieces *p, struct slice text, uint32_t *out)
{
    size_t missed = 0;
    for (size_t k = 0; k < p->n; k++) {
        const struct item *i = &p->items[k];
        if (__builtin_expect(!i->key[1], 0)) {
            out = emit_long(p, slice_of(text.p + i->at, i->n), out);
            continue;
        }
        if (__builtin_expect(!i->u.found, 0)) {
            const struct bpe_word *w = &p->missed[missed++];
            memcpy(out, w->ids, w->n_ids * sizeof *out);
            out += w->n_ids;
            continue;
        }
        const struct cached *c = i->u.found;
        uint32_t n = c->ids[0] >> CACHE_COUNT_SHIFT;
        memcpy(out, c->ids, sizeof c->ids);
        out[0] &= CACHE_ID_MASK;
        if (__builtin_expect(n > CACHE_IDS, 0))
            memcpy(out, word_ring(&p->cache, c), n * sizeof *out);
        out += n;
    }
    for (size_t k = 0; k < p->n_missed; k++) {
        const struct bpe_word *w = &p->missed[k];
        word_cache_add(&p->cache, p->items[p->missed_item[k]].key, w->ids, w->n_ids);
    }
    return out;
}

static uint32_t *flush(struct pieces *p, struct slice text, uint32_t *out)
{
    probe(p);
    if (p->n_missed)
        merge(p);
    out = emit(p, text, out);
    p->n = 0;
    return out;
}

/* A piece in the parts that its cuts allow. */
static uint32_t *add_parts(struct pieces *p, struct slice text, size_t at, size_t end,
                           uint32_t *out)
{
    while (at < end) {
        size_t next = cuts_next(p->cuts, text, at, end);
        if (p->n == BATCH)
            out = flush(p, text, out);
        add_item(p, text, at, next - at);
        at = next;
    }
    return out;
}

uint32_t *pieces_encode(struct pieces *p, struct slice text, size_t at, const uint32_t *ends,
                        size_t n, uint32_t *out)
{
    for (size_t k = 0; k < n; at = ends[k++]) {
        size_t len = ends[k] - at;
        if (__builtin_expect(p->n == BATCH, 0))
            out = flush(p, text, out);
        add_item(p, text, at, len);
        if (p->cuts && item_has_high(p, text) && cuts_worth(slice_of(text.p + at, len))) {
            p->n--;
            out = add_parts(p, text, at, ends[k], out);
        }
    }
    return flush(p, text, out);
}

/* ---- opening -------------------------------------------------------------------------------- */

/* The vocabulary's own words are the most likely ones to come. */
static void seed(struct pieces *p)
{
    const struct vocab *v = &p->t->vocab;
    uint32_t *out = mem_alloc((BATCH * CACHE_WORD + 16) * sizeof *out);
    for (uint32_t id = 0; id < v->n_ids; id++) {
        struct slice s = v->token[id];
        if (s.n < 1 || s.n > CACHE_WORD || vocab_find(v, s) != id)
            continue;
        add_item(p, s, 0, s.n);
        if (p->n == BATCH)
            flush(p, (struct slice){NULL, 0}, out);
    }
    flush(p, (struct slice){NULL, 0}, out);
    mem_free(out);
}

void pieces_init(struct pieces *p, const struct tokenizer *t)
{
    p->t = t;
    p->table = t->table;
    p->cuts = t->whole_piece && !t->table->complete ? NULL : t->cuts;
    word_cache_init(&p->cache);
    seed(p);
}
