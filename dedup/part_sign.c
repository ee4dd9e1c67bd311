/* part_sign - see part_sign.h. */
#include "dedup/part_sign.h"
#include "core/mem.h"
#include "dedup/part.h"
#include "dedup/shards.h"
#include "dedup/sorter.h"

struct part_sign {
    struct part_sign_about about;
    struct sorter *bands;
    uint64_t docs, chain;
};

struct part_sign *part_sign_new(const struct part_sign_about *about)
{
    struct part_sign *s = mem_zero(sizeof *s);
    s->about = *about;
    s->bands = sorter_new(&(struct sorter_about){PART_BAND_RECORD, 1, about->memory, about->tmp,
                                                 about->tmp_max});
    return s;
}

void part_sign_free(struct part_sign *s)
{
    if (!s)
        return;
    sorter_free(s->bands);
    mem_free(s);
}

int part_sign_add(struct part_sign *s, const uint64_t *keys, struct slice id, size_t text_bytes,
                  struct err *e)
{
    char record[PART_BAND_RECORD];
    uint32_t doc = (uint32_t)s->docs;
    s->chain = shards_chain(s->chain, id, text_bytes);
    if (s->docs++ == UINT32_MAX)
        return err_set(e, ERR_USAGE, "more than 2^32 documents in one unit: plan smaller ones");
    for (unsigned i = 0; keys && i < s->about.settings.bands; i++) {
        memcpy(record, &keys[i], sizeof keys[i]);
        memcpy(record + sizeof keys[i], &doc, sizeof doc);
        if (sorter_add(s->bands, record, e))
            return -1;
    }
    return 0;
}

static int write_sections(struct part_sign *s, struct part_writer *w, struct err *e)
{
    const void *record;
    uint64_t section = 0;
    int rc;
    while ((rc = sorter_next(s->bands, &record, e)) > 0) {
        uint64_t key;
        memcpy(&key, record, sizeof key);
        for (; section < key >> PART_RANGE_SHIFT; section++)
            part_end_section(w);
        if (part_add(w, record, PART_BAND_RECORD, e))
            return -1;
    }
    for (; section < PART_RANGES; section++)
        part_end_section(w);
    return rc;
}

int part_sign_write(struct part_sign *s, const char *path, const char *shard, struct err *e)
{
    struct part_writer *w = NULL;
    struct buf info;
    buf_init(&info, BUF_NO_LIMIT);
    buf_add_byte(&info, '{');
    settings_put(&s->about.settings, &info);
    shards_put_one(shard, s->docs, s->chain, &info);
    buf_add_byte(&info, '}');
    int rc = -1;
    if (!sorter_sort(s->bands, e) && (w = part_create(path, PART_SIGN_KIND, e)) &&
        !write_sections(s, w, e)) {
        rc = part_commit(w, buf_slice(&info), e);
        w = NULL;
    }
    part_abort(w);
    buf_free(&info);
    return rc;
}
