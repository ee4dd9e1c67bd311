/* From a text to its rows: tokens, character n-grams, word n-grams, and their mean.
 *
 * fastText adds the rows of a text in order, one at a time; so do we, since another order would
 * round otherwise. What is saved is finding the rows: a word met before is looked up whole. */
#include "core/hash.h"
#include "core/mem.h"
#include "filter/fasttext_internal.h"

static const char label_prefix[] = "__label__", end_of_text[] = "</s>";

struct fasttext_reader *fasttext_reader_new(const struct fasttext *ft)
{
    struct fasttext_reader *r = mem_zero(sizeof *r);
    uint32_t nlabels = ft->words.nlabels;
    r->ft = ft;
    r->sum = ft_floats(ft->in.stride);
    r->hidden = ft_floats(ft->in.stride);
    r->output = ft_floats(nlabels);
    r->cache = mem_array(FT_CACHE_SLOTS, sizeof *r->cache);
    r->rows = mem_array(FT_CACHE_ROWS, sizeof *r->rows);
    r->heap = mem_array((size_t)nlabels + 1, sizeof *r->heap);
    r->stack = mem_array((size_t)nlabels + 1, sizeof *r->stack);
    buf_init(&r->hashes, BUF_NO_LIMIT);
    buf_init(&r->long_word, BUF_NO_LIMIT);
    return r;
}

void fasttext_reader_free(struct fasttext_reader *r)
{
    if (!r)
        return;
    ft_floats_free(r->sum);
    ft_floats_free(r->hidden);
    ft_floats_free(r->output);
    mem_free(r->cache);
    mem_free(r->rows);
    mem_free(r->heap);
    mem_free(r->stack);
    buf_free(&r->hashes);
    buf_free(&r->long_word);
    mem_free(r);
}

/* ---- rows --------------------------------------------------------------------------------- */

typedef float row4 __attribute__((vector_size(16), aligned(16)));

/* 16 columns stay in registers; each column is summed in the order of the rows either way. */
static void add_rows_16(struct fasttext_reader *r, const uint32_t *rows, uint32_t n)
{
    row4 *sum = (row4 *)r->sum, a = sum[0], b = sum[1], c = sum[2], d = sum[3];
    for (uint32_t i = 0; i < n; i++) {
        const row4 *row = (const row4 *)(r->ft->in.v + (uint64_t)rows[i] * 16);
        a += row[0];
        b += row[1];
        c += row[2];
        d += row[3];
    }
    sum[0] = a;
    sum[1] = b;
    sum[2] = c;
    sum[3] = d;
}

static void add_rows(struct fasttext_reader *r, const uint32_t *rows, uint32_t n)
{
    const struct ft_matrix *m = &r->ft->in;
    row4 *sum = (row4 *)r->sum;
    r->n_rows += n;
    if (m->stride == 16) {
        add_rows_16(r, rows, n);
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        const row4 *row = (const row4 *)(m->v + (uint64_t)rows[i] * m->stride);
        for (uint32_t j = 0; j < m->stride / 4; j++)
            sum[j] += row[j];
    }
}

/* Where the rows of one word are gathered: a row of its own, then buckets, which become rows when
 * FT_CHUNK of them wait or the word is done. */
struct gather {
    struct fasttext_reader *r;
    uint32_t *rows, n, n_done;      /* n_done: are rows already */
};

static void gather_done(struct gather *g)
{
    g->n = g->n_done + ft_bucket_rows(g->r->ft, g->rows + g->n_done, g->n - g->n_done);
    g->n_done = g->n;
}

static void gather_bucket(struct gather *g, uint32_t bucket)
{
    if (g->n == FT_CHUNK) {
        gather_done(g);
        add_rows(g->r, g->rows, g->n);
        g->n = g->n_done = 0;
    }
    g->rows[g->n++] = bucket;
}

/* h mod bucket (Lemire, Kaser, Kurz 2019: exact for 32 bits). */
static uint32_t bucket_of(const struct fasttext *ft, uint32_t h)
{
    uint64_t low = ft->bucket_inverse * h;
    return (uint32_t)((unsigned __int128)low * ft->bucket >> 64);
}

static bool continues(char c) { return ((unsigned char)c & 0xC0) == 0x80; }

/* The character n-grams of "<word>", by where they start, then by length. A lone "<" or ">" is
 * none, nor is a lone character of one that begins or ends the word. `w` is the word between its
 * two signs, n bytes with them. */
static void char_ngrams(struct gather *g, const char *w, size_t n)
{
    const struct fasttext *ft = g->r->ft;
    int32_t minn = ft->minn, maxn = ft->maxn;
    for (size_t i = 0; i < n; i++) {
        if (continues(w[i]))
            continue;
        uint32_t h = 2166136261u;
        size_t j = i;
        for (int32_t len = 1; j < n && len <= maxn; len++) {
            do {
                h = (h ^ (uint32_t)(int32_t)(signed char)w[j]) * 16777619u;
                j++;
            } while (j < n && continues(w[j]));
            if (len >= minn && !(len == 1 && (i == 0 || j == n)))
                gather_bucket(g, bucket_of(ft, h));
        }
    }
}

static void word_ngrams(struct gather *g, struct slice word)
{
    char small[FT_CACHE_WORD + 2], *w = small;
    struct buf *b = &g->r->long_word;
    if (word.n > FT_CACHE_WORD) {
        buf_clear(b);
        w = buf_reserve(b, word.n + 2);
    }
    w[0] = '<';
    memcpy(w + 1, word.p, word.n);
    w[word.n + 1] = '>';
    char_ngrams(g, w, word.n + 2);
}

/* All rows of a word. False for one that does not count at all: a label. */
static bool word_rows(struct gather *g, struct slice word, uint32_t hash)
{
    const struct fasttext *ft = g->r->ft;
    uint32_t id = ft_find(&ft->words, word, hash);
    if (id == FASTTEXT_NONE ? slice_starts(word, SLICE(label_prefix)) : id >= ft->words.nwords)
        return false;
    if (id != FASTTEXT_NONE)
        g->rows[g->n++] = id;
    g->n_done = g->n;
    if (ft->maxn > 0 && !slice_eq(word, SLICE(end_of_text)))
        word_ngrams(g, word);
    gather_done(g);
    return true;
}

/* ---- the words of a text ------------------------------------------------------------------ */

static void keep_hash(struct fasttext_reader *r, uint32_t hash)
{
    if (r->ft->word_ngrams > 1)
        buf_add(&r->hashes, &hash, sizeof hash);
}

static void add_pending(struct fasttext_reader *r)
{
    struct ft_pending *p = &r->pending[r->first_pending];
    add_rows(r, p->rows, p->n);
    r->first_pending = (r->first_pending + 1) % FT_AHEAD;
    r->n_pending--;
}

static void add_all_pending(struct fasttext_reader *r)
{
    while (r->n_pending)
        add_pending(r);
}

static void add_later(struct fasttext_reader *r, const uint32_t *rows, uint32_t n)
{
    const struct ft_matrix *m = &r->ft->in;
    if (r->n_pending == FT_AHEAD)
        add_pending(r);
    for (uint32_t i = 0; i < n; i++)
        __builtin_prefetch(m->v + (uint64_t)rows[i] * m->stride);
    r->pending[(r->first_pending + r->n_pending++) % FT_AHEAD] = (struct ft_pending){rows, n};
}

static void forget(struct fasttext_reader *r)
{
    add_all_pending(r);
    for (uint32_t i = 0; i < FT_CACHE_SLOTS; i++)
        r->cache[i].n = 0;
    r->n_cached_rows = 0;
}

static void add_long_word(struct fasttext_reader *r, struct slice word)
{
    uint32_t rows[FT_CHUNK], hash = ft_hash(word);
    add_all_pending(r);
    struct gather g = {r, rows, 0, 0};
    if (word_rows(&g, word, hash)) {
        add_rows(r, rows, g.n);
        keep_hash(r, hash);
    }
}

/* A label's spelling is kept as a word without rows and hash: count = FASTTEXT_NONE. */
static const struct ft_cached *cache_word(struct fasttext_reader *r, struct ft_cached *slot,
                                          struct slice word)
{
    if (r->n_cached_rows > FT_CACHE_ROWS - FT_CHUNK)
        forget(r);
    struct gather g = {r, r->rows + r->n_cached_rows, 0, 0};
    slot->hash = ft_hash(word);
    slot->first = r->n_cached_rows;
    slot->count = word_rows(&g, word, slot->hash) ? g.n : FASTTEXT_NONE;
    memcpy(slot->word, word.p, word.n);
    slot->n = (uint32_t)word.n;
    r->n_cached_rows += g.n;
    return slot;
}

static uint32_t word_slot(struct slice word)
{
    return (uint32_t)hash64(word) & (FT_CACHE_SLOTS - 1);
}

static void add_word(struct fasttext_reader *r, struct slice word)
{
    if (word.n > FT_CACHE_WORD || r->ft->maxn > 20) {
        add_long_word(r, word);
        return;
    }
    struct ft_cached *slot = &r->cache[word_slot(word)];
    const struct ft_cached *w = slot;
    if (slot->n != word.n || memcmp(slot->word, word.p, word.n) != 0)
        w = cache_word(r, slot, word);
    if (w->count == FASTTEXT_NONE)
        return;
    if (r->ft->in.rows > FT_AHEAD_ROWS)
        add_later(r, r->rows + w->first, w->count);
    else
        add_rows(r, r->rows + w->first, w->count);
    keep_hash(r, w->hash);
}

/* Runs of 2 to word_ngrams words, as a hash over the words' hashes (which are signed). */
static void add_word_ngrams(struct fasttext_reader *r)
{
    const struct fasttext *ft = r->ft;
    const char *p = r->hashes.p;
    size_t n = r->hashes.n / sizeof(int32_t);
    uint32_t rows[FT_CHUNK];
    struct gather g = {r, rows, 0, 0};
    for (size_t i = 0; i < n; i++) {
        int32_t one;
        memcpy(&one, p + i * sizeof one, sizeof one);
        uint64_t h = (uint64_t)(int64_t)one;
        for (size_t j = i + 1; j < n && j < i + (size_t)ft->word_ngrams; j++) {
            memcpy(&one, p + j * sizeof one, sizeof one);
            h = h * 116049371u + (uint64_t)(int64_t)one;
            gather_bucket(&g, (uint32_t)(h % ft->bucket));
        }
    }
    gather_done(&g);
    add_rows(r, rows, g.n);
}

static bool is_space(char c)
{
    static const bool space[256] = {['\0'] = true, ['\t'] = true, ['\n'] = true, ['\v'] = true,
                                    ['\f'] = true, ['\r'] = true, [' '] = true};
    return space[(unsigned char)c];
}

bool fasttext_read(struct fasttext_reader *r, struct slice text)
{
    const struct fasttext *ft = r->ft;
    const char *p = text.p, *end = text.p + text.n;
    struct slice word = SLICE("");
    memset(r->sum, 0, ft->in.stride * sizeof *r->sum);
    r->n_rows = 0;
    buf_clear(&r->hashes);
    for (bool ended = false; !ended; add_word(r, word)) {
        while (p < end && is_space(*p))
            p++;
        const char *from = p;
        while (p < end && !is_space(*p))
            p++;
        word = from < p ? slice_of(from, (size_t)(p - from)) : SLICE(end_of_text);
        ended = slice_eq(word, SLICE(end_of_text));
    }
    add_all_pending(r);
    if (ft->word_ngrams > 1)
        add_word_ngrams(r);
    float scale = (float)(1.0 / (double)r->n_rows);
    for (uint32_t j = 0; j < ft->in.stride; j++)
        r->hidden[j] = r->n_rows ? r->sum[j] * scale : 0;
    return r->n_rows > 0;
}
