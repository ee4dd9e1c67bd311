/* warc - records of any bytes: they are taken in order, lie within, and none is taken twice. */
#include <stdint.h>
#include <stdlib.h>
#include "read/warc.h"
#include "read/warc_digest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(struct slice bytes, bool at_end)
{
    struct warc_record r;
    struct warc_head h;
    struct warc_hints hints;
    size_t at = 0, last = 0;
    enum warc_found f;
    while ((f = warc_next(bytes, &at, at_end, &r)) != WARC_END && f != WARC_MORE) {
        if (at <= last || at > bytes.n || r.at < last || r.whole.n > bytes.n - r.at)
            abort();
        if (f == WARC_RECORD) {
            warc_head(&r, &h);
            warc_hints(r.content, &hints);
            warc_digest_check(h.block_digest, r.content);
        }
        last = at;
    }
    if (at_end && f == WARC_MORE)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct slice bytes = slice_of((const char *)data, size);
    walk(bytes, false);
    walk(bytes, true);
    return 0;
}
