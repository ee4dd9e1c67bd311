/* regex - expressions of other engines: rewritten, compiled, run over a text. The first byte says
 * which engine. */
#include "tests/fuzz/fuzz.h"
#include "tokenize/matcher.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e;
    size_t start, end;
    err_init(&e);
    if (!size || size > 300)
        return 0;
    struct pretok_opts o = {data[0] % 2 ? REGEX_RUST : REGEX_ONIG, UNICODE_DEFAULT};
    struct matcher *m = matcher_new(slice_of((const char *)data + 1, size - 1), o, &e);
    if (!m)
        return 0;
    struct matcher_work *w = matcher_work_new(m);
    matcher_start(w);
    for (int i = 0; i < 100; i++)
        if (matcher_next(m, w, SLICE("The cat's 12 \xE6\xBC\xA2 \xCC\x81\n x"), &start, &end) <= 0)
            break;
    matcher_work_free(w);
    matcher_free(m);
    return 0;
}
