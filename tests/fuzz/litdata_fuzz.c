/* litdata - LitData's chunk, and, from the first 0xff on, its index.json. */
#include "tests/fuzz/shard_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size ? memchr(data, 0xff, size) : NULL;
    size_t n = end ? (size_t)(end - data) : size;
    fuzz_beside("index.json", end ? end + 1 : data, end ? size - n - 1 : 0);
    fuzz_read(fuzz_file(data, n, ".bin"), &shard_litdata);
    return 0;
}
