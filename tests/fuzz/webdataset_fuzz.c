/* webdataset - a tar of samples: headers, PAX records, NumPy heads, names. */
#include "tests/fuzz/shard_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_read(fuzz_file(data, size, ".tar"), &shard_webdataset);
    return 0;
}
