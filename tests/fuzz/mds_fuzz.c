/* mds - MosaicML's MDS: table, columns, arrays. */
#include "tests/fuzz/shard_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_read(fuzz_file(data, size, ".mds"), &shard_mds);
    return 0;
}
