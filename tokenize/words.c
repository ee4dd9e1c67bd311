/* Counting words: probing in batches, so that the memory of 256 probes is asked for at once. */
#include "tokenize/words_internal.h"
#include <stdlib.h>
#include <unistd.h>
#include "core/hash.h"
#include "core/mem.h"
#include "tokenize/word_key.h"

#define BATCH 256
#define SMALLEST 4096u                  /* entries; powers of two */
#define SMALLEST_LONG 256u

struct words *words_new(uint64_t memory, const char *tmp, uint64_t tmp_max)
{
    struct words *w = mem_zero(sizeof *w);
    w->memory = memory;
    w->tmp = tmp;
    w->tmp_max = tmp_max;
    w->fd = -1;
    buf_init(&w->bytes, BUF_NO_LIMIT);
    words_clear(w);
    return w;
}

void words_clear(struct words *w)
{
    mem_free(w->table);
    mem_free(w->longs);
    buf_free(&w->bytes);
    buf_init(&w->bytes, BUF_NO_LIMIT);
    w->table = mem_array(SMALLEST, sizeof *w->table);
    w->longs = mem_array(SMALLEST_LONG, sizeof *w->longs);
    w->mask = SMALLEST - 1;
    w->long_mask = SMALLEST_LONG - 1;
    w->n = w->n_long = 0;
}

void words_free(struct words *w)
{
    if (!w)
        return;
    mem_free(w->table);
    mem_free(w->longs);
    mem_free(w->runs);
    buf_free(&w->bytes);
    if (w->fd >= 0)
        close(w->fd);
    mem_free(w);
}

uint64_t words_spilled(const struct words *w)
{
    return w->file_n;
}

struct slice short_word_bytes(const struct short_word *s)
{
    const char *p = (const char *)s->key;
    return slice_of(p, (unsigned char)p[WORD_SHORT]);
}

static inline uint64_t add_counts(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* ---- growing ------------------------------------------------------------------------------ */

/* Sorting for a run takes a second copy of the entries, so a table gets half of the memory. */
static bool fits(const struct words *w, uint64_t table, uint64_t longs, uint64_t bytes)
{
    return 2 * (table * sizeof *w->table + longs * sizeof *w->longs) + bytes <= w->memory ||
           (table <= SMALLEST && longs <= SMALLEST_LONG && bytes <= 1 << 16);
}

static void grow_short(struct words *w)
{
    struct short_word *old = w->table;
    uint64_t size = w->mask + 1;
    w->mask = size * 2 - 1;
    w->table = mem_array(size * 2, sizeof *w->table);
    mem_huge(w->table, size * 2 * sizeof *w->table);
    for (uint64_t i = 0; i < size; i++) {
        if (!old[i].key[1])
            continue;
        uint64_t j = word_hash(old[i].key) & w->mask;
        while (w->table[j].key[1])
            j = (j + 1) & w->mask;
        w->table[j] = old[i];
    }
    mem_free(old);
}

static void grow_long(struct words *w)
{
    struct long_word *old = w->longs;
    uint64_t size = w->long_mask + 1;
    w->long_mask = size * 2 - 1;
    w->longs = mem_array(size * 2, sizeof *w->longs);
    for (uint64_t i = 0; i < size; i++) {
        if (!old[i].count)
            continue;
        uint64_t j = old[i].hash & w->long_mask;
        while (w->longs[j].count)
            j = (j + 1) & w->long_mask;
        w->longs[j] = old[i];
    }
    mem_free(old);
}

/* Makes room for `n` more short words. */
static int room_short(struct words *w, uint64_t n, struct err *e)
{
    while ((w->n + n) * 3 > (w->mask + 1) * 2) {
        if (!fits(w, (w->mask + 1) * 2, w->long_mask + 1, w->bytes.n) && words_spill(w, e) < 0)
            return -1;
        if ((w->n + n) * 3 > (w->mask + 1) * 2)
            grow_short(w);
    }
    return 0;
}

/* ---- adding ------------------------------------------------------------------------------- */

static inline void add_short(struct words *w, const uint64_t key[2], uint64_t hash, uint64_t count)
{
    for (uint64_t i = hash & w->mask;; i = (i + 1) & w->mask) {
        struct short_word *s = &w->table[i];
        if (s->key[0] == key[0] && s->key[1] == key[1]) {
            s->count = add_counts(s->count, count);
            return;
        }
        if (!s->key[1]) {
            *s = (struct short_word){{key[0], key[1]}, count};
            w->n++;
            return;
        }
    }
}

static int add_long(struct words *w, struct slice word, uint64_t count, struct err *e)
{
    if (word.n > WORD_LONGEST)
        return err_set(e, ERR_DATA, "a piece of %zu bytes: no word is that long", word.n);
    bool grow = (w->n_long + 1) * 2 > w->long_mask;
    if (!fits(w, w->mask + 1, (w->long_mask + 1) << grow, w->bytes.n + word.n) &&
        w->n + w->n_long && words_spill(w, e) < 0)
        return -1;
    if ((w->n_long + 1) * 2 > w->long_mask)
        grow_long(w);
    uint64_t hash = hash64(word), i = hash & w->long_mask;
    for (;; i = (i + 1) & w->long_mask) {
        struct long_word *l = &w->longs[i];
        if (!l->count)
            break;
        if (l->hash == hash && slice_eq(slice_of(w->bytes.p + l->at, l->n), word)) {
            l->count = add_counts(l->count, count);
            return 0;
        }
    }
    w->longs[i] = (struct long_word){hash, w->bytes.n, count, (uint32_t)word.n};
    buf_add_slice(&w->bytes, word);
    w->n_long++;
    return 0;
}

int words_add(struct words *w, struct slice word, uint64_t count, struct err *e)
{
    uint64_t key[2];
    if (!word.n || !count)
        return 0;
    if (word.n > WORD_SHORT)
        return add_long(w, word, count, e);
    if (room_short(w, 1, e) < 0)
        return -1;
    word_key(word.p, word.n, word.p + word.n, key);
    add_short(w, key, word_hash(key), count);
    return 0;
}

/* The pieces text[at .. ends[0]), [ends[0] .. ends[1]) and so on. */
static int add_pieces(struct words *w, struct slice text, size_t at, const uint32_t *ends,
                      size_t n, uint64_t count, struct err *e)
{
    uint64_t key[BATCH][2], hash[BATCH];
    size_t k = 0;
    if (room_short(w, n, e) < 0)
        return -1;
    for (size_t i = 0; i < n; at = ends[i++]) {
        size_t len = ends[i] - at;
        if (len > WORD_SHORT) {
            if (add_long(w, slice_of(text.p + at, len), count, e) < 0)
                return -1;
            continue;
        }
        word_key(text.p + at, len, text.p + text.n, key[k]);
        hash[k] = word_hash(key[k]);
        __builtin_prefetch(&w->table[hash[k] & w->mask], 1);
        k++;
    }
    for (size_t i = 0; i < k; i++)
        add_short(w, key[i], hash[i], count);
    return 0;
}

int words_add_text(struct words *w, const struct pretok *p, struct pretok_work *work,
                   struct slice text, uint64_t count, struct err *e)
{
    uint32_t ends[BATCH];
    if (text.n > UINT32_MAX)
        return err_set(e, ERR_DATA, "a text of 4 GiB or more");
    for (size_t at = 0; at < text.n;) {
        size_t n = pretok_ends(p, work, text, at, ends, BATCH);
        if (!n)
            return err_set(e, ERR_DATA, "the pattern gave up on this text");
        if (add_pieces(w, text, at, ends, n, count, e) < 0)
            return -1;
        at = ends[n - 1];
    }
    return 0;
}
