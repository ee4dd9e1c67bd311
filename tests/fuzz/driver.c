/* driver - mutates seeds and runs one target, where clang's libFuzzer is not at hand.
 *
 *   TARGET SECONDS [-SEED] SEEDFILE...      finds nothing: 0; the sanitizer ends the process else
 *
 * The input at work is kept in crash-TARGET, so that a crash leaves it behind. To repeat one:
 * TARGET 0 crash-TARGET.
 */
#include "tests/fuzz/fuzz.h"
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MAX = 1 << 16, SEEDS = 256 };
static struct { uint8_t *p; size_t n; } seeds[SEEDS];
static size_t n_seeds;
static uint64_t state = 1;

static uint32_t number(uint32_t below)
{
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return below ? (uint32_t)(state >> 33) % below : 0;
}

static void read_seed(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f || n_seeds == SEEDS)
        exit(2);
    seeds[n_seeds].p = malloc(MAX);
    seeds[n_seeds].n = fread(seeds[n_seeds].p, 1, MAX, f);
    n_seeds++;
    fclose(f);
}

static size_t change(uint8_t *p, size_t n)
{
    static const char *const words[] = {"{", "}", "[", "]]", "[[", "{{", "\"", "\\", "\\u", "<",
                                        ">", "&", "\xff\xff\xff\xff", "999999999", "-1"};
    size_t at = number((uint32_t)n + 1), m;
    switch (number(7)) {
    case 0: if (at < n) p[at] ^= (uint8_t)(1 << number(8)); return n;
    case 1: if (at < n) p[at] = (uint8_t)number(256); return n;
    case 2: return at;                                          /* cut */
    case 3:                                                     /* take out */
        m = number((uint32_t)(n - at) + 1);
        memmove(p + at, p + at + m, n - at - m);
        return n - m;
    case 4: case 5: {                                           /* put in a word */
        const char *w = words[number(sizeof words / sizeof words[0])];
        m = strlen(w);
        if (n + m > MAX)
            return n;
        memmove(p + at + m, p + at, n - at);
        memcpy(p + at, w, m);
        return n + m;
    }
    default:                                                    /* repeat a piece */
        m = number((uint32_t)(n - at) + 1);
        if (n + m > MAX)
            return n;
        memmove(p + at + m, p + at, n - at);
        return n + m;
    }
}

static void keep(int fd, const uint8_t *p, size_t n)
{
    if (pwrite(fd, p, n, 0) != (ssize_t)n || ftruncate(fd, (off_t)n))
        exit(3);
}

int main(int argc, char **argv)
{
    char name[256];
    const char *base = strrchr(argv[0], '/');
    if (argc < 3)
        return 2;
    snprintf(name, sizeof name, "crash-%s", base ? base + 1 : argv[0]);
    time_t end = time(NULL) + strtol(argv[1], NULL, 10);
    for (int i = 2; i < argc; i++)
        read_seed(argv[i]);
    for (size_t i = 0; i < n_seeds; i++)
        LLVMFuzzerTestOneInput(seeds[i].p, seeds[i].n);
    unsigned long runs = n_seeds;
    int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0666);
    static uint8_t work[MAX];
    while (time(NULL) < end) {
        for (int k = 0; k < 50; k++, runs++) {
            size_t s = number((uint32_t)n_seeds), n = seeds[s].n;
            memcpy(work, seeds[s].p, n);
            for (uint32_t m = 1 + number(4); m; m--)
                n = change(work, n);
            keep(fd, work, n);
            /* a block of its own size, so that reading past the end is seen */
            uint8_t *exact = malloc(n ? n : 1);
            memcpy(exact, work, n);
            LLVMFuzzerTestOneInput(exact, n);
            free(exact);
        }
    }
    remove(name);
    printf("%lu runs\n", runs);
    return 0;
}
