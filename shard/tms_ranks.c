/* Rank tables: parsed when a block first asks for one, then shared by all cursors. */
#include <stdlib.h>
#include <string.h>
#include <zstd.h>
#include "shard/tms_internal.h"

/* The ids not listed follow, in rising order. Below 65,535 there are enough of them. */
static void fill(uint32_t *lut, size_t k, uint32_t max_id)
{
    unsigned char listed[TMS_LUT / 8] = {0};
    for (size_t i = 0; i < k; i++)
        if (lut[i] < TMS_LUT)
            listed[lut[i] / 8] |= (unsigned char)(1 << lut[i] % 8);
    for (uint32_t id = 0; id < TMS_RANKS_MAX && id <= max_id && k < TMS_RANKS_MAX; id++)
        if (!(listed[id / 8] >> id % 8 & 1))
            lut[k++] = id;
    for (; k < TMS_LUT; k++)
        lut[k] = TMS_HOLE;
}

const char *tms_ranks_parse(const unsigned char *f, size_t size, uint32_t max_id, uint32_t *lut)
{
    if (size < TMS_RANKS_DATA + TMS_SEAL)
        return "damaged rank table";
    size_t k = le_get32(f + 16), z = le_get32(f + 24);
    if (k > TMS_RANKS_MAX || le_get32(f + 20) != max_id ||
        z != size - TMS_RANKS_DATA - TMS_SEAL)
        return "damaged rank table";
    unsigned char *planes = malloc(4 * k + 1);
    if (!planes)
        return "out of memory";
    size_t got = ZSTD_decompress(planes, 4 * k, f + TMS_RANKS_DATA, z);
    const char *flaw = got == 4 * k ? NULL : "damaged rank table";
    uint32_t id = 0;
    for (size_t i = 0; i < k && !flaw; i++) {
        id += planes[i] | (uint32_t)planes[k + i] << 8 | (uint32_t)planes[2 * k + i] << 16 |
              (uint32_t)planes[3 * k + i] << 24;
        lut[i] = id;
        if (id > max_id)
            flaw = "a rank table with an id above the tokenizer's largest";
    }
    free(planes);
    if (!flaw)
        fill(lut, k, max_id);
    return flaw;
}

static uint32_t *load(const tms *t, uint32_t i, struct tms_error *e)
{
    struct tms_ranks r = tms_ranks_at(t, i);
    unsigned char *frame = malloc(r.size);
    uint32_t *lut = malloc(TMS_LUT * sizeof *lut);
    const char *flaw = NULL;
    int rc = frame && lut ? tms_get(t, frame, r.size, r.at, e)
                          : tms_fail(e, TMS_MEMORY, "out of memory");
    if (!rc && (!tms_frame_ok(frame, r.size, TMS_RANKS_MARK) ||
                le_get64(frame + r.size - TMS_SEAL) != r.name))
        flaw = "damaged rank table";
    if (!rc && !flaw)
        flaw = tms_ranks_parse(frame, r.size, t->max_id, lut);
    if (flaw)
        rc = tms_fail(e, TMS_DAMAGED, flaw);
    free(frame);
    if (rc) {
        free(lut);
        return NULL;
    }
    return lut;
}

/* Two threads may parse one table at the same time; the first to be ready is kept. */
const uint32_t *tms_lut(const tms *t, uint32_t ranks, struct tms_error *e)
{
    uint32_t *lut = atomic_load_explicit(&t->luts[ranks], memory_order_acquire), *none = NULL;
    if (lut)
        return lut;
    lut = load(t, ranks, e);
    if (lut && !atomic_compare_exchange_strong(&t->luts[ranks], &none, lut)) {
        free(lut);
        lut = none;
    }
    return lut;
}
