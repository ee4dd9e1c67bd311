/* part_match - see part_match.h. */
#include "dedup/part_match.h"
#include "core/mem.h"
#include "dedup/groups.h"
#include "dedup/part.h"
#include "dedup/part_sign.h"
#include "dedup/shards.h"
#include "dedup/sorter.h"

struct match {
    const struct part_match_about *about;
    struct settings settings;
    struct shards shards;
    struct sorter *bands;           /* records of part_entry */
    struct part_cursor *cursor;
    struct part_writer *out;
};

static int take_section(struct match *m, const struct part *p, uint64_t section, uint64_t first,
                        struct err *e)
{
    if (part_seek(m->cursor, p, section, e))
        return -1;
    while (part_left(m->cursor)) {
        const void *record;
        struct part_entry entry;
        uint32_t doc;
        if (part_read(m->cursor, PART_BAND_RECORD, &record, e))
            return -1;
        memcpy(&entry.group, record, sizeof entry.group);
        memcpy(&doc, (const char *)record + sizeof entry.group, sizeof doc);
        entry.doc = first + doc;
        if (sorter_add(m->bands, &entry, e))
            return -1;
    }
    return 0;
}

static int take_shard(struct match *m, const char *path, struct err *e)
{
    struct part *p = part_open(path, PART_SIGN_KIND, e);
    struct settings s;
    uint64_t width = PART_RANGES / m->about->ranges, first = m->shards.docs;
    if (!p)
        return -1;
    int rc = 0;
    if (!settings_get(part_info(p), &s) || !shards_get_one(part_info(p), &m->shards) ||
        part_sections(p) < PART_RANGES)
        rc = err_set(e, ERR_VERIFY, "%s: not a file of signatures that this version knows", path);
    m->settings = s;                /* one run of minhash-sign: the same in all */
    for (uint64_t i = 0; i < width && !rc; i++)
        rc = take_section(m, p, m->about->range * width + i, first, e);
    part_close(p);
    return rc;
}

static int write_entry(void *to, uint64_t group, uint64_t doc, struct err *e)
{
    return part_add(to, &(struct part_entry){group, doc}, sizeof(struct part_entry), e);
}

static int write_groups(struct match *m, struct err *e)
{
    struct groups groups = {.entry = write_entry, .to = m->out};
    const void *next;
    int rc;
    while ((rc = sorter_next(m->bands, &next, e)) > 0) {
        const struct part_entry *entry = next;
        if (groups_add(&groups, entry->group, entry->doc, e))
            return -1;
    }
    part_end_section(m->out);
    return rc;
}

static void format_info(const struct match *m, struct buf *info)
{
    buf_add_byte(info, '{');
    settings_put(&m->settings, info);
    shards_put(&m->shards, info);
    buf_add_byte(info, '}');
}

int part_match(const struct part_match_about *about, const char *path, struct err *e)
{
    struct match m = {.about = about, .cursor = part_cursor_new()};
    struct buf info;
    int rc = 0;
    buf_init(&info, BUF_NO_LIMIT);
    shards_init(&m.shards);
    m.bands = sorter_new(&(struct sorter_about){sizeof(struct part_entry), 1, about->memory,
                                                about->tmp, about->tmp_max});
    for (size_t i = 0; i < about->signatures->n && !rc; i++)
        rc = take_shard(&m, about->signatures->paths[i], e);
    if (rc || sorter_sort(m.bands, e) || !(m.out = part_create(path, PART_MATCH_KIND, e)) ||
        write_groups(&m, e)) {
        rc = -1;
    } else {
        format_info(&m, &info);
        rc = part_commit(m.out, buf_slice(&info), e);
        m.out = NULL;
    }
    part_abort(m.out);
    part_cursor_free(m.cursor);
    sorter_free(m.bands);
    shards_free(&m.shards);
    buf_free(&info);
    return rc;
}
