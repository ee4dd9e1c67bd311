/* The batch from pieces to ids. */
#include "tokenize/pieces.h"
#include "core/mem.h"
#if defined __x86_64__
#include <immintrin.h>
#endif

void pieces_free(struct pieces *p)
{
    word_cache_free(&p->cache);
    merger_free(&p->merger);
}

/* ---- stage ---------------------------------------------------------------------------------- */

static void stage_long(struct pieces *p, size_t k, struct slice piece)
{
    p->key[k][0] = p->key[k][1] = 0;
    p->line[k] = p->elsewhere;
    if (piece.n > CACHE_TEXT)
        return;
    struct long_key *key = &p->longs[p->n_longs++];
    long_key(&p->cache, piece, key);
    __builtin_prefetch(&p->cache.longs[key->place]);
    __builtin_prefetch(&p->cache.longs[key->place + 1]);
}

static inline void stage_at(struct pieces *p, size_t k, uint64_t hash)
{
    p->line[k] = word_line(&p->cache, hash);
    __builtin_prefetch(p->line[k]);
}

static void stage_any(struct pieces *p, struct slice text, size_t at, const uint32_t *ends,
                      size_t n)
{
    for (size_t k = 0; k < n; at = ends[k++]) {
        size_t len = ends[k] - at;
        if (__builtin_expect(len > CACHE_WORD, 0)) {
            stage_long(p, k, slice_of(text.p + at, len));
            continue;
        }
        word_key(text.p + at, len, text.p + text.n, p->key[k]);
        stage_at(p, k, word_hash(p->key[k]));
    }
}

#if defined __x86_64__
/* The same keys; the hash is a CRC. 16 bytes are read at once and cut by a row of `ones`. */
__attribute__((target("avx2,bmi,bmi2,sse4.2"))) static void
stage_avx2(struct pieces *p, struct slice text, size_t at, const uint32_t *ends, size_t n)
{
    static const uint8_t ones[32] = {[0] = 255, 255, 255, 255, 255, 255, 255, 255,
                                     255, 255, 255, 255, 255, 255, 255, 255};
    for (size_t k = 0; k < n; at = ends[k++]) {
        size_t len = ends[k] - at;
        uint64_t *key = p->key[k];
        if (__builtin_expect(len > CACHE_WORD, 0)) {
            stage_long(p, k, slice_of(text.p + at, len));
            continue;
        }
        if (__builtin_expect(text.n - at >= 16, 1)) {
            const __m128i keep = _mm_loadu_si128((const void *)(ones + 16 - len));
            const __m128i v = _mm_and_si128(_mm_loadu_si128((const void *)(text.p + at)), keep);
            key[0] = (uint64_t)_mm_cvtsi128_si64(v);
            key[1] = (uint64_t)_mm_extract_epi64(v, 1) | (uint64_t)len << 56;
        } else {
            word_key(text.p + at, len, text.p + text.n, key);
        }
        stage_at(p, k, _mm_crc32_u64(_mm_crc32_u64(0x9E3779B9, key[0]), key[1]));
    }
}
#endif

static stage_fn *stage_for_this_machine(void)
{
#if defined __x86_64__
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") &&
        __builtin_cpu_supports("sse4.2"))
        return stage_avx2;
#endif
    return stage_any;
}

/* ---- probe ---------------------------------------------------------------------------------- */

static void probe(struct pieces *p, size_t n)
{
    size_t missed = 0;
    for (size_t k = 0; k < n; k++) {
        const struct cached *c = p->line[k];
        const uint64_t *key = p->key[k];
        uint64_t other0 = (c[0].key[0] ^ key[0]) | (c[0].key[1] ^ key[1]);
        uint64_t other1 = (c[1].key[0] ^ key[0]) | (c[1].key[1] ^ key[1]);
        size_t second = other0 != 0;
        p->found[k] = c + second;
        p->missed_at[missed] = (uint32_t)k;
        missed += second & (other1 != 0);
    }
    p->n_missed = missed;
}

/* Takes from the list what lies in the line beside. */
static void probe_beside(struct pieces *p)
{
    size_t missed = 0;
    for (size_t i = 0; i < p->n_missed; i++)
        __builtin_prefetch(word_line_beside(&p->cache, p->line[p->missed_at[i]]));
    for (size_t i = 0; i < p->n_missed; i++) {
        size_t k = p->missed_at[i];
        const struct cached *c = word_line_beside(&p->cache, p->line[k]);
        const uint64_t *key = p->key[k];
        if (c[0].key[0] == key[0] && c[0].key[1] == key[1])
            p->found[k] = c;
        else if (c[1].key[0] == key[0] && c[1].key[1] == key[1])
            p->found[k] = c + 1;
        else
            p->missed_at[missed++] = (uint32_t)k;
    }
    p->n_missed = missed;
}

/* ---- merge ---------------------------------------------------------------------------------- */

/* Vocabularies with tokens that merging does not make, when whole pieces are looked up first. */
static void find_whole(struct pieces *p)
{
    for (size_t i = 0; i < p->n_missed; i++) {
        struct bpe_word *w = &p->words[i];
        uint32_t id = vocab_find(&p->t->vocab, slice_of((const char *)w->bytes, w->n));
        if (id != VOCAB_NONE) {
            w->ids[0] = id;
            w->n_ids = 1;
        }
    }
}

static void merge(struct pieces *p)
{
    for (size_t i = 0; i < p->n_missed; i++) {
        size_t k = p->missed_at[i];
        p->words[i].bytes = (const unsigned char *)p->key[k];
        p->words[i].n = p->words[i].bytes[CACHE_WORD];
    }
    bpe_merge_words(p->table, p->words, p->n_missed);
    if (p->t->whole_piece && !p->table->complete)
        find_whole(p);
    for (size_t i = 0; i < p->n_missed; i++) {
        size_t k = p->missed_at[i];
        struct cached *m = &p->missed[i];
        m->key[0] = p->key[k][0];
        m->key[1] = p->key[k][1];
        word_cache_fill(&p->cache, m, p->words[i].ids, p->words[i].n_ids);
        p->found[k] = m;
    }
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
    const struct long_key *key = &p->longs[p->n_longs];
    uint32_t n;
    if (piece.n > CACHE_TEXT)
        return merge_one(p, piece, out);
    p->n_longs++;
    const uint32_t *ids = word_cache_long(&p->cache, piece, key, &n);
    if (ids) {
        memcpy(out, ids, n * sizeof *ids);
        return out + n;
    }
    uint32_t *end = merge_one(p, piece, out);
    word_cache_add_long(&p->cache, piece, key, out, (uint32_t)(end - out));
    return end;
}

/* A piece whose ids do not lie in its entry. */
static uint32_t *emit_elsewhere(struct pieces *p, const struct cached *found, struct slice piece,
                                uint32_t *out)
{
    uint32_t n = found->ids[0] >> CACHE_COUNT_SHIFT;
    if (!n)
        return emit_long(p, piece, out);
    const uint32_t *ids = word_ring(&p->cache, found->ids + 1);
    if (!ids)
        return merge_one(p, piece, out);
    memcpy(out, ids, n * sizeof *ids);
    return out + n;
}

static uint32_t *emit(struct pieces *p, struct slice text, size_t at, const uint32_t *ends,
                      size_t n, uint32_t *out)
{
    for (size_t k = 0; k < n; at = ends[k++]) {
        const struct cached *c = p->found[k];
        uint32_t count = c->ids[0] >> CACHE_COUNT_SHIFT;
        if (__builtin_expect(count - 1 >= CACHE_IDS, 0)) {
            out = emit_elsewhere(p, c, slice_of(text.p + at, ends[k] - at), out);
            continue;
        }
        memcpy(out, c->ids, sizeof c->ids);
        out[0] &= CACHE_ID_MASK;
        out += count;
    }
    for (size_t i = 0; i < p->n_missed; i++) {
        struct cached *line = p->line[p->missed_at[i]];
        if (line[0].key[0] != p->missed[i].key[0] || line[0].key[1] != p->missed[i].key[1])
            word_cache_add(&p->cache, line, &p->missed[i]);     /* else met twice in the batch */
    }
    return out;
}

uint32_t *pieces_encode(struct pieces *p, struct slice text, size_t at, const uint32_t *ends,
                        size_t n, uint32_t *out)
{
    p->n_longs = 0;
    p->stage(p, text, at, ends, n);
    probe(p, n);
    if (p->n_missed)
        probe_beside(p);
    if (p->n_missed)
        merge(p);
    p->n_longs = 0;
    return emit(p, text, at, ends, n, out);
}

/* ---- opening -------------------------------------------------------------------------------- */

/* The vocabulary's own words are the most likely ones to come: they are encoded as a text of
 * pieces. */
static void seed(struct pieces *p)
{
    const struct vocab *v = &p->t->vocab;
    uint32_t *out = mem_alloc((BATCH * CACHE_LONG_WORD + 16) * sizeof *out), ends[BATCH];
    char *text = mem_alloc(BATCH * CACHE_LONG_WORD);
    size_t n = 0, at = 0;
    for (uint32_t id = 0; id < v->n_ids; id++) {
        struct slice s = v->token[id];
        if (s.n >= 1 && s.n <= CACHE_LONG_WORD && vocab_find(v, s) == id) {
            memcpy(text + at, s.p, s.n);
            ends[n++] = (uint32_t)(at += s.n);
        }
        if (n == BATCH || id + 1 == v->n_ids) {
            pieces_encode(p, slice_of(text, at), 0, ends, n, out);
            n = at = 0;
        }
    }
    mem_free(text);
    mem_free(out);
}

void pieces_init(struct pieces *p, const struct tokenizer *t)
{
    p->t = t;
    p->table = t->table;
    p->cuts = t->whole_piece && !t->table->complete ? NULL : t->cuts;
    p->stage = stage_for_this_machine();
    memset(p->elsewhere, 0, sizeof p->elsewhere);
    word_cache_init(&p->cache);
    seed(p);
}
