/* encode_memory - the encoder by itself: texts in memory to ids in memory, as peers are measured
 *
 * Usage: encode_memory VOCABULARY TEXTS THREADS PASSES kept|batches [IDS]
 *
 * TEXTS is JSONL. `batches`, as tokmill works: a thread encodes about 1 MiB of texts at a time, and
 * the ids last until its next batch. `kept`: all ids of all texts are there at the end. The first
 * pass is cold: a new encoder a thread, its memory never touched. Prints one JSON object. Clocks
 * stand still while IDS gets the ids of the first pass, 32 bits each, texts in order (one thread
 * only).
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include "core/buf.h"
#include "core/docs.h"
#include "core/mem.h"
#include "tokenize/encode.h"

#define BATCH_BYTES (1u << 20)

struct clocks {
    double wall, cpu, system;
};

struct worker {                         /* texts[from .. to) are its own */
    struct bench *b;
    struct encoder *encoder;
    size_t from, to;
    pthread_t thread;
};

struct bench {
    struct buf bytes;                   /* of all texts */
    struct slice *texts;
    struct encoded *encoded;
    size_t n_texts;
    struct worker *workers;
    int threads;
    bool kept;
    FILE *ids;                          /* where they go, or NULL */
    struct clocks paused;               /* what that took */
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

static void read_texts(struct bench *b, const char *path)
{
    struct err e = {0};
    struct arena arena;
    struct doc d;
    int more = -1;
    size_t cap = 0;
    const char *p;
    struct docs *docs = docs_open(path, &doc_fields_default, &e);
    arena_init(&arena);
    buf_init(&b->bytes, BUF_NO_LIMIT);
    while (docs && (more = docs_next(docs, &arena, &d, &e)) == 1) {
        if (b->n_texts == cap) {
            cap = cap * 2 + 1024;
            b->texts = mem_grow_array(b->texts, cap, sizeof *b->texts);
        }
        buf_add_slice(&b->bytes, d.text);
        b->texts[b->n_texts++].n = d.text.n;
        arena_reset(&arena);
    }
    if (more < 0)
        die(e.text);
    arena_free(&arena);
    docs_close(docs);
    p = b->bytes.p;
    for (size_t i = 0; i < b->n_texts; p += b->texts[i++].n)
        b->texts[i].p = p;
}

/* Shares of about equally many bytes. */
static void share_out(struct bench *b)
{
    size_t i = 0, done = 0;
    for (int k = 0; k < b->threads; k++) {
        struct worker *w = &b->workers[k];
        w->from = i;
        while (i < b->n_texts && done < b->bytes.n / (size_t)b->threads * (size_t)(k + 1))
            done += b->texts[i++].n;
        w->to = k + 1 == b->threads ? b->n_texts : i;
    }
}

static void write_ids(struct bench *b, const struct encoded *v, size_t n)
{
    struct clocks before = now();
    for (size_t i = 0; i < n; i++)
        if (fwrite(v[i].ids, sizeof(uint32_t), v[i].n, b->ids) != v[i].n)
            die("ids cannot be written");
    struct clocks after = now();
    b->paused.wall += after.wall - before.wall;
    b->paused.cpu += after.cpu - before.cpu;
    b->paused.system += after.system - before.system;
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct bench *b = w->b;
    for (size_t from = w->from, to = from; from < w->to; from = to) {
        for (size_t bytes = 0; to < w->to && (b->kept || bytes < BATCH_BYTES); to++)
            bytes += b->texts[to].n;
        encoder_run_all(w->encoder, b->texts + from, to - from, b->encoded + from);
        if (b->ids)
            write_ids(b, b->encoded + from, to - from);
    }
    return NULL;
}

static void pass(struct bench *b)
{
    for (int i = 1; i < b->threads; i++)
        if (pthread_create(&b->workers[i].thread, NULL, work, &b->workers[i]) != 0)
            die("no thread");
    work(&b->workers[0]);
    for (int i = 1; i < b->threads; i++)
        pthread_join(b->workers[i].thread, NULL);
}

static size_t count_ids(const struct bench *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->n_texts; i++) {
        if (b->encoded[i].result != ENCODE_OK)
            die("a text cannot be encoded");
        n += b->encoded[i].n;
    }
    return n;
}

int main(int argc, char **argv)
{
    struct err e = {0};
    struct bench b = {0};
    const struct encode_opts opts = {.special = SPECIAL_ORDINARY};
    if (argc < 6)
        die("VOCABULARY TEXTS THREADS PASSES kept|batches [IDS]");
    b.threads = (int)strtol(argv[3], NULL, 10);
    b.kept = strcmp(argv[5], "kept") == 0;
    struct clocks start = now();
    struct tokenizer *t = tokenizer_load(argv[1], &(struct load_opts){0}, &e);
    if (!t)
        die(e.text);
    struct clocks loaded = now();
    read_texts(&b, argv[2]);
    b.encoded = mem_array(b.n_texts + 1, sizeof *b.encoded);
    b.workers = mem_array((size_t)b.threads, sizeof *b.workers);
    struct clocks before = now();
    for (int i = 0; i < b.threads; i++)
        b.workers[i] = (struct worker){.b = &b, .encoder = encoder_new(t, &opts)};
    share_out(&b);
    struct clocks made = now();
    printf("{\"load\":%.4f,\"encoder\":%.4f,\"passes\":[", loaded.wall - start.wall,
           made.wall - before.wall);
    for (int i = 0; i < strtol(argv[4], NULL, 10); i++) {
        b.ids = i == 0 && argc > 6 && b.threads == 1 ? fopen(argv[6], "wb") : NULL;
        b.paused = (struct clocks){0};
        before = now();
        pass(&b);
        struct clocks after = now();
        printf("%s{\"wall\":%.5f,\"cpu\":%.5f,\"system\":%.5f,\"tokens\":%zu}", i ? "," : "",
               after.wall - before.wall - b.paused.wall, after.cpu - before.cpu - b.paused.cpu,
               after.system - before.system - b.paused.system, count_ids(&b));
        if (b.ids && fclose(b.ids) != 0)
            die("ids cannot be written");
    }
    puts("]}");
    return 0;
}
