/* nanogpt - bare ids. */
#include "tests/fuzz/shard_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_read(fuzz_file(data, size, ".raw"), &shard_nanogpt);
    return 0;
}
