/* olmo - OLMo's table, packed or plain, beside sixty-four bytes of ids. */
#include "tests/fuzz/shard_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char ids[64] = {1, 0, 5, 0};
    fuzz_beside("fuzz-input.npy", ids, sizeof ids);
    fuzz_file(data, size, ".csv.gz");
    fuzz_read("fuzz-input.npy", &shard_olmo);
    return 0;
}
