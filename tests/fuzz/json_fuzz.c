/* json - records: parse, change, write; what is written parses again to the same text. */
#include "tests/fuzz/fuzz.h"
#include "core/doc.h"
#include "core/json.h"

static bool parse(struct doc *d, struct arena *a, struct slice line)
{
    const char *kind;
    size_t at;
    uint64_t repaired = 0;
    return !doc_parse(d, a, line, &doc_fields_default, SLICE("id"), &kind, &at, &repaired);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct buf out;
    struct doc d = {0}, again = {0};
    arena_init(&a);
    buf_init(&out, BUF_NO_LIMIT);
    if (parse(&d, &a, slice_of((const char *)data, size))) {
        doc_ids(&d);
        doc_set_u64(&d, "metadata.a.b", 1);
        if (size % 3 == 0)
            doc_drop_ids(&d);
        doc_format(&d, &out);
        if ((d.has_text || d.has_ids) && !parse(&again, &a, slice_upto(buf_slice(&out), out.n - 1)))
            abort();
        if (!slice_eq(d.text, again.text))
            abort();
    }
    buf_free(&out);
    arena_free(&a);
    return 0;
}
