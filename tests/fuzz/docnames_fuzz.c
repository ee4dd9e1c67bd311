/* docnames - the file of documents' names, beside a bare shard of four. */
#include "tests/fuzz/shard_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned char ids[] = {1, 0, 5, 0, 5, 0, 2, 0, 5, 0, 5, 0};
    fuzz_beside("fuzz-input.bin", ids, sizeof ids);
    fuzz_file(data, size, ".docs.jsonl.zst");
    fuzz_read("fuzz-input.bin", &shard_nanogpt);
    return 0;
}
