/* native - shards of every format, read to the end. */
#include "tests/fuzz/fuzz.h"
#include "shard/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e;
    struct arena a;
    struct shard_wish wish = {.doc_max = 1 << 20};
    const uint32_t *ids;
    struct shard_doc d;
    size_t n;
    err_init(&e);
    arena_init(&a);
    struct shard_reader *r = shard_reader_open(fuzz_file(data, size, ".tms"), &wish, &e);
    for (int i = 0; r && i < 1000 && shard_reader_next(r, &a, &d, &ids, &n, &e) > 0; i++)
        arena_reset(&a);
    shard_reader_close(r);
    arena_free(&a);
    return 0;
}
