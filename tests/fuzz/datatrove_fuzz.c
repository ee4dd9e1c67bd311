/* datatrove - datatrove's index beside sixty-four bytes of ids. */
#include "tests/fuzz/shard_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char ids[64] = {1, 0, 5, 0};
    fuzz_beside("fuzz-input.ds", ids, sizeof ids);
    fuzz_file(data, size, ".ds.index");
    fuzz_read("fuzz-input.ds", &shard_datatrove);
    return 0;
}
