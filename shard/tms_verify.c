/* Every byte, in the order of the file: each frame stands where the one before it ended, tables
 * repeat what the frames say, all hashes are computed anew. */
#include <stdlib.h>
#include <string.h>
#include "shard/tms_internal.h"

struct check {
    tms_cursor *c;
    uint64_t at;                        /* where the next frame must stand */
    uint32_t ranks;                     /* tables passed */
    uint64_t frame;                     /* frames passed */
    uint64_t end;                       /* of the last document */
    uint32_t max;
    XXH3_state_t *ids, *docs;
};

enum { CHUNK = TMS_PAYLOAD_MAX / 2 };     /* ends at a time */

/* The next frame has this many bytes, and the seek table says so. */
static int pass(struct check *v, uint64_t stored, uint64_t decoded, struct tms_error *e)
{
    unsigned char entry[8];
    const tms *t = v->c->t;
    if (tms_get(t, entry, sizeof entry, t->seek_at + 8 + 8 * v->frame, e))
        return -1;
    if (le_get32(entry) != stored || le_get32(entry + 4) != decoded)
        return tms_fail(e, TMS_DAMAGED, "damaged seek table");
    v->at += stored;
    v->frame++;
    return 0;
}

/* Rank tables up to the place of a block or of the block table. */
static int pass_ranks(struct check *v, uint64_t to, struct tms_error *e)
{
    const tms *t = v->c->t;
    while (v->at < to) {
        struct tms_ranks r = v->ranks < t->n_ranks ? tms_ranks_at(t, v->ranks)
                                                   : (struct tms_ranks){.at = UINT64_MAX};
        if (r.at != v->at)
            return tms_fail(e, TMS_DAMAGED, "bytes between the blocks");
        if (!tms_lut(t, v->ranks, e) || pass(v, r.size, 0, e))
            return -1;
        v->ranks++;
    }
    return v->at == to ? 0 : tms_fail(e, TMS_DAMAGED, "frames that overlap");
}

/* The document table repeats the heads. */
static int pass_ends(struct check *v, const struct tms_block *k, struct tms_error *e)
{
    const tms *t = v->c->t;
    const unsigned char *ends = v->c->stored.ends;
    unsigned char *got = v->c->payload;
    for (uint64_t i = 0, n; i < k->docs; i += n) {
        n = k->docs - i < CHUNK ? k->docs - i : CHUNK;
        if (tms_get(t, got, 2 * n, t->docs_at + TMS_DOCS_ENDS + 2 * (k->first_doc + i), e))
            return -1;
        if (memcmp(got, ends + 2 * i, 2 * n))
            return tms_fail(e, TMS_DAMAGED, "damaged document table");
        XXH3_64bits_update(v->docs, got, 2 * n);
    }
    if (k->docs)
        v->end = k->first_token + le_get16(ends + 2 * (k->docs - 1));
    return 0;
}

static void hash_all(struct check *v, const uint32_t *ids, size_t n)
{
    unsigned char bytes[1024];
    for (size_t i = 0, now; i < n; i += now) {
        now = n - i < sizeof bytes / 4 ? n - i : sizeof bytes / 4;
        le_put_ids(bytes, ids + i, now, 4);
        XXH3_128bits_update(v->ids, bytes, 4 * now);
    }
    for (size_t i = 0; i < n; i++)
        v->max = ids[i] > v->max ? ids[i] : v->max;
}

static int pass_block(struct check *v, uint64_t b, struct tms_error *e)
{
    const tms *t = v->c->t;
    struct tms_block k = tms_block_at(t, b);
    if (pass_ranks(v, k.at, e) || tms_load_stored(v->c, b, e))
        return -1;
    v->c->block[0].block = v->c->block[1].block = UINT64_MAX;      /* from the file itself */
    const uint32_t *ids = tms_load(v->c, b, e);
    if (!ids)
        return -1;
    if (!tms_stored_ok(&v->c->stored))
        return tms_fail_block(e, b, k.first_token, "checksum of the stored bytes does not match");
    uint64_t head = tms_stored_head(&v->c->stored);
    if (tms_ranks_at(t, k.ranks).at >= k.at)
        return tms_fail_block(e, b, k.first_token, "its rank table stands behind it");
    hash_all(v, ids, k.tokens);
    return pass(v, head, 0, e) || pass(v, k.size - head, 2 * (uint64_t)k.tokens, e) ||
                   pass_ends(v, &k, e) ? -1 : 0;
}

static int pass_tail(struct check *v, struct tms_error *e)
{
    const tms *t = v->c->t;
    unsigned char head[TMS_DOCS_ENDS], seal[TMS_SEAL], seek[8];
    const uint64_t docs = TMS_DOCS_ENDS + 2 * t->documents + TMS_SEAL;
    XXH128_hash_t ids = XXH3_128bits_digest(v->ids);
    if (pass_ranks(v, t->index_at, e) || v->ranks != t->n_ranks)
        return tms_fail(e, TMS_DAMAGED, "rank tables behind the blocks");
    if (pass(v, t->docs_at - t->index_at, 0, e) || pass(v, docs, 0, e) ||
        pass(v, TMS_FOOT, 0, e) || tms_get(t, head, sizeof head, t->docs_at, e) ||
        tms_get(t, seal, sizeof seal, t->docs_at + docs - TMS_SEAL, e) ||
        tms_get(t, seek, sizeof seek, t->seek_at, e))
        return -1;
    if (le_get32(head) != TMS_MAGIC || le_get32(head + 4) != docs - 8 ||
        memcmp(head + 8, TMS_DOCS_MARK, 8) || le_get64(head + 16) != t->documents ||
        le_get64(seal) != XXH3_64bits_digest(v->docs) || le_get64(seal) != le_get64(t->foot + 96))
        return tms_fail(e, TMS_DAMAGED, "damaged document table");
    if (le_get32(seek) != TMS_SEEK_MAGIC || le_get32(seek + 4) != t->source.size - t->seek_at - 8)
        return tms_fail(e, TMS_DAMAGED, "damaged seek table");
    if (v->end != t->tokens)
        return tms_fail(e, TMS_DAMAGED, "tokens that belong to no document");
    if (v->max != tms_max_seen(t))
        return tms_fail(e, TMS_DAMAGED, "the largest id is not the one that the footer names");
    if (ids.low64 != tms_hash(t).low || ids.high64 != tms_hash(t).high)
        return tms_fail(e, TMS_DAMAGED, "the checksum of all ids does not match");
    return 0;
}

/* The document table's seal covers its fixed part too. */
static int begin(struct check *v, struct tms_error *e)
{
    unsigned char head[TMS_DOCS_ENDS];
    if (tms_get(v->c->t, head, sizeof head, v->c->t->docs_at, e))
        return -1;
    XXH3_128bits_reset(v->ids);
    XXH3_64bits_reset(v->docs);
    XXH3_64bits_update(v->docs, head, sizeof head);
    return pass(v, v->c->t->head_size, 0, e);
}

int tms_verify(tms_cursor *c, struct tms_error *e)
{
    struct check v = {.c = c, .ids = XXH3_createState(), .docs = XXH3_createState()};
    int rc = v.ids && v.docs ? begin(&v, e) : tms_fail(e, TMS_MEMORY, "out of memory");
    c->stored_block = UINT64_MAX;
    for (uint64_t b = 0; !rc && b < c->t->blocks; b++)
        rc = pass_block(&v, b, e);
    if (!rc)
        rc = pass_tail(&v, e);
    XXH3_freeState(v.ids);
    XXH3_freeState(v.docs);
    return rc;
}
