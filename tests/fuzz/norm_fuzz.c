/* norm - any text through ftfy's repairs and the three steps: what comes out is UTF-8, and the
 * steps leave their own result alone. */
#include "core/utf8.h"
#include "filter/ftfy.h"
#include "tests/fuzz/fuzz.h"

static void repair(const struct ftfy_opts *o, struct slice text)
{
    struct ftfy *f = ftfy_new(o);
    struct ftfy_work w;
    ftfy_work_init(&w);
    ftfy_run(f, &text, &w);
    if (!utf8_valid(text))
        abort();
    ftfy_work_free(&w);
    ftfy_free(f);
}

static void normalize(enum norm_space space, struct slice text)
{
    const struct norm_opts o = {NORM_NFKC, space, 1, false};
    struct norm *n = norm_new(&o);
    struct buf work[2], again[2];
    for (int i = 0; i < 2; i++) {
        buf_init(&work[i], BUF_NO_LIMIT);
        buf_init(&again[i], BUF_NO_LIMIT);
    }
    norm_run(n, &text, work);
    if (!utf8_valid(text) || norm_run(n, &text, again))
        abort();
    for (int i = 0; i < 2; i++) {
        buf_free(&work[i]);
        buf_free(&again[i]);
    }
    norm_free(n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    uint64_t repaired = 0;
    arena_init(&a);
    struct slice text = utf8_repair(slice_of((const char *)data, size), &a, &repaired);
    repair(&ftfy_default, text);
    repair(&ftfy_datatrove, text);
    normalize(NORM_TRIM, text);
    normalize(NORM_COLLAPSE, text);
    arena_free(&a);
    return 0;
}
