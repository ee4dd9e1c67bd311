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
    struct long_piece *l = &p->longs[p->n_longs++];
    p->key[k][0] = p->key[k][1] = 0;
    p->line[k] = p->elsewhere;
    l->text = piece;
    if (piece.n > CACHE_TEXT)
        return;
    long_key(&p->cache, piece, &l->key);
    __builtin_prefetch(&p->cache.longs[l->key.place]);
    __builtin_prefetch(&p->cache.longs[l->key.place + 1]);
}

static inline void stage_at(struct pieces *p, size_t k, uint64_t hash)
{
    p->line[k] = word_line(&p->cache, hash);
    __builtin_prefetch(p->line[k]);
}

static void stage_any(struct pieces *p, struct slice text, size_t at, const uint32_t *ends,
                      size_t n)
{
    for (size_t k = p->n, end = k + n; k < end; at = *ends++, k++) {
        size_t len = *ends - at;
        if (__builtin_expect(len > CACHE_WORD, 0)) {
            stage_long(p, k, slice_of(text.p + at, len));
            continue;
        }
        word_key(text.p + at, len, text.p + text.n, p->key[k]);
        stage_at(p, k, word_hash(p->key[k]));
    }
}

#if defined __x86_64__
/* The hash is a CRC. */
__attribute__((target("avx2,bmi,bmi2,sse4.2"))) static void
stage_avx2(struct pieces *p, struct slice text, size_t at, const uint32_t *ends, size_t n)
{
    for (size_t k = p->n, end = k + n; k < end; at = *ends++, k++) {
        size_t len = *ends - at;
        uint64_t *key = p->key[k];
        if (__builtin_expect(len > CACHE_WORD, 0)) {
            stage_long(p, k, slice_of(text.p + at, len));
            continue;
        }
        word_key(text.p + at, len, text.p + text.n, key);
        stage_at(p, k, _mm_crc32_u64(_mm_crc32_u64(0x9E3779B9, key[0]), key[1]));
    }
}
#endif

stage_fn *pieces_stage(int i)
{
#if defined __x86_64__
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") &&
        __builtin_cpu_supports("sse4.2") && i-- == 0)
        return stage_avx2;
#endif
    return i == 0 ? stage_any : NULL;
}

/* ---- probe ---------------------------------------------------------------------------------- */

static void probe(struct pieces *p)
{
    size_t missed = 0;
    for (size_t k = 0; k < p->n; k++) {
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

static void probe_longs(struct pieces *p)
{
    for (size_t i = 0; i < p->n_longs; i++) {
        struct long_piece *l = &p->longs[i];
        l->ids = NULL;
        if (l->text.n <= CACHE_TEXT)
            l->ids = word_cache_long(&p->cache, l->text, &l->key, &l->n);
        l->known = l->ids != NULL;
    }
}

/* ---- merge ---------------------------------------------------------------------------------- */

static void add_word(struct pieces *p, const uint64_t *key, uint32_t n)
{
    struct bpe_word *w = &p->words[p->n_words++];
    w->bytes = (const unsigned char *)key;
    w->n = n;
}

/* Vocabularies with tokens that merging does not make, when whole pieces are looked up first. */
static void find_whole(struct pieces *p)
{
    for (size_t i = 0; i < p->n_words; i++) {
        struct bpe_word *w = &p->words[i];
        uint32_t id = vocab_find(&p->t->vocab, slice_of((const char *)w->bytes, w->n));
        if (id != VOCAB_NONE) {
            w->ids[0] = id;
            w->n_ids = 1;
        }
    }
}

/* All that was not found and fits a bpe_word. */
static void merge(struct pieces *p)
{
    p->n_words = 0;
    for (size_t i = 0; i < p->n_missed; i++) {
        const uint64_t *key = p->key[p->missed_at[i]];
        add_word(p, key, (uint32_t)(((const unsigned char *)key)[CACHE_WORD]));
    }
    for (size_t i = 0; i < p->n_longs; i++)
        if (!p->longs[i].ids && p->longs[i].text.n <= CACHE_LONG_WORD)
            add_word(p, p->longs[i].key.key, (uint32_t)p->longs[i].text.n);
    if (!p->n_words)
        return;
    bpe_merge_words(p->table, p->words, p->n_words);
    if (p->t->whole_piece && !p->table->complete)
        find_whole(p);
}

/* Makes what was merged look like what was found. */
static void hand_out(struct pieces *p)
{
    for (size_t i = 0; i < p->n_missed; i++) {
        size_t k = p->missed_at[i];
        struct cached *m = &p->missed[i];
        const struct bpe_word *w = &p->words[i];
        memcpy(m->key, p->key[k], sizeof m->key);
        memcpy(m->ids, w->ids, sizeof m->ids);
        m->ids[0] |= w->n_ids << CACHE_COUNT_SHIFT;
        p->found[k] = m;
    }
    const struct bpe_word *w = p->words + p->n_missed;
    for (size_t i = 0; i < p->n_longs; i++) {
        if (p->longs[i].ids || p->longs[i].text.n > CACHE_LONG_WORD)
            continue;
        p->longs[i].ids = w->ids;
        p->longs[i].n = w->n_ids;
        w++;
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

static uint32_t *put_ids(uint32_t *out, const uint32_t *ids, uint32_t n)
{
    memcpy(out, ids, n * sizeof *ids);
    return out + n;
}

static uint32_t *emit_long(struct pieces *p, struct long_piece *l, uint32_t *out)
{
    if (l->ids)
        return put_ids(out, l->ids, l->n);
    l->ids = out;                       /* they stay there until keep() */
    out = merge_one(p, l->text, out);
    l->n = (uint32_t)(out - l->ids);
    return out;
}

/* A piece whose ids do not lie in its entry. */
static uint32_t *emit_elsewhere(struct pieces *p, size_t k, uint32_t *out)
{
    const struct cached *found = p->found[k];
    uint32_t n = found->ids[0] >> CACHE_COUNT_SHIFT;
    if (!n)
        return emit_long(p, &p->longs[p->n_longs++], out);
    if (found >= p->missed && found < p->missed + BATCH)
        return put_ids(out, p->words[found - p->missed].ids, n);
    const uint32_t *ids = word_ring(&p->cache, found->ids + 1);
    const char *bytes = (const char *)p->key[k];
    return ids ? put_ids(out, ids, n)
               : merge_one(p, slice_of(bytes, (unsigned char)bytes[CACHE_WORD]), out);
}

static uint32_t *emit(struct pieces *p, size_t from, size_t to, uint32_t *out)
{
    for (size_t k = from; k < to; k++) {
        const struct cached *c = p->found[k];
        uint32_t count = c->ids[0] >> CACHE_COUNT_SHIFT;
        if (__builtin_expect(count - 1 >= CACHE_IDS, 0)) {
            out = emit_elsewhere(p, k, out);
            continue;
        }
        memcpy(out, c->ids, sizeof c->ids);
        out[0] &= CACHE_ID_MASK;
        out += count;
    }
    return out;
}

static uint32_t *emit_all(struct pieces *p, uint32_t *out)
{
    const uint32_t *start = out;
    size_t done = 0;
    p->n_longs = 0;
    for (size_t i = 0; i < p->n_marks; i++) {
        out = emit(p, done, p->marks[i].piece, out);
        done = p->marks[i].piece;
        p->marks[i].ids = (size_t)(out - start);
    }
    return emit(p, done, p->n, out);
}

/* Puts what was merged into the cache. */
static void keep(struct pieces *p)
{
    for (size_t i = 0; i < p->n_missed; i++) {
        struct cached *line = p->line[p->missed_at[i]], *m = &p->missed[i];
        if (line[0].key[0] == m->key[0] && line[0].key[1] == m->key[1])
            continue;                   /* met twice in the batch */
        word_cache_fill(&p->cache, m, p->words[i].ids, p->words[i].n_ids);
        word_cache_add(&p->cache, line, m);
    }
    for (size_t i = 0; i < p->n_longs; i++) {
        const struct long_piece *l = &p->longs[i];
        if (!l->known && l->text.n <= CACHE_TEXT)
            word_cache_add_long(&p->cache, l->text, &l->key, l->ids, l->n);
    }
}

static inline void begin(struct pieces *p)
{
    if (p->pending)
        return;
    p->n = p->n_marks = p->n_longs = p->bytes = 0;
    p->pending = true;
}

void pieces_add(struct pieces *p, struct slice text, size_t at, const uint32_t *ends, size_t n)
{
    begin(p);
    p->stage(p, text, at, ends, n);
    p->n += n;
    p->bytes += ends[n - 1] - at;
}

void pieces_mark(struct pieces *p)
{
    begin(p);
    p->marks[p->n_marks++].piece = p->n;
}

uint32_t *pieces_flush(struct pieces *p, uint32_t *out)
{
    probe(p);
    if (p->n_missed)
        probe_beside(p);
    if (p->n_longs)
        probe_longs(p);
    if (p->n_missed | p->n_longs) {
        merge(p);
        hand_out(p);
    }
    out = emit_all(p, out);
    if (p->n_missed | p->n_longs)
        keep(p);
    p->pending = false;
    return out;
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
            if (n)
                pieces_add(p, slice_of(text, at), 0, ends, n);
            pieces_flush(p, out);
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
    p->stage = pieces_stage(0);
    p->n = p->n_marks = p->n_longs = p->bytes = 0;
    p->pending = false;
    memset(p->elsewhere, 0, sizeof p->elsewhere);
    word_cache_init(&p->cache);
    seed(p);
}
