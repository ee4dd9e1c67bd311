/* encode_memory - the encoder by itself: texts in memory to ids in memory, as peers are measured
 *
 * Usage: encode_memory VOCABULARY TEXTS THREADS PASSES [IDS]
 *
 * TEXTS is JSONL. The first pass is cold: a new encoder a thread, output memory never touched; all
 * ids are kept. Prints one JSON object; IDS gets the ids of the first pass, 32 bits each, texts in
 * order.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include "core/buf.h"
#include "core/docs.h"
#include "core/mem.h"
#include "tokenize/encode.h"

#define CLAIM 64                        /* texts that a thread takes at a time */
#define HUGE_PAGE ((size_t)2 << 20)

struct place {                          /* of a text's ids */
    uint32_t *at;
    size_t n;
};

struct worker {
    struct bench *b;
    struct encoder *encoder;
    uint32_t *ids;                      /* room for one a byte of all texts */
    size_t n;
    pthread_t thread;
};

struct bench {
    struct buf bytes;                   /* of all texts */
    uint64_t *ends;
    size_t n_texts;
    struct place *places;
    atomic_size_t next;
    struct worker *workers;
    int threads;
};

struct clocks {
    double wall, cpu, system;
};

static double seconds(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static struct clocks now(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (struct clocks){seconds(CLOCK_MONOTONIC), seconds(CLOCK_PROCESS_CPUTIME_ID),
                           (double)u.ru_stime.tv_sec + (double)u.ru_stime.tv_usec * 1e-6};
}

static void die(const char *why)
{
    fprintf(stderr, "encode_memory: %s\n", why);
    exit(1);
}

/* Memory for n ids that nobody has touched yet, in huge pages where there are any. */
static uint32_t *fresh(size_t n)
{
    size_t size = n * sizeof(uint32_t) + 2 * HUGE_PAGE;
    char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1, 0);
    if (p == MAP_FAILED)
        mem_failed(size);
    p += (HUGE_PAGE - (uintptr_t)p % HUGE_PAGE) % HUGE_PAGE;
    madvise(p, size - HUGE_PAGE, MADV_HUGEPAGE);
    return (uint32_t *)(void *)p;
}

static void read_texts(struct bench *b, const char *path)
{
    struct err e = {0};
    struct arena arena;
    struct doc d;
    int more = -1;
    size_t cap = 0;
    struct docs *docs = docs_open(path, &doc_fields_default, &e);
    arena_init(&arena);
    buf_init(&b->bytes, BUF_NO_LIMIT);
    while (docs && (more = docs_next(docs, &arena, &d, &e)) == 1) {
        if (b->n_texts == cap) {
            cap = cap * 2 + 1024;
            b->ends = mem_grow_array(b->ends, cap, sizeof *b->ends);
        }
        buf_add_slice(&b->bytes, d.text);
        b->ends[b->n_texts++] = b->bytes.n;
        arena_reset(&arena);
    }
    if (more < 0)
        die(e.text);
    arena_free(&arena);
    docs_close(docs);
}

static void encode_texts(struct worker *w, size_t from, size_t to)
{
    const struct bench *b = w->b;
    struct slice texts[CLAIM] = {{0}};
    struct encoded out[CLAIM];
    for (size_t i = from; i < to; i++) {
        uint64_t at = i ? b->ends[i - 1] : 0;
        texts[i - from] = slice_of(b->bytes.p + at, b->ends[i] - at);
    }
    encoder_run_all(w->encoder, texts, to - from, out);
    for (size_t i = from; i < to; i++) {
        const struct encoded *o = &out[i - from];
        if (o->result != ENCODE_OK)
            die("a text cannot be encoded");
        memcpy(w->ids + w->n, o->ids, o->n * sizeof *o->ids);
        b->places[i] = (struct place){w->ids + w->n, o->n};
        w->n += o->n;
    }
}

static void *work(void *arg)
{
    struct worker *w = arg;
    size_t n = w->b->n_texts;
    for (;;) {
        size_t i = atomic_fetch_add(&w->b->next, CLAIM);
        if (i >= n)
            return NULL;
        encode_texts(w, i, i + CLAIM < n ? i + CLAIM : n);
    }
}

static void pass(struct bench *b)
{
    b->next = 0;
    for (int i = 0; i < b->threads; i++)
        b->workers[i].n = 0;
    for (int i = 1; i < b->threads; i++)
        if (pthread_create(&b->workers[i].thread, NULL, work, &b->workers[i]) != 0)
            die("no thread");
    work(&b->workers[0]);
    for (int i = 1; i < b->threads; i++)
        pthread_join(b->workers[i].thread, NULL);
}

static void write_ids(const struct bench *b, const char *path)
{
    FILE *f = fopen(path, "wb");
    for (size_t i = 0; f && i < b->n_texts; i++)
        fwrite(b->places[i].at, sizeof(uint32_t), b->places[i].n, f);
    if (!f || fclose(f) != 0)
        die("ids cannot be written");
}

int main(int argc, char **argv)
{
    struct err e = {0};
    struct bench b = {0};
    const struct encode_opts opts = {.special = SPECIAL_ORDINARY};
    if (argc < 5)
        die("VOCABULARY TEXTS THREADS PASSES [IDS]");
    b.threads = (int)strtol(argv[3], NULL, 10);
    struct clocks start = now();
    struct tokenizer *t = tokenizer_load(argv[1], &(struct load_opts){0}, &e);
    if (!t)
        die(e.text);
    struct clocks loaded = now();
    read_texts(&b, argv[2]);
    b.places = mem_array(b.n_texts + 1, sizeof *b.places);
    b.workers = mem_array((size_t)b.threads, sizeof *b.workers);
    struct clocks before = now();
    for (int i = 0; i < b.threads; i++) {
        b.workers[i] = (struct worker){.b = &b, .encoder = encoder_new(t, &opts)};
        b.workers[i].ids = fresh(b.bytes.n);
    }
    struct clocks made = now();
    printf("{\"load\":%.4f,\"encoder\":%.4f,\"passes\":[", loaded.wall - start.wall,
           made.wall - before.wall);
    for (int i = 0; i < strtol(argv[4], NULL, 10); i++) {
        before = now();
        pass(&b);
        struct clocks after = now();
        size_t n = 0;
        for (size_t k = 0; k < b.n_texts; k++)
            n += b.places[k].n;
        printf("%s{\"wall\":%.5f,\"cpu\":%.5f,\"system\":%.5f,\"tokens\":%zu}", i ? "," : "",
               after.wall - before.wall, after.cpu - before.cpu, after.system - before.system, n);
        if (i == 0 && argc > 5)
            write_ids(&b, argv[5]);
    }
    puts("]}");
    return 0;
}
