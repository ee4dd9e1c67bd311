/* KenLM's binary files: header, vocabulary, then hash tables or a trie, each part's size worked out
 * from the counts in the header as KenLM does. Nothing is copied. */
#include <math.h>
#include "core/mem.h"
#include "filter/kenlm_internal.h"

static const char MAGIC[] = "mmap lm http://kheafield.com/code format version 5\n";
enum { SANITY = 88, COUNTS_AT = SANITY + 20, QUANT_VERSION = 2 };

static const char *const KINDS[KENLM_TYPES] = {
    "probing hash tables", "probing hash tables with rest costs", "trie", "trie with quantization",
    "trie with array-compressed pointers",
    "trie with quantization and array-compressed pointers"};

const char *kenlm_kind(const struct kenlm *k) { return k->arpa ? "ARPA" : KINDS[k->type]; }

/* Takes the file's parts in order; all sizes stay far below 2^63, since counts are below 2^40. */
struct layout {
    struct kenlm *k;
    struct cursor c;
    float multiplier;
    unsigned prob_bits, backoff_bits, pointer_bits;
    struct err *e;
};

static int damaged(struct layout *l, const char *what)
{
    err_set(l->e, ERR_DATA, "KenLM model: %s", l->c.bad ? "the file ends too early" : what);
    err_at(l->e, (struct slice){NULL, 0}, ERR_NO_POS, cursor_at(&l->c));
    return -1;
}

static char *take(struct layout *l, uint64_t n)
{
    return (char *)(uintptr_t)cursor_take(&l->c, n);    /* read only all the same */
}

static int read_header(struct layout *l)
{
    struct kenlm *k = l->k;
    const char *p = take(l, COUNTS_AT);
    if (!p || memcmp(p, MAGIC, sizeof MAGIC - 1) != 0)
        return damaged(l, "another format than version 5");
    if (kl_float(p + 56) != 0 || kl_float(p + 60) != 1 || kl_float(p + 64) != -0.5f ||
        kl_u64(p + 80) != 1)
        return damaged(l, "made on a machine with other numbers");
    int32_t type;
    memcpy(&type, p + SANITY + 8, sizeof type);
    k->order = (unsigned char)p[SANITY];
    l->multiplier = kl_float(p + SANITY + 4);
    if (type < 0 || type >= KENLM_TYPES)
        return damaged(l, "an unknown kind of model");
    if (k->order < 2 || k->order > KENLM_ORDER_MAX)
        return damaged(l, "an order other than 2 to 12");
    if (!(l->multiplier >= 1 && l->multiplier <= 1000))
        return damaged(l, "its hash tables' multiplier is out of range");
    k->type = (enum kenlm_type)type;
    uint32_t version;
    memcpy(&version, p + SANITY + 16, sizeof version);
    if (version != (k->type >= KENLM_TRIE))
        return damaged(l, "another version of its tables");
    for (unsigned i = 0; i < k->order; i++) {
        k->counts[i] = (uint64_t)cursor_i64(&l->c);
        if (k->counts[i] >= 1ull << (i ? 40 : 32))
            return damaged(l, "a count of n-grams is out of range");
    }
    take(l, (8 - cursor_at(&l->c) % 8) % 8);
    return k->counts[0] ? 0 : damaged(l, "no words");
}

static int read_vocab(struct layout *l)
{
    struct kenlm *k = l->k;
    if (k->type >= KENLM_TRIE) {
        k->n_hashes = (uint64_t)cursor_i64(&l->c);
        k->hashes = take(l, k->counts[0] * 8);
        if (l->c.bad || k->n_hashes >= k->counts[0] + 1)
            return damaged(l, "the vocabulary's size is out of range");
        return 0;
    }
    take(l, 8);
    k->vocab.entry = KL_VOCAB_ENTRY;
    k->vocab.buckets = kl_buckets(k->counts[0], l->multiplier);
    k->vocab.p = take(l, k->vocab.buckets * KL_VOCAB_ENTRY);
    return k->vocab.p ? 0 : damaged(l, "");
}

static int read_probing(struct layout *l)
{
    struct kenlm *k = l->k;
    unsigned rest = k->type == KENLM_REST ? 4 : 0;
    k->probing.unigram = 8 + rest;
    k->probing.unigrams = take(l, (k->counts[0] + 1) * k->probing.unigram);
    for (unsigned i = 0; i + 1 < k->order; i++) {
        struct kl_table *t = &k->probing.level[i];
        t->entry = i + 2 == k->order ? KL_LONGEST_ENTRY : KL_MIDDLE_ENTRY + rest;
        t->buckets = kl_buckets(k->counts[i + 1], l->multiplier);
        t->p = take(l, t->buckets * t->entry);
    }
    return l->c.bad ? damaged(l, "") : 0;
}

/* ---- tries -------------------------------------------------------------------------------- */

static unsigned bits_for(uint64_t max)
{
    unsigned n = 0;
    for (; max; max >>= 1)
        n++;
    return n;
}

static int read_bins(struct layout *l)
{
    struct kenlm *k = l->k;
    if (k->type != KENLM_QUANT && k->type != KENLM_QUANT_ARRAY) {
        l->prob_bits = 31;
        l->backoff_bits = 32;
        return 0;
    }
    const unsigned char *p = (const unsigned char *)take(l, 8);
    if (!p || p[0] != QUANT_VERSION || p[1] < 1 || p[1] > 25 || p[2] < 1 || p[2] > 25)
        return damaged(l, "its quantisation is out of range");
    l->prob_bits = p[1];
    l->backoff_bits = p[2];
    for (unsigned i = 0; i + 1 < k->order; i++) {
        k->trie.level[i].prob_bins = take(l, 4ull << l->prob_bits);
        if (i + 2 < k->order)
            k->trie.level[i].backoff_bins = take(l, 4ull << l->backoff_bits);
    }
    return l->c.bad ? damaged(l, "") : 0;
}

/* How many bits of `next` KenLM moves to an array: the number that makes the file smallest. */
static unsigned chopped_bits(uint64_t max_offset, uint64_t max_next, unsigned most)
{
    unsigned required = bits_for(max_next), best = 0;
    int64_t least = INT64_MAX;
    for (unsigned chop = 0; chop <= (required < most ? required : most); chop++) {
        int64_t change = (int64_t)(max_next >> (required - chop)) * 64 -
                         (int64_t)max_offset * (int64_t)chop;
        if (change < least) {
            least = change;
            best = chop;
        }
    }
    return best;
}

static int read_array(struct layout *l, struct kl_level *v, uint64_t max_next)
{
    unsigned most = l->pointer_bits, chop = chopped_bits(v->entries + 1, max_next, most);
    v->next_bits = bits_for(max_next) - chop;
    v->n_offsets = (max_next >> v->next_bits) + 1;
    uint64_t pad = (8 - cursor_at(&l->c) % 8) % 8;
    take(l, pad + 8);
    v->offsets = take(l, v->n_offsets * 8);
    take(l, 7 - pad);
    return v->offsets ? 0 : damaged(l, "");
}

static int read_level(struct layout *l, unsigned i)
{
    struct kenlm *k = l->k;
    struct kl_level *v = &k->trie.level[i];
    bool longest = i + 2 == k->order;
    bool array = k->type == KENLM_ARRAY || k->type == KENLM_QUANT_ARRAY;
    v->entries = k->counts[i + 1];
    v->word_bits = bits_for(k->counts[0]);
    v->prob_bits = l->prob_bits;
    v->backoff_bits = longest ? 0 : l->backoff_bits;
    if (!longest && array) {
        if (read_array(l, v, k->counts[i + 2]))
            return -1;
    } else if (!longest) {
        v->next_bits = bits_for(k->counts[i + 2]);
    }
    v->total_bits = v->word_bits + v->prob_bits + v->backoff_bits + v->next_bits;
    v->base = take(l, ((1 + v->entries) * v->total_bits + 7) / 8 + 8);
    return v->base ? 0 : damaged(l, "");
}

static int read_trie(struct layout *l)
{
    struct kenlm *k = l->k;
    if (read_bins(l))
        return -1;
    k->trie.unigrams = take(l, (k->counts[0] + 2) * 16);
    /* the first pointer array begins with the number of bits that all may use */
    if (k->order > 2 && k->type >= KENLM_ARRAY && cursor_left(&l->c) >= 2) {
        if (l->c.p[0] != 0)
            return damaged(l, "another version of its pointer arrays");
        l->pointer_bits = (unsigned char)l->c.p[1];
    }
    for (unsigned i = 0; i + 1 < k->order; i++)
        if (read_level(l, i))
            return -1;
    return l->c.bad ? damaged(l, "") : 0;
}

int kl_load_binary(struct kenlm *k, struct err *e)
{
    struct layout l = {.k = k, .c = cursor_of(k->file.bytes), .e = e};
    if (read_header(&l) || read_vocab(&l))
        return -1;
    return k->type >= KENLM_TRIE ? read_trie(&l) : read_probing(&l);
}

static bool is_binary(struct slice s)
{
    return slice_starts(s, SLICE("mmap lm http://kheafield.com"));
}

static int load(struct kenlm *k, struct err *e)
{
    if (is_binary(k->file.bytes) ? kl_load_binary(k, e) : kl_load_arpa(k, e))
        return -1;
    if (k->arpa)                    /* all of it is in our tables now */
        model_file_close(&k->file);
    k->begin = kenlm_word(k, SLICE("<s>"));
    k->end = kenlm_word(k, SLICE("</s>"));
    if (!k->begin || !k->end)
        return err_set(e, ERR_DATA, "language model: <s> or </s> is missing");
    return 0;
}

struct kenlm *kenlm_parse(struct slice bytes, struct err *e)
{
    struct kenlm *k = mem_zero(sizeof *k);
    k->file.bytes = bytes;
    if (load(k, e) == 0)
        return k;
    kenlm_free(k);
    return NULL;
}

struct kenlm *kenlm_load(const char *path, struct err *e)
{
    struct kenlm *k = mem_zero(sizeof *k);
    if (model_file_open(&k->file, path, e) == 0 && load(k, e) == 0)
        return k;
    err_at(e, slice_str(path), ERR_NO_POS, ERR_NO_POS);
    kenlm_free(k);
    return NULL;
}
