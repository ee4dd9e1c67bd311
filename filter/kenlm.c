/* Scoring, the same over hash tables and tries. */
#include "filter/kenlm.h"
#include <math.h>
#include "core/mem.h"
#include "filter/kenlm_internal.h"

/* ---- words -------------------------------------------------------------------------------- */

uint64_t kl_hash(struct slice word)
{
    const uint64_t m = 0xc6a4a7935bd1e995u;
    uint64_t h = word.n * m;
    size_t i = 0;
    for (; i + 8 <= word.n; i += 8) {
        uint64_t v = kl_u64(word.p + i) * m;
        h = (h ^ (v ^ v >> 47) * m) * m;
    }
    if (i < word.n) {
        uint64_t rest = 0;
        memcpy(&rest, word.p + i, word.n - i);
        h = (h ^ rest) * m;
    }
    h = (h ^ h >> 47) * m;
    return h ^ h >> 47;
}

bool kl_is_unknown(struct slice word)
{
    return slice_eq(word, SLICE("<unk>")) || slice_eq(word, SLICE("<UNK>"));
}

uint64_t kl_buckets(uint64_t entries, float multiplier)
{
    uint64_t scaled = (uint64_t)(multiplier * (float)entries);
    return scaled > entries + 1 ? scaled : entries + 1;
}

uint64_t kl_join(uint64_t node, uint32_t word)
{
    return node * 8978948897894561157u ^ (1 + (uint64_t)word) * 17894857484156487943u;
}

char *kl_find(const struct kl_table *t, uint64_t key)
{
    uint64_t at = key % t->buckets;
    for (uint64_t n = 0; n < t->buckets; n++) {
        char *entry = t->p + at * t->entry;
        uint64_t got = kl_u64(entry);
        if (got == key)
            return entry;
        if (got == 0)
            return NULL;
        at = at + 1 == t->buckets ? 0 : at + 1;
    }
    return NULL;
}

static uint32_t find_sorted(const struct kenlm *k, uint64_t hash)
{
    uint64_t low = 0, high = k->n_hashes;
    while (low < high) {
        uint64_t mid = low + (high - low) / 2, got = kl_u64(k->hashes + mid * 8);
        if (got == hash)
            return (uint32_t)(mid + 1);
        if (got < hash)
            low = mid + 1;
        else
            high = mid;
    }
    return 0;
}

uint32_t kenlm_word(const struct kenlm *k, struct slice word)
{
    uint64_t hash = kl_hash(word);
    uint32_t id = 0;
    if (k->type >= KENLM_TRIE)
        return find_sorted(k, hash);
    const char *entry = kl_find(&k->vocab, hash);
    if (entry)
        memcpy(&id, entry + 8, sizeof id);
    return id < k->counts[0] ? id : 0;
}

/* ---- n-grams ------------------------------------------------------------------------------ */

/* Where a look-up stands: a hash (key), or the entries of the next order that go on (from, to). */
struct node {
    uint64_t key, from, to;
    bool last;                      /* nothing longer exists */
};

struct found {
    float prob, backoff;
};

/* In probing files the sign of a probability says whether longer n-grams exist: clear, they do. */
static float unsigned_prob(float stored, struct node *n)
{
    n->last = signbit(stored);
    return -fabsf(stored);
}

static struct found unigram(const struct kenlm *k, uint32_t word, struct node *n)
{
    if (k->type < KENLM_TRIE) {
        const char *p = k->probing.unigrams + (uint64_t)word * k->probing.unigram;
        n->key = word;
        return (struct found){unsigned_prob(kl_float(p), n), kl_float(p + 4)};
    }
    const char *p = k->trie.unigrams + (uint64_t)word * 16;
    n->from = kl_u64(p + 8);
    n->to = kl_u64(p + 24);
    n->last = n->from >= n->to;
    return (struct found){kl_float(p), kl_float(p + 4)};
}

static bool find_hashed(const struct kenlm *k, unsigned level, uint32_t word, struct node *n,
                        struct found *out)
{
    n->key = kl_join(n->key, word);
    const char *entry = kl_find(&k->probing.level[level], n->key);
    if (!entry)
        return false;
    bool longest = level == k->order - 2;
    out->prob = unsigned_prob(kl_float(entry + 8), n);
    out->backoff = longest ? 0 : kl_float(entry + 12);
    return true;
}

static uint64_t bits(const char *base, uint64_t at, unsigned n)
{
    return kl_u64(base + (at >> 3)) >> (at & 7) & ((1ull << n) - 1);
}

static float packed_float(const char *base, uint64_t at, unsigned n, uint32_t sign)
{
    uint32_t v = (uint32_t)bits(base, at, n) | sign;
    float f;
    memcpy(&f, &v, sizeof f);
    return f;
}

static bool find_packed(const struct kl_level *l, uint32_t word, const struct node *n,
                        uint64_t *index)
{
    uint64_t low = n->from, high = n->to < l->entries ? n->to : l->entries;
    while (low < high) {
        uint64_t mid = low + (high - low) / 2;
        uint64_t got = bits(l->base, mid * l->total_bits, l->word_bits);
        *index = mid;
        if (got == word)
            return true;
        if (got < word)
            low = mid + 1;
        else
            high = mid;
    }
    return false;
}

/* Array compression keeps the high part of `next` apart: entry h of the offsets is the first index
 * whose high part is h or more. */
static uint64_t high_part(const struct kl_level *l, uint64_t index)
{
    uint64_t low = 0, high = l->n_offsets;
    while (low < high) {
        uint64_t mid = low + (high - low) / 2;
        if (kl_u64(l->offsets + mid * 8) <= index)
            low = mid + 1;
        else
            high = mid;
    }
    return low ? low - 1 : 0;
}

static uint64_t next_of(const struct kl_level *l, uint64_t index)
{
    uint64_t at = index * l->total_bits + l->total_bits - l->next_bits;
    uint64_t next = bits(l->base, at, l->next_bits);
    return l->offsets ? high_part(l, index) << l->next_bits | next : next;
}

static bool find_in_trie(const struct kenlm *k, unsigned level, uint32_t word, struct node *n,
                         struct found *out)
{
    const struct kl_level *l = &k->trie.level[level];
    uint64_t index;
    if (!find_packed(l, word, n, &index))
        return false;
    uint64_t at = index * l->total_bits + l->word_bits;
    if (l->prob_bins) {             /* the code of the backoff comes first */
        uint64_t prob = bits(l->base, at + l->backoff_bits, l->prob_bits);
        uint64_t backoff = bits(l->base, at, l->backoff_bits);
        out->prob = kl_float(l->prob_bins + prob * 4);
        out->backoff = l->backoff_bins ? kl_float(l->backoff_bins + backoff * 4) : 0;
    } else {
        out->prob = packed_float(l->base, at, 31, 0x80000000u);
        out->backoff = l->backoff_bits ? packed_float(l->base, at + 31, 32, 0) : 0;
    }
    n->last = level == k->order - 2;
    if (!n->last) {
        n->from = next_of(l, index);
        n->to = next_of(l, index + 1);
        n->last = n->from >= n->to;
    }
    return true;
}

/* A backoff of -0.0 marks an n-gram that begins no longer one: the next word need not see it. */
static bool extends(float backoff) { return backoff != 0 || !signbit(backoff); }

float kenlm_step(const struct kenlm *k, const struct kenlm_state *in, uint32_t word,
                 struct kenlm_state *out)
{
    struct kenlm_state next;
    struct node n = {0};
    struct found f = unigram(k, word, &n);
    unsigned length = 1;
    next.words[0] = word;
    next.backoff[0] = f.backoff;
    next.length = extends(f.backoff);
    for (unsigned i = 0; i < in->length && !n.last && i + 2 <= k->order; i++) {
        struct found longer;
        if (!(k->type < KENLM_TRIE ? find_hashed(k, i, in->words[i], &n, &longer) :
                                     find_in_trie(k, i, in->words[i], &n, &longer)))
            break;
        f.prob = longer.prob;
        length = i + 2;
        if (length == k->order)
            break;
        next.backoff[i + 1] = longer.backoff;
        if (extends(longer.backoff))
            next.length = length;
    }
    for (unsigned i = 1; i < next.length; i++)
        next.words[i] = in->words[i - 1];
    for (unsigned i = length - 1; i < in->length; i++)
        f.prob += in->backoff[i];
    *out = next;
    return f.prob;
}

void kenlm_begin(const struct kenlm *k, struct kenlm_state *s)
{
    struct node n = {0};
    s->words[0] = k->begin;
    s->backoff[0] = unigram(k, k->begin, &n).backoff;
    s->length = 1;
}

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

float kenlm_sentence(const struct kenlm *k, struct slice sentence, uint64_t *tokens,
                     uint64_t *unknown)
{
    struct kenlm_state s;
    const char *p = sentence.p, *end = sentence.p + sentence.n;
    float total = 0;
    kenlm_begin(k, &s);
    for (;;) {
        while (p < end && is_space(*p))
            p++;
        const char *from = p;
        while (p < end && !is_space(*p))
            p++;
        ++*tokens;
        if (from == p)
            return total + kenlm_step(k, &s, k->end, &s);
        uint32_t word = kenlm_word(k, slice_of(from, (size_t)(p - from)));
        *unknown += word == 0;
        total += kenlm_step(k, &s, word, &s);
    }
}

unsigned kenlm_order(const struct kenlm *k) { return k->order; }

void kenlm_free(struct kenlm *k)
{
    if (!k)
        return;
    for (size_t i = 0; i < sizeof k->own / sizeof *k->own; i++)
        mem_free(k->own[i]);
    model_file_close(&k->file);
    mem_free(k);
}
