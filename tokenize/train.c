/* The merge loop.
 * Each step is a walk over the places of one pair. Every new pair has the new token in it, so its
 * counts go to two arrays indexed by the neighbour, and the tables are asked once a neighbour and
 * not once a place. */
#include "tokenize/train.h"
#include <math.h>
#include <stdlib.h>
#include "core/mem.h"
#include "tokenize/load.h"
#include "tokenize/train_internal.h"

#define AHEAD 12                        /* places looked up in advance */
#define TIDY_EVERY 4096                 /* merges */

/* ---- words -------------------------------------------------------------------------------- */

static void number_bytes(struct trainer *t)
{
    uint32_t n = 0;
    for (uint32_t cp = 0; t->o.tie == TIE_HF && cp < 512; cp++)
        if (byte_level_byte(cp) >= 0)
            t->byte_id[byte_level_byte(cp)] = n++;
    for (uint32_t b = 0; t->o.tie != TIE_HF && b < 256; b++)
        t->byte_id[b] = b;
}

struct trainer *trainer_new(const struct train_opts *o)
{
    struct trainer *t = mem_zero(sizeof *t);
    t->o = *o;
    number_bytes(t);
    t->cap_symbols = 1 << 16;
    t->symbols = mem_array(t->cap_symbols, sizeof *t->symbols);
    t->symbols[t->n_symbols++] = SEP;
    return t;
}

static void side_free(struct side *s)
{
    mem_free(s->of);
    mem_free(s->seen);
    mem_free(s->places);
}

void trainer_free(struct trainer *t)
{
    if (!t)
        return;
    mem_free(t->symbols);
    mem_free(t->weights);
    mem_free(t->big);
    mem_free(t->length);
    mem_free(t->pairs);
    mem_free(t->places);
    mem_free(t->heap);
    side_free(&t->left);
    side_free(&t->right);
    mem_free(t);
}

int trainer_add(void *trainer, struct slice word, uint64_t count, struct err *e)
{
    struct trainer *t = trainer;
    for (size_t i = 0; count && i < word.n; i++)
        t->seen[(unsigned char)word.p[i]] = true;
    if (word.n < 2 || !count)
        return 0;                       /* holds no pair */
    if (t->n_symbols + word.n + 1 > (size_t)1 << 31)
        return err_set(e, ERR_NOMEM, "more than 2 GiB of distinct words");
    if (t->n_symbols + word.n + 1 > t->cap_symbols) {
        t->cap_symbols = (t->n_symbols + word.n + 1) * 3 / 2;
        t->symbols = mem_grow_array(t->symbols, t->cap_symbols, sizeof *t->symbols);
        mem_huge(t->symbols + t->n_symbols,
                 (t->cap_symbols - t->n_symbols) * sizeof *t->symbols);
    }
    if (t->n_words == t->cap_words) {
        t->cap_words = t->cap_words ? t->cap_words * 3 / 2 : 1 << 12;
        t->weights = mem_grow_array(t->weights, t->cap_words, sizeof *t->weights);
    }
    size_t start = t->n_symbols;
    for (size_t i = 0; i < word.n; i++)
        t->symbols[t->n_symbols++] = t->byte_id[(unsigned char)word.p[i]];
    t->symbols[t->n_symbols++] = SEP;
    t->weights[t->n_words++] = count < BIG ? (uint32_t)count : BIG;
    if (count >= BIG) {
        if (t->n_big == t->cap_big) {
            t->cap_big = t->cap_big ? t->cap_big * 2 : 16;
            t->big = mem_grow_array(t->big, t->cap_big, sizeof *t->big);
        }
        t->big[t->n_big++] = (struct big_word){(uint32_t)start, (uint32_t)t->n_symbols, count};
    }
    return 0;
}

unsigned trainer_unseen(const struct trainer *t)
{
    unsigned n = 0;
    for (unsigned b = 0; b < 256; b++)
        n += !t->seen[b];
    return n;
}

void trainer_want(struct trainer *t, uint32_t tokens)
{
    t->o.tokens = tokens;
}

uint64_t trainer_words(const struct trainer *t)
{
    return t->n_words;
}

/* ---- one merge ---------------------------------------------------------------------------- */

static inline void note(struct side *s, uint32_t neighbour, uint32_t at, struct place p,
                        uint64_t weight)
{
    struct side_count *c = &s->of[neighbour];
    if (!c->n++)
        s->seen[s->n_seen++] = neighbour;
    c->count += weight;
    s->places[s->n++] = (struct side_place){neighbour, at, p.weight};
}

static void side_room(struct side *s, size_t n)
{
    s->n = s->n_seen = 0;
    if (n <= s->cap)
        return;
    s->cap = n + n / 2;
    mem_free(s->places);
    s->places = mem_alloc(s->cap * sizeof *s->places);
}

/* Replaces the pair at its places and notes the neighbours. Returns the weight of places whose left
 * neighbour is the new token itself ("abab"): its right side was noted as if `left` were there. */
static uint64_t rewrite(struct trainer *t, const struct place *v, uint32_t n, uint32_t left,
                        uint32_t right, uint32_t made)
{
    uint32_t la = t->length[left], lb = t->length[right], *s = t->symbols;
    uint64_t twice = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (i + AHEAD < n)
            __builtin_prefetch(&s[v[i + AHEAD].at], 1);
        uint32_t at = v[i].at;
        if (s[at] != left || (s[at + la] & SYMBOL) != right)
            continue;
        uint32_t before = s[at - 1] & SYMBOL, behind = s[at + la + lb] & SYMBOL;
        uint64_t w = trainer_weight(t, v[i]);
        replace(t, at, la, lb, made);
        if (before != SEP) {
            note(&t->left, before, at - t->length[before], v[i], w);
            twice += before == made ? w : 0;
        }
        if (behind != SEP)
            note(&t->right, behind, at, v[i], w);
    }
    return twice;
}

static void lower(struct trainer *t, uint32_t left, uint32_t right, uint64_t weight)
{
    struct pair *p = pair_find(t, pair_key(left, right));
    if (p)
        p->count -= weight;
}

/* Keeps a new pair if it is frequent enough; its list is filled by fill_lists(). */
static void open_pair(struct trainer *t, uint32_t left, uint32_t right, struct side_count *c,
                      uint64_t weight)
{
    c->first = UINT64_MAX;
    if (weight < t->threshold || !allowed(t, left, right))
        return;
    struct pair *p = pair_make(t, pair_key(left, right));
    p->count = weight;
    p->n = c->n;
    p->first = c->first = places_reserve(t, c->n);
    heap_add(t, weight, p->key);
}

static void fill_lists(struct trainer *t, struct side *s)
{
    for (size_t i = 0; i < s->n; i++) {
        struct side_count *c = &s->of[s->places[i].neighbour];
        if (c->first != UINT64_MAX)
            t->places[c->first++] = (struct place){s->places[i].at, s->places[i].weight};
    }
    for (uint32_t i = 0; i < s->n_seen; i++)
        s->of[s->seen[i]] = (struct side_count){0, 0, 0};
}

static void merge_pair(struct trainer *t, uint32_t left, uint32_t right, uint32_t made,
                        uint64_t first, uint32_t n)
{
    side_room(&t->left, n);
    side_room(&t->right, n);
    uint64_t twice = rewrite(t, t->places + first, n, left, right, made);
    for (uint32_t i = 0; i < t->left.n_seen; i++) {
        uint32_t before = t->left.seen[i];
        struct side_count *c = &t->left.of[before];
        if (i + 4 < t->left.n_seen)
            __builtin_prefetch(&t->pairs[pair_slot(t, pair_key(t->left.seen[i + 4], left))]);
        if (before != made)
            lower(t, before, left, c->count);
        open_pair(t, before, made, c, c->count);
    }
    fill_lists(t, &t->left);
    for (uint32_t i = 0; i < t->right.n_seen; i++) {
        uint32_t behind = t->right.seen[i];
        struct side_count *c = &t->right.of[behind];
        if (i + 4 < t->right.n_seen)
            __builtin_prefetch(&t->pairs[pair_slot(t, pair_key(right, t->right.seen[i + 4]))]);
        lower(t, right, behind, c->count);
        open_pair(t, made, behind, c, behind == left ? c->count - twice : c->count);
    }
    fill_lists(t, &t->right);
}

/* ---- the loop ----------------------------------------------------------------------------- */

/* The best pair whose count is true; false when none reaches the threshold. */
static bool next_best(struct trainer *t, struct candidate *best, struct pair **pair)
{
    while (t->n_heap) {
        *best = t->heap[0];
        *pair = pair_find(t, best->key);
        if (best->count < t->threshold)
            return false;
        if ((*pair)->count == best->count) {
            heap_pop(t);
            return true;
        }
        if ((*pair)->count < t->threshold)
            heap_pop(t);
        else
            heap_lower(t, (*pair)->count);
    }
    return false;
}

static int record(struct trainer *t, uint32_t left, uint32_t right, uint64_t count,
                  struct buf *text, struct err *e)
{
    struct trained *out = t->out;
    uint32_t made = out->vocab.n_ids;
    buf_clear(text);
    buf_add_slice(text, out->vocab.token[left]);
    buf_add_slice(text, out->vocab.token[right]);
    if (vocab_find(&out->vocab, buf_slice(text)) != VOCAB_NONE)
        return err_set(e, ERR_BUG, "a token was trained twice");
    if (!(out->n & (out->n - 1)))       /* a power of two is full */
        out->merges = mem_grow_array(out->merges, out->n ? out->n * 2 : 1, sizeof *out->merges);
    out->merges[out->n++] = (struct merge){left, right, made, count};
    t->length[made] = (uint32_t)text->n;
    return vocab_add(&out->vocab, made, buf_slice(text), true, e);
}

static int merge_best(struct trainer *t, struct candidate best, struct pair *p,
                      struct buf *text, struct err *e)
{
    uint32_t left = (uint32_t)(p->key >> 24), right = (uint32_t)p->key & 0xFFFFFF, n = p->n;
    p->n = 0;                           /* its places are used up */
    if (record(t, left, right, best.count, text, e) < 0)
        return -1;
    merge_pair(t, left, right, t->out->vocab.n_ids - 1, p->first, n);
    return 0;
}

/* From measurements: the best count falls about as (tokens / wanted)^1.65. */
static uint64_t next_threshold(const struct trainer *t)
{
    double share = (double)t->out->vocab.n_ids / t->o.tokens;
    uint64_t next = (uint64_t)((double)t->threshold * pow(share, 1.65) * 0.6);
    return next < t->threshold / 4 ? next : t->threshold / 4;
}

static uint64_t least_count(const struct trainer *t)
{
    return t->o.min_frequency > 1 ? t->o.min_frequency : 1;
}

/* A merge of an earlier run: made whatever its count is here, even if the pair is not here. */
static int merge_given(struct trainer *t, const struct spelled_merge *m, struct buf *text,
                       struct err *e)
{
    uint32_t left = vocab_find(&t->out->vocab, m->left);
    uint32_t right = vocab_find(&t->out->vocab, m->right);
    if (left == VOCAB_NONE || right == VOCAB_NONE)
        return err_set(e, ERR_DATA, "a merge of the earlier run uses a token that it has not made");
    struct pair *p = pair_find(t, pair_key(left, right));
    while (!p && t->threshold > least_count(t)) {
        if (stage_again(t, next_threshold(t), e) < 0)
            return -1;
        p = pair_find(t, pair_key(left, right));
    }
    if (!p)
        return record(t, left, right, 0, text, e);
    if (merge_best(t, (struct candidate){p->count, p->key}, p, text, e) < 0)
        return -1;
    pair_find(t, pair_key(left, right))->count = 0;     /* the heap still holds it */
    return 0;
}

static bool vetoed(struct trainer *t, const struct pair *p, struct buf *text)
{
    const struct vocab *v = &t->out->vocab;
    if (!t->o.veto)
        return false;
    buf_clear(text);
    buf_add_slice(text, v->token[p->key >> 24]);
    buf_add_slice(text, v->token[p->key & 0xFFFFFF]);
    return t->o.veto(t->o.veto_arg, buf_slice(text));
}

static void report(struct trainer *t, train_progress tell, void *arg)
{
    if (t->out->n % TIDY_EVERY)
        return;
    places_tidy(t);
    if (tell)
        tell(arg, t->out, t->o.tokens);
}

static int loop(struct trainer *t, train_progress tell, void *arg, struct err *e)
{
    struct candidate best;
    struct pair *p;
    struct buf text;
    int rc = 0;
    buf_init(&text, BUF_NO_LIMIT);
    for (size_t i = 0; rc == 0 && i < t->o.n_given && t->out->vocab.n_ids < t->o.tokens; i++) {
        rc = merge_given(t, &t->o.given[i], &text, e);
        report(t, tell, arg);
    }
    while (rc == 0 && t->out->vocab.n_ids < t->o.tokens) {
        if (!next_best(t, &best, &p)) {
            if (t->threshold <= least_count(t))
                break;
            rc = stage_again(t, next_threshold(t), e);
            continue;
        }
        if (best.count < least_count(t))
            break;
        if (vetoed(t, p, &text))
            continue;                   /* it left the heap and does not come back */
        rc = merge_best(t, best, p, &text, e);
        report(t, tell, arg);
    }
    buf_free(&text);
    return rc;
}

static void side_init(struct side *s, uint32_t tokens)
{
    s->of = mem_array(tokens, sizeof *s->of);
    s->seen = mem_array(tokens, sizeof *s->seen);
}

int trainer_run(struct trainer *t, train_progress tell, void *arg, struct trained *out,
                struct err *e)
{
    *out = (struct trained){.n = 0};
    memcpy(out->seen, t->seen, sizeof out->seen);
    vocab_init(&out->vocab);
    t->out = out;
    t->length = mem_array(t->o.tokens, sizeof *t->length);
    side_init(&t->left, t->o.tokens);
    side_init(&t->right, t->o.tokens);
    for (unsigned b = 0; b < 256; b++) {
        char c = (char)b;
        t->length[t->byte_id[b]] = 1;
        if (vocab_add(&out->vocab, t->byte_id[b], slice_of(&c, 1), true, e) < 0)
            return -1;
    }
    if (stage_first(t, e) < 0 || loop(t, tell, arg, e) < 0)
        return -1;
    vocab_finish(&out->vocab);
    return 0;
}

void trained_free(struct trained *t)
{
    vocab_free(&t->vocab);
    mem_free(t->merges);
}
