/* charset - any bytes in every charset: what comes out is UTF-8. */
#include <stdint.h>
#include <stdlib.h>
#include "core/utf8.h"
#include "read/charset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const labels[] = {"utf-16le", "utf-16be", "gb2312", "big5", "sjis", "euc-jp",
                                         "iso-2022-jp", "euc-kr", "latin1", "koi8-r", "tis-620"};
    const struct slice bytes = slice_of((const char *)data, size);
    size_t skip;
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        const char *name = charset_of_label(slice_str(labels[i]));
        struct buf out;
        uint64_t repaired = 0;
        buf_init(&out, 1 << 24);
        if (!name || !charset_convert(&out, bytes, name, &repaired))
            abort();
        if (!utf8_valid(buf_slice(&out)))
            abort();
        buf_free(&out);
    }
    charset_decide(bytes, SLICE(""), SLICE(""), true, &skip);
    charset_decide(bytes, charset_in_type(bytes), charset_in_meta(bytes), false, &skip);
    return 0;
}
