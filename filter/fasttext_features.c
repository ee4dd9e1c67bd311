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
    mem_free(r);
}

/* ---- rows --------------------------------------------------------------------------------- */

static void add_rows(struct fasttext_reader *r, const uint32_t *rows, uint32_t n)
{
    const struct ft_matrix *m = &r->ft->in;
    for (uint32_t i = 0; i < n; i++) {
        const float *row = m->v + (uint64_t)rows[i] * m->stride;
        for (uint32_t j = 0; j < m->stride; j++)
            r->sum[j] += row[j];
    }
    r->n_rows += n;
}

/* Where the rows of one word are gathered: handed on whenever FT_CHUNK of them wait. */
struct gather {
    struct fasttext_reader *r;
    uint32_t *rows, n;
    bool flushed;                   /* some are in the sum already: not for the cache */
};

static void gather(struct gather *g, uint32_t row)
{
    if (row == FASTTEXT_NONE)
        return;
    if (g->n == FT_CHUNK) {
        add_rows(g->r, g->rows, g->n);
        g->n = 0;
        g->flushed = true;
    }
    g->rows[g->n++] = row;
}

static bool continues(char c) { return ((unsigned char)c & 0xC0) == 0x80; }

/* The character n-grams of "<word>", by where they start, then by length. A lone "<" or ">" is
 * none, nor is a lone character of one that begins or ends the word. */
static void char_ngrams(struct gather *g, struct slice word)
{
    const struct fasttext *ft = g->r->ft;
    size_t n = word.n + 2;
#define AT(i) ((i) == 0 ? '<' : (i) == n - 1 ? '>' : word.p[(i) - 1])
    for (size_t i = 0; i < n; i++) {
        if (continues(AT(i)))
            continue;
        uint32_t h = 2166136261u;
        size_t j = i;
        for (int32_t len = 1; j < n && len <= ft->maxn; len++) {
            do {
                h = (h ^ (uint32_t)(int32_t)(signed char)AT(j)) * 16777619u;
                j++;
            } while (j < n && continues(AT(j)));
            if (len >= ft->minn && !(len == 1 && (i == 0 || j == n)))
                gather(g, ft_bucket_row(ft, h % ft->bucket));
        }
    }
#undef AT
}

/* All rows of a word. False for one that does not count at all: a label. */
static bool word_rows(struct gather *g, struct slice word, uint32_t hash)
{
    const struct fasttext *ft = g->r->ft;
    uint32_t id = ft_find(&ft->words, word, hash);
    if (id == FASTTEXT_NONE ? slice_starts(word, SLICE(label_prefix)) : id >= ft->words.nwords)
        return false;
    if (id != FASTTEXT_NONE)
        gather(g, id);
    if (ft->maxn > 0 && !slice_eq(word, SLICE(end_of_text)))
        char_ngrams(g, word);
    return true;
}

/* ---- the words of a text ------------------------------------------------------------------ */

static void keep_hash(struct fasttext_reader *r, uint32_t hash)
{
    if (r->ft->word_ngrams > 1)
        buf_add(&r->hashes, &hash, sizeof hash);
}

static void forget(struct fasttext_reader *r)
{
    for (uint32_t i = 0; i < FT_CACHE_SLOTS; i++)
        r->cache[i].n = 0;
    r->n_cached_rows = 0;
}

static void add_long_word(struct fasttext_reader *r, struct slice word)
{
    uint32_t rows[FT_CHUNK], hash = ft_hash(word);
    struct gather g = {r, rows, 0, false};
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
    struct gather g = {r, r->rows + r->n_cached_rows, 0, false};
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
    struct gather g = {r, rows, 0, false};
    for (size_t i = 0; i < n; i++) {
        int32_t one;
        memcpy(&one, p + i * sizeof one, sizeof one);
        uint64_t h = (uint64_t)(int64_t)one;
        for (size_t j = i + 1; j < n && j < i + (size_t)ft->word_ngrams; j++) {
            memcpy(&one, p + j * sizeof one, sizeof one);
            h = h * 116049371u + (uint64_t)(int64_t)one;
            gather(&g, ft_bucket_row(ft, (uint32_t)(h % ft->bucket)));
        }
    }
    add_rows(r, rows, g.n);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0';
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
    if (ft->word_ngrams > 1)
        add_word_ngrams(r);
    float scale = (float)(1.0 / (double)r->n_rows);
    for (uint32_t j = 0; j < ft->in.stride; j++)
        r->hidden[j] = r->n_rows ? r->sum[j] * scale : 0;
    return r->n_rows > 0;
}
