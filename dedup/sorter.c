/* sorter - see sorter.h. Least-significant-digit radix sort in memory; runs are merged by a binary
 * heap, several levels deep when there are more of them than buffers (Knuth, volume 3, 5.4). */
#include "dedup/sorter.h"
#include <assert.h>
#include "core/mem.h"
#include "core/temp.h"

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS, PASSES = 6, MIN_MEMORY = 1 << 20,
       MIN_RUN_BUFFER = 64 << 10 };

struct run {
    uint64_t at, n;                 /* place in the file; records left to read */
    char *buffer;
    size_t next, have;              /* records in the buffer */
};

struct sorter {
    struct sorter_about about;
    char *records, *other;          /* other: the radix sort's second buffer */
    size_t n, cap, cap_max;         /* records */
    uint64_t count;
    struct temp *file;              /* runs; NULL while all fits */
    struct run *runs;
    size_t n_runs, cap_runs;
    size_t *heap, n_heap;           /* runs by their first record */
    size_t run_records;             /* of a run's buffer */
    size_t at;                      /* next record when all is in memory */
    bool sorted, started;
};

static uint64_t word(const char *record, size_t i)
{
    uint64_t v;
    memcpy(&v, record + 8 * i, sizeof v);
    return v;
}

struct sorter *sorter_new(const struct sorter_about *about)
{
    struct sorter *s = mem_zero(sizeof *s);
    assert(about->record >= 8 * about->keys && about->record <= 64);
    s->about = *about;
    if (s->about.memory < MIN_MEMORY)
        s->about.memory = MIN_MEMORY;
    s->cap_max = s->about.memory / 2 / about->record;
    return s;
}

/* ---- sorting in memory ---------------------------------------------------------------------- */

/* Copies a record; the sizes that matter become a few moves. */
static inline void copy(char *to, const char *from, size_t size)
{
    switch (size) {
    case 12: memcpy(to, from, 12); break;
    case 16: memcpy(to, from, 16); break;
    case 24: memcpy(to, from, 24); break;
    case 32: memcpy(to, from, 32); break;
    default: memcpy(to, from, size);
    }
}

/* One stable pass from *from to *to by a digit of a word; nothing to do if all digits are equal. */
static void radix_pass(char **from, char **to, size_t n, size_t size, size_t w, int shift)
{
    size_t start[DIGITS] = {0};
    for (size_t i = 0; i < n; i++)
        start[word(*from + i * size, w) >> shift & (DIGITS - 1)]++;
    if (start[word(*from, w) >> shift & (DIGITS - 1)] == n)
        return;
    size_t sum = 0;
    for (size_t d = 0; d < DIGITS; d++) {
        size_t here = start[d];
        start[d] = sum;
        sum += here;
    }
    for (size_t i = 0; i < n; i++) {
        const char *r = *from + i * size;
        copy(*to + size * start[word(r, w) >> shift & (DIGITS - 1)]++, r, size);
    }
    char *swap = *from;
    *from = *to;
    *to = swap;
}

static void sort_buffer(struct sorter *s)
{
    if (!s->n)
        return;
    s->other = mem_grow(s->other, s->cap * s->about.record);
    for (size_t w = s->about.keys; w-- > 0;)
        for (int pass = 0; pass < PASSES; pass++)
            radix_pass(&s->records, &s->other, s->n, s->about.record, w, pass * DIGIT_BITS);
}

/* ---- runs ----------------------------------------------------------------------------------- */

static struct run *add_run(struct sorter *s, uint64_t n)
{
    if (s->n_runs == s->cap_runs) {
        s->cap_runs = s->cap_runs ? s->cap_runs * 2 : 16;
        s->runs = mem_grow_array(s->runs, s->cap_runs, sizeof *s->runs);
    }
    struct run *r = &s->runs[s->n_runs++];
    *r = (struct run){.at = temp_size(s->file), .n = n};
    return r;
}

static int spill(struct sorter *s, struct err *e)
{
    if (!s->file && !(s->file = temp_new(s->about.tmp, s->about.tmp_max, e)))
        return -1;
    sort_buffer(s);
    add_run(s, s->n);
    if (temp_add(s->file, s->records, s->n * s->about.record, e))
        return -1;
    s->n = 0;
    return 0;
}

int sorter_add(struct sorter *s, const void *record, struct err *e)
{
    assert(!s->sorted);
    if (s->n == s->cap_max && spill(s, e))
        return -1;
    if (s->n == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 1024;
        s->cap = s->cap < s->cap_max ? s->cap : s->cap_max;
        s->records = mem_grow(s->records, s->cap * s->about.record);
    }
    copy(s->records + s->n++ * s->about.record, record, s->about.record);
    s->count++;
    return 0;
}

uint64_t sorter_count(const struct sorter *s) { return s->count; }

/* ---- merging -------------------------------------------------------------------------------- */

static const char *first_of(const struct sorter *s, size_t run)
{
    return s->runs[run].buffer + s->runs[run].next * s->about.record;
}

/* Equal keys come in the order of runs, which is the order in which they were added. */
static bool before(const struct sorter *s, size_t a, size_t b)
{
    const char *x = first_of(s, a), *y = first_of(s, b);
    for (size_t w = 0; w < s->about.keys; w++)
        if (word(x, w) != word(y, w))
            return word(x, w) < word(y, w);
    return a < b;
}

static void sift_down(struct sorter *s, size_t i)
{
    size_t run = s->heap[i];
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= s->n_heap)
            break;
        if (child + 1 < s->n_heap && before(s, s->heap[child + 1], s->heap[child]))
            child++;
        if (!before(s, s->heap[child], run))
            break;
        s->heap[i] = s->heap[child];
        i = child;
    }
    s->heap[i] = run;
}

/* Refills an empty buffer: 1, or 0 at the end of the run. */
static int refill(struct sorter *s, struct run *r, struct err *e)
{
    if (r->next < r->have)
        return 1;
    size_t n = r->n < s->run_records ? (size_t)r->n : s->run_records;
    if (n && temp_read(s->file, r->at, r->buffer, n * s->about.record, e))
        return -1;
    r->at += n * s->about.record;
    r->n -= n;
    r->next = 0;
    r->have = n;
    return n > 0;
}

/* Makes a heap of runs [from, to). */
static int open_merge(struct sorter *s, size_t from, size_t to, struct err *e)
{
    s->run_records = s->about.memory / (to - from) / s->about.record;
    s->heap = mem_grow_array(s->heap, to - from, sizeof *s->heap);
    s->n_heap = 0;
    for (size_t i = from; i < to; i++) {
        s->runs[i].buffer = mem_alloc(s->run_records * s->about.record);
        int rc = refill(s, &s->runs[i], e);
        if (rc < 0)
            return -1;
        if (rc)
            s->heap[s->n_heap++] = i;
    }
    for (size_t i = s->n_heap / 2; i-- > 0;)
        sift_down(s, i);
    s->started = false;
    return 0;
}

/* The record handed out last is taken off only now: its memory lived until this call. */
static int next_merged(struct sorter *s, const void **record, struct err *e)
{
    if (s->started) {
        struct run *r = &s->runs[s->heap[0]];
        r->next++;
        int rc = refill(s, r, e);
        if (rc < 0)
            return -1;
        if (!rc) {
            mem_free(r->buffer);
            r->buffer = NULL;
            s->heap[0] = s->heap[--s->n_heap];
        }
        if (s->n_heap)
            sift_down(s, 0);
    }
    s->started = true;
    if (!s->n_heap)
        return 0;
    *record = first_of(s, s->heap[0]);
    return 1;
}

/* Merges as many runs as there is room for into one, again and again, keeping their order. */
static int reduce_runs(struct sorter *s, size_t fan, struct err *e)
{
    while (s->n_runs > fan) {
        size_t old = s->n_runs, kept = 0;
        for (size_t from = 0; from < old; from += fan) {
            size_t to = from + fan < old ? from + fan : old;
            uint64_t n = 0, at = temp_size(s->file);
            const void *record;
            int rc;
            for (size_t i = from; i < to; i++)
                n += s->runs[i].n;
            if (open_merge(s, from, to, e))
                return -1;
            while ((rc = next_merged(s, &record, e)) > 0)
                if (temp_add(s->file, record, s->about.record, e))
                    return -1;
            if (rc < 0 || temp_seal(s->file, e))
                return -1;
            s->runs[kept++] = (struct run){.at = at, .n = n};
        }
        s->n_runs = kept;
    }
    return 0;
}

int sorter_sort(struct sorter *s, struct err *e)
{
    assert(!s->sorted);
    s->sorted = true;
    if (!s->file) {
        sort_buffer(s);
        mem_free(s->other);
        s->other = NULL;
        return 0;
    }
    if ((s->n && spill(s, e)) || temp_seal(s->file, e))
        return -1;
    mem_free(s->records);
    mem_free(s->other);
    s->records = s->other = NULL;
    size_t fan = s->about.memory / MIN_RUN_BUFFER;
    return reduce_runs(s, fan, e) || open_merge(s, 0, s->n_runs, e) ? -1 : 0;
}

int sorter_next(struct sorter *s, const void **record, struct err *e)
{
    if (s->file)
        return next_merged(s, record, e);
    if (s->at == s->n)
        return 0;
    *record = s->records + s->at++ * s->about.record;
    return 1;
}

void sorter_free(struct sorter *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->n_runs; i++)
        mem_free(s->runs[i].buffer);
    mem_free(s->runs);
    mem_free(s->heap);
    mem_free(s->records);
    mem_free(s->other);
    temp_free(s->file);
    mem_free(s);
}
