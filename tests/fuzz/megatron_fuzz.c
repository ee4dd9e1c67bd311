/* megatron - Megatron's index beside sixty-four bytes of ids. */
#include "tests/fuzz/shard_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char ids[64] = {1, 0, 5, 0};
    fuzz_beside("fuzz-input.bin", ids, sizeof ids);
    fuzz_read(fuzz_file(data, size, ".idx"), &shard_megatron);
    return 0;
}
