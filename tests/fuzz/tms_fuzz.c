/* tms - libtokmill-shard on files whose checksums are right, whatever else they say: the seals of
 * mutated frames are made anew, or nothing behind them would ever be reached. */
#include <stdlib.h>
#include <string.h>
#include "shard/tms_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bytes {
    unsigned char *p;
    size_t n;
};

static int from_memory(void *context, void *p, size_t n, uint64_t at)
{
    const struct bytes *b = context;
    if (at > b->n || n > b->n - at)
        abort();                        /* the library checks before it asks */
    memcpy(p, b->p + at, n);
    return 0;
}

static void seal(struct bytes b)
{
    static const char *const order[] = {TMS_HEAD_MARK, TMS_INDEX_MARK, TMS_DOCS_MARK};
    uint64_t seals[3] = {0};
    for (size_t at = 0, size; b.n - at >= 24; at += size) {
        unsigned char *f = b.p + at;
        size = (size_t)le_get32(f + 4) + 8;
        if (le_get32(f) != TMS_MAGIC || size < 24 || size > b.n - at) {
            size = 1;
            continue;
        }
        size_t packed = size >= 64 && !memcmp(f + 8, TMS_BLOCK_MARK, 8) ? le_get32(f + 28) : 0;
        if (packed && packed <= b.n - at - size)
            le_put64(f + 48, XXH3_64bits(f + size, packed));
        if (size == TMS_FOOT && !memcmp(f + 8, TMS_FOOT_MARK, 8))
            for (int i = 0; i < 3; i++)
                le_put64(f + 80 + 8 * i, seals[i]);
        uint64_t now = XXH3_64bits(f, size - TMS_SEAL);
        le_put64(f + size - TMS_SEAL, now);
        for (int i = 0; i < 3; i++)
            if (!memcmp(f + 8, order[i], 8))
                seals[i] = now;
    }
}

static void use(tms *t, tms_cursor *c)
{
    uint32_t ids[4096];
    uint64_t n = tms_tokens(t), doc, from, to, ends[64];
    const uint64_t places[] = {0, n / 2, n ? n - 1 : 0, 65535, 65536, 131071};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        size_t k = n - places[i] < 4096 ? (size_t)(n - places[i]) : 4096;
        if (places[i] <= n && !tms_read(c, places[i], k, ids, NULL))
            for (size_t j = 0; j < k; j++)
                if (ids[j] > tms_max_id(t))
                    abort();
        if (!tms_document_of(c, places[i], &doc, NULL) && doc >= tms_documents(t))
            abort();
        if (!tms_document(c, places[i], &from, &to, NULL) && (from > to || to > n))
            abort();
        tms_ends(c, places[i], 64, ends, NULL);
    }
    tms_verify(c, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes b = {malloc(size + 1), size};
    if (size)
        memcpy(b.p, data, size);
    if (size && data[0] != 0xff)        /* some as they are */
        seal(b);
    tms *t = tms_open_source(&(struct tms_source){&b, size, from_memory}, NULL);
    tms_cursor *c = t ? tms_cursor_new(t, NULL) : NULL;
    if (c)
        use(t, c);
    tms_cursor_free(c);
    tms_close(t);
    free(b.p);
    return 0;
}
