/* http - messages, chunks and content codings of any bytes. */
#include <stdint.h>
#include <stdlib.h>
#include "read/charset.h"
#include "read/http.h"
#include "read/mime.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct slice codings[] = {{"gzip, br", 8}, {"deflate", 7}, {"zstd,gzip", 9},
                                           {"br", 2}};
    const struct slice bytes = slice_of((const char *)data, size);
    struct buf plain, tmp[2];
    struct http m;
    buf_init(&plain, 1 << 24);
    for (int i = 0; i < 2; i++)
        buf_init(&tmp[i], 1 << 24);
    http_parse(bytes, &m);
    if (m.body.n > size || m.fields.n > size)
        abort();
    const struct slice type = http_field(m.fields, SLICE("Content-Type"));
    charset_in_type(type);
    mime_kind(http_media_type(type), m.body);
    if (!http_dechunk(&plain, bytes) && plain.n)
        abort();
    for (int i = 0; i < 4; i++)
        http_decode(tmp, bytes, codings[i]);
    http_decode(tmp, m.body, http_field(m.fields, SLICE("Content-Encoding")));
    buf_free(&plain);
    for (int i = 0; i < 2; i++)
        buf_free(&tmp[i]);
    return 0;
}
