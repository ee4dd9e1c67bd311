/* input - stored bytes of every codec, and archives. */
#include "tests/fuzz/fuzz.h"
#include "core/entries.h"
#include "core/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char block[1 << 16];
    const char *name = fuzz_file(data, size, "");
    struct err e;
    err_init(&e);
    struct input *in = input_open(name, INPUT_WINDOW_DEFAULT, &e);
    size_t total = 0;
    long n = 0;
    while (in && total < 8 << 20 && (n = input_read(in, block, sizeof block, &e)) > 0)
        total += (size_t)n;
    input_close(in);
    struct entries *en = entries_open(name, "", INPUT_WINDOW_DEFAULT);
    struct slice entry;
    struct buf bytes;
    buf_init(&bytes, 2 << 20);
    err_init(&e);
    for (int i = 0; i < 50 && entries_next(en, &entry, &e) > 0; i++) {
        buf_clear(&bytes);
        if (entries_read(en, &bytes, 1 << 20, &e) < 0)
            break;
    }
    entries_close(en);
    buf_free(&bytes);
    return 0;
}
