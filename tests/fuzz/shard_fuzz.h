/* shard_fuzz - what the targets of shard formats share: a file is opened and read to its end */
#ifndef TESTS_SHARD_FUZZ_H
#define TESTS_SHARD_FUZZ_H
#include <string.h>
#include "shard/layout.h"
#include "shard/reader.h"
#include "tests/fuzz/fuzz.h"

/* A file that stands beside the input and does not change. */
static inline void fuzz_beside(const char *name, const void *p, size_t n)
{
    FILE *f = fopen(name, "wb");
    if (!f || fwrite(p, 1, n, f) != n)
        abort();
    fclose(f);
}

static inline void fuzz_read(const char *path, const struct shard_format *format)
{
    struct err e;
    struct arena a;
    struct shard_wish wish = {.format = format, .doc_max = 1 << 20, .has_eod = true, .eod_id = 5,
                              .id_bytes = 2, .tmp = ".", .tmp_max = 1 << 20};
    struct shard_doc d;
    const uint32_t *ids;
    size_t n;
    err_init(&e);
    arena_init(&a);
    struct shard_reader *r = shard_reader_open(path, &wish, &e);
    for (int i = 0; r && i < 1000 && shard_reader_next(r, &a, &d, &ids, &n, &e) > 0; i++)
        arena_reset(&a);
    if (r && e.kind == ERR_NONE)
        shard_reader_check(r, &e);
    shard_reader_close(r);
    arena_free(&a);
}

#endif
