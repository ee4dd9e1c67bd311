/* Counts, order by class of frequency, planes of differences: docs/SHARD.md. */
#include "shard/native_ranks.h"
#include <stdlib.h>
#include <zstd.h>
#include "core/mem.h"
#include "shard/native_frame.h"

enum {
    COUNTED = 1 << 22,          /* ids from here on are always exceptions */
    FILL_END = TMS_RANKS_MAX,   /* enough unlisted ids to fill all ranks are below this */
    LEVEL = 19                  /* of zstd: a table is small and made seldom */
};

struct ranks {
    uint32_t *listed;
    size_t n_listed;
    uint16_t *rank;             /* of ids below n_rank */
    size_t n_rank;
    struct buf frame;
    uint64_t name;
};

/* Frequency, coarsely: equal for counts within about a quarter of each other. */
static unsigned class_of(uint32_t count)
{
    unsigned top = 31 - (unsigned)__builtin_clz(count);
    return 4 * top + (top >= 2 ? (count >> (top - 2)) & 3 : (count << (2 - top)) & 3);
}

/* Counting sort by class, common ones first; within a class ids rise. */
static void order(struct ranks *r, const uint32_t *count, size_t n_ids, uint32_t least)
{
    size_t at[4 * 32 + 1] = {0}, n = 0;
    for (size_t i = 0; i < n_ids; i++)
        if (count[i] >= least)
            at[class_of(count[i])]++;
    for (size_t c = 4 * 32; c-- > 0;) {
        size_t here = at[c];
        at[c] = n;
        n += here;
    }
    r->listed = mem_array(n ? n : 1, sizeof *r->listed);
    for (size_t i = 0; i < n_ids; i++)
        if (count[i] >= least)
            r->listed[at[class_of(count[i])]++] = (uint32_t)i;
    r->n_listed = n < TMS_RANKS_MAX ? n : TMS_RANKS_MAX;
}

/* Listed ids, then the others from 0 on while there are ranks. */
static void number(struct ranks *r, uint32_t max_id)
{
    size_t n = r->n_listed, top = max_id < FILL_END ? (size_t)max_id + 1 : FILL_END;
    for (size_t i = 0; i < n; i++)
        top = r->listed[i] >= top ? (size_t)r->listed[i] + 1 : top;
    r->n_rank = top;
    r->rank = mem_alloc(top * sizeof *r->rank);
    memset(r->rank, 0xff, top * sizeof *r->rank);
    for (size_t i = 0; i < n; i++)
        r->rank[r->listed[i]] = (uint16_t)i;
    for (size_t id = 0; id < top && id <= max_id && n < TMS_RANKS_MAX; id++)
        if (r->rank[id] == TMS_EXCEPTION)
            r->rank[id] = (uint16_t)n++;
}

static void make_frame(struct ranks *r, uint32_t max_id)
{
    size_t k = r->n_listed, room = ZSTD_compressBound(4 * k);
    unsigned char *planes = mem_alloc(4 * k), *packed = mem_alloc(room);
    for (size_t i = 0; i < k; i++) {
        uint32_t d = r->listed[i] - (i ? r->listed[i - 1] : 0);
        for (size_t p = 0; p < 4; p++)
            planes[p * k + i] = (unsigned char)(d >> 8 * p);
    }
    size_t z = ZSTD_compress(packed, room, planes, 4 * k, LEVEL);
    if (ZSTD_isError(z))
        mem_failed(room);       /* the only way to fail with room enough */
    buf_init(&r->frame, BUF_NO_LIMIT);
    frame_begin(&r->frame, TMS_RANKS_MARK);
    frame_add32(&r->frame, (uint32_t)k);
    frame_add32(&r->frame, max_id);
    frame_add32(&r->frame, (uint32_t)z);
    buf_add(&r->frame, packed, z);
    r->name = frame_end(&r->frame);
    mem_free(planes);
    mem_free(packed);
}

struct ranks *ranks_new(const uint32_t *ids, size_t n, uint32_t max_id)
{
    struct ranks *r = mem_zero(sizeof *r);
    uint32_t max = 0;
    for (size_t i = 0; i < n; i++)
        max = ids[i] > max ? ids[i] : max;
    size_t n_ids = max < COUNTED ? (size_t)max + 1 : COUNTED;
    uint32_t *count = mem_array(n_ids, sizeof *count);
    for (size_t i = 0; i < n; i++)
        if (ids[i] < n_ids)
            count[ids[i]]++;
    /* Where every id has a rank anyway, an id seen once is not worth its byte in the list. */
    order(r, count, n_ids, max_id < TMS_RANKS_MAX ? 2 : 1);
    mem_free(count);
    number(r, max_id);
    make_frame(r, max_id);
    return r;
}

void ranks_free(struct ranks *r)
{
    if (!r)
        return;
    mem_free(r->listed);
    mem_free(r->rank);
    buf_free(&r->frame);
    mem_free(r);
}

struct slice ranks_frame(const struct ranks *r) { return buf_slice(&r->frame); }
uint64_t ranks_name(const struct ranks *r) { return r->name; }

size_t ranks_encode(const struct ranks *r, const uint32_t *ids, size_t n, unsigned char *out,
                    uint32_t *exceptions)
{
    size_t x = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t rank = ids[i] < r->n_rank ? r->rank[ids[i]] : TMS_EXCEPTION;
        le_put16(out + 2 * i, rank);
        exceptions[x] = ids[i];
        x += rank == TMS_EXCEPTION;
    }
    return x;
}
