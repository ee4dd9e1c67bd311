/* evalsets - descriptions of evaluation sets, and sets, as decontaminate reads them. */
#include "tests/fuzz/fuzz.h"
#include "dedup/evalsets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_file(data, size, ".json");
    struct err e;
    struct gram_index *g = gram_index_new(4, 2);
    err_init(&e);
    evalset_add(g, slice_str(path), SLICE("question,choices"), &e);
    err_init(&e);
    evalset_add_spec(g, path, &e);
    gram_index_seal(g);
    gram_index_free(g);
    return 0;
}
