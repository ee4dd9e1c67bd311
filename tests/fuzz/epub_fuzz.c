/* epub - zip, package, chapters. */
#include "tests/fuzz/fuzz.h"
#include "read/epub.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct epub b;
    struct arena a;
    struct buf out;
    struct err e;
    err_init(&e);
    arena_init(&a);
    buf_init(&out, 1 << 24);
    epub_read(&b, &a, slice_of((const char *)data, size), 1 << 22, &out, &e);
    buf_free(&out);
    arena_free(&a);
    return 0;
}
