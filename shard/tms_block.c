/* A block by itself: what its head says, and its ids. Nothing outside of it is needed but its rank
 * table, so a file without its end can be read as well. */
#include <zstd.h>
#include "shard/tms_internal.h"

const char *tms_stored_parse(struct tms_stored *s, const unsigned char *p, size_t size)
{
    if (size < TMS_BLOCK_DATA + TMS_SEAL)
        return "damaged head";
    *s = (struct tms_stored){.p = p, .tokens = le_get32(p + 16), .docs = le_get32(p + 20),
                             .exceptions = le_get32(p + 24), .packed_size = le_get32(p + 28),
                             .ranks = le_get64(p + 32), .hash = le_get64(p + 40)};
    uint64_t head = tms_head_size(s->exceptions, s->docs);
    if (s->tokens > TMS_BLOCK || s->exceptions > s->tokens || head > size ||
        s->packed_size > size - head || s->packed_size > TMS_PACKED_MAX ||
        !tms_frame_ok(p, head, TMS_BLOCK_MARK))
        return "damaged head";
    s->ends = p + tms_ends_at(s->exceptions);
    s->packed = p + head;
    uint32_t last = 0;
    for (uint64_t i = 0; i < s->docs; i++) {
        uint32_t end = le_get16(s->ends + 2 * i);
        if (end < last || end > s->tokens)
            return "ends of documents out of order";
        last = end;
    }
    return NULL;
}

bool tms_stored_ok(const struct tms_stored *s)
{
    return XXH3_64bits(s->packed, s->packed_size) == le_get64(s->p + 48);
}

const char *tms_stored_decode(const struct tms_stored *s, void *zstd,
                              const struct tms_kernels *kernels, const uint32_t *lut,
                              uint32_t max_id, unsigned char *payload, uint32_t *ids)
{
    const unsigned char *x = s->p + TMS_BLOCK_DATA;
    size_t n = 2 * (size_t)s->tokens;
    size_t got = ZSTD_decompressDCtx(zstd, payload, n, s->packed, s->packed_size);
    if (ZSTD_isError(got))
        return ZSTD_getErrorName(got);
    if (got != n)
        return "wrong number of ids";
    struct tms_unrank u = {.lut = lut, .max_id = max_id, .ranks = payload, .ids = ids,
                           .n = s->tokens, .x = x, .x_end = x + 4 * (size_t)s->exceptions};
    kernels->unrank(&u);
    if (!u.flaw && u.x != u.x_end)
        return "exceptions that no rank asks for";
    if (!u.flaw && kernels->hash(ids, s->tokens) != s->hash)
        return "checksum mismatch";
    return u.flaw;
}
