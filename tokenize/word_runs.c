/* Word tables on disk: sorted runs, and the merge of many into one.
 * A record of a run is the word's length (4 bytes), its count (8), its bytes; own byte order, as
 * the file is unlinked and dies with the process. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "core/mem.h"
#include "tokenize/words_internal.h"

#define WRITE_BYTES ((size_t)1 << 18)
#define READ_BYTES ((size_t)1 << 16)
#define HEADER 12

static int by_short(const void *a, const void *b)
{
    return slice_cmp(short_word_bytes(a), short_word_bytes(b));
}

static int by_long(const void *a, const void *b, void *bytes)
{
    const struct long_word *x = a, *y = b;
    const char *p = bytes;
    return slice_cmp(slice_of(p + x->at, x->n), slice_of(p + y->at, y->n));
}

void words_sort(struct words *w)
{
    uint64_t k = 0;
    for (uint64_t i = 0; i <= w->mask; i++)
        if (w->table[i].key[1])
            w->table[k++] = w->table[i];
    k = 0;
    for (uint64_t i = 0; i <= w->long_mask; i++)
        if (w->longs[i].count)
            w->longs[k++] = w->longs[i];
    qsort(w->table, w->n, sizeof *w->table, by_short);
    qsort_r(w->longs, w->n_long, sizeof *w->longs, by_long, w->bytes.p);
}

/* The smaller of the next short and the next long word of a sorted table; false at the end. */
static bool next_sorted(const struct words *w, uint64_t *i, uint64_t *j, struct slice *word,
                        uint64_t *count)
{
    bool s = *i < w->n, l = *j < w->n_long;
    struct slice a = s ? short_word_bytes(&w->table[*i]) : (struct slice){NULL, 0};
    struct slice b = l ? slice_of(w->bytes.p + w->longs[*j].at, w->longs[*j].n) : a;
    if (s && l)
        s = slice_cmp(a, b) < 0;
    if (s) {
        *word = a;
        *count = w->table[(*i)++].count;
    } else if (l) {
        *word = b;
        *count = w->longs[(*j)++].count;
    }
    return s || l;
}

/* ---- writing ------------------------------------------------------------------------------ */

static int open_file(struct words *w, struct err *e)
{
    struct buf path;
    if (w->fd >= 0)
        return 0;
    buf_init(&path, 1 << 16);
    buf_add_fmt(&path, "%s/tokmill-words-XXXXXX", w->tmp);
    buf_add_byte(&path, 0);
    w->fd = mkstemp(path.p);
    if (w->fd < 0)
        err_errno(e, "temporary file in %s", w->tmp);
    else
        unlink(path.p);
    buf_free(&path);
    return w->fd < 0 ? -1 : 0;
}

static int flush(struct words *w, struct buf *b, struct err *e)
{
    if (w->tmp_max && w->file_n + b->n > w->tmp_max)
        return err_set(e, ERR_NOMEM, "word counts need more temporary space than --tmp-max");
    for (size_t done = 0; done < b->n;) {
        ssize_t n = pwrite(w->fd, b->p + done, b->n - done, (off_t)(w->file_n + done));
        if (n < 0)
            return err_errno(e, "temporary file in %s", w->tmp);
        done += (size_t)n;
    }
    w->file_n += b->n;
    buf_clear(b);
    return 0;
}

int words_spill(struct words *w, struct err *e)
{
    struct buf b;
    struct slice word;
    uint64_t i = 0, j = 0, count;
    int rc = 0;
    if (!w->n && !w->n_long)
        return 0;
    if (open_file(w, e) < 0)
        return -1;
    words_sort(w);
    buf_init(&b, BUF_NO_LIMIT);
    struct run run = {w->file_n, 0};
    while (rc == 0 && next_sorted(w, &i, &j, &word, &count)) {
        uint32_t n = (uint32_t)word.n;
        buf_add(&b, &n, sizeof n);
        buf_add(&b, &count, sizeof count);
        buf_add_slice(&b, word);
        if (b.n >= WRITE_BYTES)
            rc = flush(w, &b, e);
    }
    if (rc == 0)
        rc = flush(w, &b, e);
    buf_free(&b);
    run.n = w->file_n - run.at;
    w->runs = mem_grow_array(w->runs, w->n_runs + 1, sizeof *w->runs);
    w->runs[w->n_runs++] = run;
    words_clear(w);
    return rc;
}

/* ---- merging ------------------------------------------------------------------------------ */

struct cursor {                         /* reads one run */
    int fd;
    uint64_t at, end;                   /* of what is not yet in the buffer */
    struct buf b;
    size_t used;
    struct slice word;
    uint64_t count;
};

/* At least n unread bytes in the buffer. */
static int fill(struct cursor *c, size_t n, struct err *e)
{
    if (c->b.n - c->used >= n)
        return 0;
    buf_drop_front(&c->b, c->used);
    c->used = 0;
    while (c->b.n < n) {
        size_t want = n > READ_BYTES ? n : READ_BYTES;
        if (want > c->end - c->at)
            want = (size_t)(c->end - c->at);
        char *room = buf_reserve(&c->b, want);
        ssize_t got = pread(c->fd, room, want, (off_t)c->at);
        if (got <= 0)
            return got < 0 ? err_errno(e, "temporary file of word counts")
                           : err_set(e, ERR_IO, "temporary file of word counts is cut off");
        c->b.n += (size_t)got;
        c->at += (uint64_t)got;
    }
    return 0;
}

/* 1: a word; 0: the end; -1. */
static int advance(struct cursor *c, struct err *e)
{
    uint32_t n;
    if (c->used == c->b.n && c->at == c->end)
        return 0;
    if (fill(c, HEADER, e) < 0)
        return -1;
    memcpy(&n, c->b.p + c->used, sizeof n);
    memcpy(&c->count, c->b.p + c->used + 4, sizeof c->count);
    if (fill(c, HEADER + n, e) < 0)
        return -1;
    c->word = slice_of(c->b.p + c->used + HEADER, n);
    c->used += HEADER + n;
    return 1;
}

/* Restores the heap (smallest word on top) below place i. */
static void sift(struct cursor **h, size_t n, size_t i)
{
    struct cursor *x = h[i];
    for (;;) {
        size_t c = 2 * i + 1;
        if (c >= n)
            break;
        if (c + 1 < n && slice_cmp(h[c + 1]->word, h[c]->word) < 0)
            c++;
        if (slice_cmp(x->word, h[c]->word) <= 0)
            break;
        h[i] = h[c];
        i = c;
    }
    h[i] = x;
}

static int merge_runs(struct cursor **h, size_t n, word_fn take, void *to, struct err *e)
{
    struct buf word;
    uint64_t count = 0;
    int rc = 0;
    buf_init(&word, BUF_NO_LIMIT);
    for (size_t i = n; i-- > 0;)
        sift(h, n, i);
    while (n && rc == 0) {
        struct cursor *c = h[0];
        if (!word.n || !slice_eq(buf_slice(&word), c->word)) {
            if (word.n)
                rc = take(to, buf_slice(&word), count, e);
            buf_clear(&word);
            buf_add_slice(&word, c->word);
            count = 0;
        }
        count = count > UINT64_MAX - c->count ? UINT64_MAX : count + c->count;
        int more = advance(c, e);
        if (more < 0)
            rc = -1;
        else if (!more)
            h[0] = h[--n];
        if (n)
            sift(h, n, 0);
    }
    if (rc == 0 && word.n)
        rc = take(to, buf_slice(&word), count, e);
    buf_free(&word);
    return rc;
}

static int gather_runs(struct words **v, int n, word_fn take, void *to, struct err *e)
{
    size_t total = 0, k = 0;
    int rc = 0;
    for (int i = 0; i < n; i++) {
        if (v[i] && words_spill(v[i], e) < 0)
            return -1;
        total += v[i] ? v[i]->n_runs : 0;
    }
    struct cursor *all = mem_array(total, sizeof *all), **heap = mem_array(total, sizeof *heap);
    for (int i = 0; i < n && rc >= 0; i++) {
        for (size_t r = 0; v[i] && r < v[i]->n_runs && rc >= 0; r++) {
            struct cursor *c = &all[k];
            *c = (struct cursor){.fd = v[i]->fd, .at = v[i]->runs[r].at};
            c->end = c->at + v[i]->runs[r].n;
            buf_init(&c->b, BUF_NO_LIMIT);
            rc = advance(c, e);
            heap[k++] = c;
        }
    }
    rc = rc < 0 ? -1 : merge_runs(heap, k, take, to, e);
    for (size_t i = 0; i < k; i++)
        buf_free(&all[i].b);
    mem_free(all);
    mem_free(heap);
    return rc;
}

static int each_unsorted(const struct words *w, word_fn take, void *to, struct err *e)
{
    for (uint64_t i = 0; i <= w->mask; i++)
        if (w->table[i].key[1] &&
            take(to, short_word_bytes(&w->table[i]), w->table[i].count, e) < 0)
            return -1;
    for (uint64_t i = 0; i <= w->long_mask; i++) {
        const struct long_word *l = &w->longs[i];
        if (l->count && take(to, slice_of(w->bytes.p + l->at, l->n), l->count, e) < 0)
            return -1;
    }
    return 0;
}

static int into_words(void *to, struct slice word, uint64_t count, struct err *e)
{
    return words_add(to, word, count, e);
}

int words_gather(struct words **v, int n, bool sorted, word_fn take, void *to, struct err *e)
{
    struct words *all = NULL;
    struct slice word;
    uint64_t i = 0, j = 0, count;
    for (int k = 0; k < n; k++) {
        if (!v[k] || v[k]->n_runs)
            continue;
        if (!all) {                     /* takes in the others, with their memory */
            all = v[k];
            continue;
        }
        all->memory += v[k]->memory;
        if (each_unsorted(v[k], into_words, all, e) < 0)
            return -1;
        words_clear(v[k]);
    }
    for (int k = 0; k < n; k++)
        if (v[k] && v[k]->n_runs)
            return gather_runs(v, n, take, to, e);
    if (!all)
        return 0;
    if (!sorted)
        return each_unsorted(all, take, to, e);
    words_sort(all);
    while (next_sorted(all, &i, &j, &word, &count))
        if (take(to, word, count, e) < 0)
            return -1;
    return 0;
}
