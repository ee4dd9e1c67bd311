/* tokenizer - tokenizer.json and rank files. */
#include "tests/fuzz/fuzz.h"
#include "tokenize/tokenizer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e;
    err_init(&e);
    struct load_opts o = {size % 2 ? "gpt2" : NULL, NULL, UNICODE_DEFAULT, NULL};
    tokenizer_free(tokenizer_load(fuzz_file(data, size, ".json"), &o, &e));
    return 0;
}
