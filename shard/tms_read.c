/* Cursor: blocks on demand, the two last ones kept, so that windows across a border and sequential
 * reading decode each block once. */
#include <stdlib.h>
#include <string.h>
#include <zstd.h>
#include "shard/tms_internal.h"

tms_cursor *tms_cursor_new(const tms *t, struct tms_error *e)
{
    tms_cursor *c = calloc(1, sizeof *c);
    if (!c) {
        tms_fail(e, TMS_MEMORY, "out of memory");
        return NULL;
    }
    c->t = t;
    c->stored_block = c->block[0].block = c->block[1].block = UINT64_MAX;
    c->zstd = ZSTD_createDCtx();
    c->payload = malloc(TMS_PAYLOAD_MAX);
    c->block[0].ids = malloc(TMS_BLOCK * sizeof(uint32_t));
    c->block[1].ids = malloc(TMS_BLOCK * sizeof(uint32_t));
    if (!c->zstd || !c->payload || !c->block[0].ids || !c->block[1].ids) {
        tms_fail(e, TMS_MEMORY, "out of memory");
        tms_cursor_free(c);
        return NULL;
    }
    return c;
}

void tms_cursor_free(tms_cursor *c)
{
    if (!c)
        return;
    ZSTD_freeDCtx(c->zstd);
    free(c->payload);
    free(c->block[0].ids);
    free(c->block[1].ids);
    free(c->bytes);
    free(c);
}

/* ---- finding ------------------------------------------------------------------------------ */

static uint64_t column(const tms *t, uint64_t b, size_t at)
{
    return le_get64(t->entries + TMS_ENTRY * b + at);
}

enum { FIRST_TOKEN = 8, FIRST_DOC = 16 };

/* The last block from `low` on whose first is at most v: the one that holds v. */
static uint64_t find(const tms *t, uint64_t v, uint64_t low, size_t at)
{
    if (column(t, low + 1, at) > v)
        return low;
    uint64_t high = t->blocks;          /* column(high) > v */
    while (high - low > 1) {
        uint64_t mid = low + (high - low) / 2;
        if (column(t, mid, at) <= v)
            low = mid;
        else
            high = mid;
    }
    return low;
}

/* No block has more than TMS_BLOCK tokens, so t is in block t / TMS_BLOCK or behind it; where none
 * is short, it is that one. */
static uint64_t block_of_token(const tms *t, uint64_t token)
{
    return find(t, token, token / TMS_BLOCK, FIRST_TOKEN);
}

static uint64_t block_of_doc(const tms *t, uint64_t doc) { return find(t, doc, 0, FIRST_DOC); }

/* ---- a block ------------------------------------------------------------------------------ */

int tms_load_stored(tms_cursor *c, uint64_t b, struct tms_error *e)
{
    if (c->stored_block == b)
        return 0;
    struct tms_block k = tms_block_at(c->t, b);
    c->stored_block = UINT64_MAX;
    if (k.size > c->room) {
        free(c->bytes);
        c->room = k.size;
        c->bytes = malloc(k.size);
        if (!c->bytes) {
            c->room = 0;
            return tms_fail(e, TMS_MEMORY, "out of memory");
        }
    }
    if (tms_get(c->t, c->bytes, k.size, k.at, e))
        return -1;
    const char *flaw = tms_stored_parse(&c->stored, c->bytes, k.size);
    const struct tms_stored *s = &c->stored;
    if (!flaw && (s->tokens != k.tokens || s->docs != k.docs || s->hash != k.hash ||
                  tms_stored_head(s) + s->packed_size != k.size ||
                  s->ranks != tms_ranks_at(c->t, k.ranks).name))
        flaw = "head and block table disagree";
    if (flaw)
        return tms_fail_block(e, b, k.first_token, flaw);
    c->stored_block = b;
    return 0;
}

static int load_block(tms_cursor *c, uint64_t b, uint32_t *ids, struct tms_error *e)
{
    struct tms_block k = tms_block_at(c->t, b);
    const uint32_t *lut = tms_lut(c->t, k.ranks, e);
    if (!lut || tms_load_stored(c, b, e))
        return -1;
    const char *flaw = tms_stored_decode(&c->stored, c->zstd, c->t->kernels, lut, c->t->max_id,
                                         c->payload, ids);
    return flaw ? tms_fail_block(e, b, k.first_token, flaw) : 0;
}

const uint32_t *tms_load(tms_cursor *c, uint64_t b, struct tms_error *e)
{
    struct tms_decoded *d = &c->block[c->block[1].used < c->block[0].used];     /* the older */
    for (int i = 0; i < 2; i++)
        if (c->block[i].block == b)
            d = &c->block[i];
    d->used = ++c->clock;
    if (d->block == b)
        return d->ids;
    d->block = UINT64_MAX;
    if (load_block(c, b, d->ids, e))
        return NULL;
    d->block = b;
    return d->ids;
}

/* ---- ids ---------------------------------------------------------------------------------- */

/* Ids [at, at + n) of a block. A whole one is decoded to where it is wanted. */
static int copy(tms_cursor *c, uint64_t b, size_t at, size_t n, uint32_t *ids,
                struct tms_error *e)
{
    bool kept = c->block[0].block == b || c->block[1].block == b;
    if (!kept && n == tms_block_at(c->t, b).tokens)
        return load_block(c, b, ids, e);
    const uint32_t *block = tms_load(c, b, e);
    if (!block)
        return -1;
    memcpy(ids, block + at, n * sizeof *ids);
    return 0;
}

int tms_read(tms_cursor *c, uint64_t from, size_t n, uint32_t *ids, struct tms_error *e)
{
    const tms *t = c->t;
    if (from > t->tokens || n > t->tokens - from)
        return tms_fail(e, TMS_RANGE, "tokens beyond the end of the shard");
    for (uint64_t b = n ? block_of_token(t, from) : 0; n; b++) {
        uint64_t first = column(t, b, FIRST_TOKEN);
        size_t at = (size_t)(from - first), now = (size_t)(column(t, b + 1, FIRST_TOKEN) - from);
        now = n < now ? n : now;
        if (!now)
            continue;                   /* a block without tokens */
        if (copy(c, b, at, now, ids, e))
            return -1;
        ids += now;
        from += now;
        n -= now;
    }
    return 0;
}

/* ---- documents ---------------------------------------------------------------------------- */

int tms_ends(tms_cursor *c, uint64_t first, size_t n, uint64_t *ends, struct tms_error *e)
{
    const tms *t = c->t;
    if (first > t->documents || n > t->documents - first)
        return tms_fail(e, TMS_RANGE, "documents beyond the end of the shard");
    for (uint64_t b = n ? block_of_doc(t, first) : 0; n; b++) {
        struct tms_block k = tms_block_at(t, b);
        uint64_t at = first - k.first_doc, now = k.docs - at;
        now = n < now ? n : now;
        if (!now)
            continue;
        if (tms_load_stored(c, b, e))
            return -1;
        for (uint64_t i = 0; i < now; i++)
            ends[i] = k.first_token + le_get16(c->stored.ends + 2 * (at + i));
        ends += now;
        first += now;
        n -= now;
    }
    return 0;
}

int tms_document(tms_cursor *c, uint64_t document, uint64_t *from, uint64_t *to,
                 struct tms_error *e)
{
    uint64_t ends[2] = {0, 0};
    if (document >= c->t->documents)
        return tms_fail(e, TMS_RANGE, "documents beyond the end of the shard");
    if (tms_ends(c, document - (document > 0), 1 + (document > 0), ends + !document, e))
        return -1;
    if (ends[0] > ends[1])
        return tms_fail(e, TMS_DAMAGED, "ends of documents out of order");
    *from = ends[0];
    *to = ends[1];
    return 0;
}

int tms_document_of(tms_cursor *c, uint64_t token, uint64_t *document, struct tms_error *e)
{
    const tms *t = c->t;
    if (token >= t->tokens)
        return tms_fail(e, TMS_RANGE, "a token beyond the end of the shard");
    uint64_t b = block_of_token(t, token);
    struct tms_block k = tms_block_at(t, b);
    if (tms_load_stored(c, b, e))
        return -1;
    uint64_t low = 0, high = k.docs;    /* ends before low are at most the token */
    while (low < high) {
        uint64_t mid = low + (high - low) / 2;
        if (k.first_token + le_get16(c->stored.ends + 2 * mid) <= token)
            low = mid + 1;
        else
            high = mid;
    }
    *document = k.first_doc + low;
    return *document < t->documents ? 0
               : tms_fail(e, TMS_DAMAGED, "tokens that belong to no document");
}
