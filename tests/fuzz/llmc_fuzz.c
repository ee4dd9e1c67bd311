/* llmc - llm.c's header, and documents by their id. */
#include "tests/fuzz/shard_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_read(fuzz_file(data, size, ".bin"), &shard_llmc);
    return 0;
}
