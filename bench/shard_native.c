/* The native shard beside raw 32-bit ids in the same blocks under zstd level 3, in one run: size,
 * decoding, random windows. One JSON object on standard output.
 *
 *     shard_native decode SHARD.tms         stored bytes and decoded tokens a second of both sides
 *     shard_native windows SHARD.tms N      N windows of 2,049 tokens, and N that straddle blocks
 *     shard_native open SHARD.tms...        milliseconds to open all of them
 *
 * Raw blocks are decoded twice: from memory, comparing nothing ("bare"), and as the shard's are,
 * read from a file and the XXH3 of each block's ids compared ("checked"). Times are CPU time, the
 * median of runs that take turns. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>
#include <zstd.h>
#include "shard/tokmill-shard.h"

enum { BLOCK = 65536, WINDOW = 2049, RUNS = 11 };

static double now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void *need(size_t n)
{
    void *p = malloc(n);
    if (!p)
        err(3, "malloc");
    return p;
}

static tms *open_shard(const char *path)
{
    struct tms_error e;
    tms *t = tms_open(path, &e);
    if (!t)
        errx(3, "%s", e.text);
    return t;
}

static void read_tokens(tms_cursor *c, uint64_t from, size_t n, uint32_t *ids)
{
    struct tms_error e;
    if (tms_read(c, from, n, ids, &e))
        errx(3, "%s", e.text);
}

/* ---- decode ------------------------------------------------------------------------------- */

struct raw {
    char *packed;
    size_t *size, n, total;
    XXH64_hash_t *hash;
    int fd;                         /* the same bytes */
};

static struct raw compress_raw(const uint32_t *ids, uint64_t n)
{
    struct raw r = {.n = (n + BLOCK - 1) / BLOCK};
    size_t room = ZSTD_compressBound(4 * BLOCK);
    r.packed = need(r.n * room);
    r.size = need(r.n * sizeof *r.size);
    r.hash = need(r.n * sizeof *r.hash);
    for (size_t b = 0; b < r.n; b++) {
        size_t left = n - b * BLOCK, m = left < BLOCK ? left : BLOCK;
        r.size[b] = ZSTD_compress(r.packed + r.total, room, ids + b * BLOCK, 4 * m, 3);
        r.hash[b] = XXH3_64bits(ids + b * BLOCK, 4 * m);
        r.total += r.size[b];
    }
    FILE *f = tmpfile();
    if (!f || fwrite(r.packed, 1, r.total, f) != r.total || fflush(f))
        err(3, "temporary file");
    r.fd = fileno(f);               /* open until the end */
    return r;
}

static double decode_checked(const struct raw *r, ZSTD_DCtx *z, uint32_t *to)
{
    static char packed[5 * BLOCK];
    double start = now(CLOCK_THREAD_CPUTIME_ID);
    off_t at = 0;
    for (size_t b = 0; b < r->n; at += (off_t)r->size[b++]) {
        if (pread(r->fd, packed, r->size[b], at) != (ssize_t)r->size[b])
            err(3, "temporary file");
        size_t n = ZSTD_decompressDCtx(z, to, 4 * BLOCK, packed, r->size[b]);
        if (ZSTD_isError(n) || XXH3_64bits(to, n) != r->hash[b])
            errx(3, "zstd");
    }
    return now(CLOCK_THREAD_CPUTIME_ID) - start;
}

static double decode_raw(const struct raw *r, ZSTD_DCtx *z, uint32_t *to)
{
    double start = now(CLOCK_THREAD_CPUTIME_ID);
    const char *p = r->packed;
    for (size_t b = 0; b < r->n; p += r->size[b++])
        if (ZSTD_isError(ZSTD_decompressDCtx(z, to, 4 * BLOCK, p, r->size[b])))
            errx(3, "zstd");
    return now(CLOCK_THREAD_CPUTIME_ID) - start;
}

static double decode_native(tms_cursor *c, uint64_t n, uint32_t *to)
{
    double start = now(CLOCK_THREAD_CPUTIME_ID);
    for (uint64_t at = 0; at < n; at += BLOCK)
        read_tokens(c, at, n - at < BLOCK ? n - at : BLOCK, to);
    return now(CLOCK_THREAD_CPUTIME_ID) - start;
}

static double median(double *v)
{
    qsort(v, RUNS, sizeof *v, by_value);
    return v[RUNS / 2];
}

static size_t file_size(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END))
        err(3, "%s", path);
    size_t n = (size_t)ftell(f);
    fclose(f);
    return n;
}

static void decode(const char *path)
{
    tms *t = open_shard(path);
    uint64_t n = tms_tokens(t);
    uint32_t *ids = need(4 * n + 4);
    tms_cursor *c = tms_cursor_new(t, NULL);
    read_tokens(c, 0, n, ids);
    struct raw r = compress_raw(ids, n);
    ZSTD_DCtx *z = ZSTD_createDCtx();
    double bare[RUNS], checked[RUNS], native[RUNS];
    for (int i = 0; i < RUNS; i++) {
        bare[i] = decode_raw(&r, z, ids);
        native[i] = decode_native(c, n, ids);
        checked[i] = decode_checked(&r, z, ids);
    }
    double b = median(bare), k = median(checked), v = median(native);
    printf("{\"tokens\":%llu,\"raw_bytes\":%zu,\"native_bytes\":%zu,\"smaller\":%.4f,"
           "\"raw_bare_mtok_s\":%.0f,\"raw_checked_mtok_s\":%.0f,\"native_mtok_s\":%.0f,"
           "\"faster_than_bare\":%.3f,\"faster_than_checked\":%.3f}\n",
           (unsigned long long)n, r.total, file_size(path),
           1 - (double)file_size(path) / (double)r.total, (double)n / b / 1e6,
           (double)n / k / 1e6, (double)n / v / 1e6, b / v, k / v);
    free(r.packed);
    free(r.size);
    free(r.hash);
    free(ids);
    ZSTD_freeDCtx(z);
    tms_cursor_free(c);
    tms_close(t);
}

/* ---- windows ------------------------------------------------------------------------------ */

static void measure(const char *name, tms_cursor *c, uint64_t tokens, size_t n, int across)
{
    double *ms = need(n * sizeof *ms), *cpu = need(n * sizeof *cpu);
    uint32_t ids[WINDOW];
    uint64_t state = 88172645463325252u;
    for (size_t i = 0; i < n; i++) {
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        uint64_t border = (1 + state % (tokens / BLOCK - 1)) * BLOCK;
        uint64_t at = across ? border - 1 - state / 7 % (WINDOW - 1) : state % (tokens - WINDOW);
        double start = now(CLOCK_MONOTONIC), used = now(CLOCK_THREAD_CPUTIME_ID);
        read_tokens(c, at, WINDOW, ids);
        cpu[i] = 1e3 * (now(CLOCK_THREAD_CPUTIME_ID) - used);
        ms[i] = 1e3 * (now(CLOCK_MONOTONIC) - start);
    }
    qsort(ms, n, sizeof *ms, by_value);
    qsort(cpu, n, sizeof *cpu, by_value);
    printf("\"%s\":{\"p50\":%.4f,\"p99\":%.4f,\"cpu_p50\":%.4f,\"cpu_p99\":%.4f}", name, ms[n / 2],
           ms[n - 1 - n / 100], cpu[n / 2], cpu[n - 1 - n / 100]);
    free(ms);
    free(cpu);
}

static void windows(const char *path, size_t n)
{
    tms *t = open_shard(path);
    tms_cursor *c = tms_cursor_new(t, NULL);
    if (tms_tokens(t) < 3 * BLOCK || !n)
        errx(2, "%s: too short", path);
    printf("{\"windows\":%zu,", n);
    measure("any_ms", c, tms_tokens(t), n, 0);
    putchar(',');
    measure("across_ms", c, tms_tokens(t), n, 1);
    printf("}\n");
    tms_cursor_free(c);
    tms_close(t);
}

static void open_all(int n, char **path)
{
    tms **t = need((size_t)n * sizeof *t);
    uint64_t tokens = 0;
    double start = now(CLOCK_MONOTONIC);
    for (int i = 0; i < n; i++) {
        t[i] = open_shard(path[i]);
        tokens += tms_tokens(t[i]);
    }
    printf("{\"shards\":%d,\"tokens\":%llu,\"ms\":%.2f}\n", n, (unsigned long long)tokens,
           1e3 * (now(CLOCK_MONOTONIC) - start));
    for (int i = 0; i < n; i++)
        tms_close(t[i]);
    free(t);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "decode") == 0)
        decode(argv[2]);
    else if (argc == 4 && strcmp(argv[1], "windows") == 0)
        windows(argv[2], strtoul(argv[3], NULL, 10));
    else if (argc > 2 && strcmp(argv[1], "open") == 0)
        open_all(argc - 2, argv + 2);
    else
        errx(2, "usage: shard_native decode FILE | windows FILE N | open FILE...");
    return 0;
}
