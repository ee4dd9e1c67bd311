/* part_cluster - see part_cluster.h. Entries are read three times: to mark documents, to join them,
 * to deal them out. */
#include "dedup/part_cluster.h"
#include <inttypes.h>
#include "core/hash.h"
#include "core/json.h"
#include "core/mem.h"
#include "dedup/forest.h"
#include "dedup/marks.h"
#include "dedup/part.h"
#include "dedup/part_match.h"
#include "dedup/settings.h"
#include "dedup/shards.h"
#include "dedup/sorter.h"

struct dealt {                      /* sorted by partition */
    uint64_t partition, group, doc;
};

struct cluster {
    const struct part_cluster_about *about;
    struct settings settings;
    struct shards shards;
    struct part **parts;
    struct part_cursor *cursor;
    struct marks candidates;
    struct forest forest;           /* of candidates, by rank */
    struct sorter *dealt;
    uint64_t group;                 /* of the entry before */
    uint32_t first;                 /* rank of that group's first document */
    bool any;
};

typedef int entry_fn(struct cluster *c, const struct part_entry *entry, struct err *e);

static int each_entry(struct cluster *c, entry_fn *fn, struct err *e)
{
    for (size_t i = 0; i < c->about->matches->n; i++) {
        if (part_seek(c->cursor, c->parts[i], 0, e))
            return -1;
        while (part_left(c->cursor)) {
            const void *record;
            struct part_entry entry;
            if (part_read(c->cursor, sizeof entry, &record, e))
                return -1;
            memcpy(&entry, record, sizeof entry);
            if (entry.doc >= c->shards.docs)
                return err_set(e, ERR_VERIFY, "%s: names a document that is in no shard",
                               c->about->matches->paths[i]);
            if (fn(c, &entry, e))
                return -1;
        }
    }
    return 0;
}

static int mark(struct cluster *c, const struct part_entry *entry, struct err *e)
{
    (void)e;
    marks_set(&c->candidates, entry->doc);
    return 0;
}

static int join(struct cluster *c, const struct part_entry *entry, struct err *e)
{
    uint32_t rank = (uint32_t)marks_rank(&c->candidates, entry->doc);
    (void)e;
    if (c->any && entry->group == c->group) {
        forest_join(&c->forest, c->first, rank);
        return 0;
    }
    c->any = true;
    c->group = entry->group;
    c->first = rank;
    return 0;
}

static uint64_t partition_of(struct cluster *c, uint64_t doc)
{
    uint32_t root = forest_root(&c->forest, (uint32_t)marks_rank(&c->candidates, doc));
    return hash_mix(root + 1) % c->about->partitions;
}

static int deal(struct cluster *c, const struct part_entry *entry, struct err *e)
{
    struct dealt d = {partition_of(c, entry->doc), entry->group, entry->doc};
    return sorter_add(c->dealt, &d, e);
}

static int open_parts(struct cluster *c, struct err *e)
{
    const struct folder_list *l = c->about->matches;
    c->parts = mem_array(l->n + 1, sizeof *c->parts);
    for (size_t i = 0; i < l->n; i++)
        if (!(c->parts[i] = part_open(l->paths[i], PART_MATCH_KIND, e)))
            return -1;
    if (!l->n || !settings_get(part_info(c->parts[0]), &c->settings) ||
        !shards_get(part_info(c->parts[0]), &c->shards))
        return err_set(e, ERR_VERIFY, "holds no matches that this version knows");
    return 0;
}

static int check_memory(const struct cluster *c, uint64_t need, struct err *e)
{
    if (need <= c->about->memory - c->about->memory / 4)
        return 0;
    return err_set(e, ERR_NOMEM, "%" PRIu64 " documents, %zu of them candidates, need tables of "
                   "%" PRIu64 " MiB: give --memory %" PRIu64 "M or more", c->shards.docs,
                   c->candidates.count, (need >> 20) + 1, (need * 8 / 3 >> 20) + 1);
}

static int find_components(struct cluster *c, struct err *e)
{
    uint64_t bits = c->shards.docs / 8 + c->shards.docs / 128;
    if (check_memory(c, bits, e))
        return -1;
    marks_init(&c->candidates, c->shards.docs);
    if (each_entry(c, mark, e))
        return -1;
    marks_seal(&c->candidates);
    uint64_t need = bits + c->candidates.count * sizeof *c->forest.parent;
    if (c->candidates.count > UINT32_MAX)
        return err_set(e, ERR_NOMEM, "%zu documents are candidates, 2^32 at most",
                       c->candidates.count);
    if (check_memory(c, need, e))
        return -1;
    forest_init(&c->forest, c->candidates.count);
    if (each_entry(c, join, e))
        return -1;
    c->dealt = sorter_new(&(struct sorter_about){sizeof(struct dealt), 1,
                                                 c->about->memory - need, c->about->tmp,
                                                 c->about->tmp_max});
    return each_entry(c, deal, e) || sorter_sort(c->dealt, e) ? -1 : 0;
}

static int write_partitions(struct cluster *c, struct part_writer *w, struct err *e)
{
    uint64_t section = 0;
    const void *next;
    int rc;
    while ((rc = sorter_next(c->dealt, &next, e)) > 0) {
        const struct dealt *d = next;
        for (; section < d->partition; section++)
            part_end_section(w);
        if (part_add(w, &d->group, sizeof(struct part_entry), e))
            return -1;
    }
    for (; section < c->about->partitions; section++)
        part_end_section(w);
    return rc;
}

static int write_candidates(struct cluster *c, struct part_writer *w, struct err *e)
{
    for (size_t i = 0; i < c->shards.n; i++) {
        const struct shard *s = &c->shards.v[i];
        for (uint64_t k = 0; k < s->docs; k++) {
            if (!marks_has(&c->candidates, s->first + k))
                continue;
            struct part_candidate d = {(uint32_t)k, (uint32_t)partition_of(c, s->first + k)};
            if (part_add(w, &d, sizeof d, e))
                return -1;
        }
        part_end_section(w);
    }
    return 0;
}

static int write_all(struct cluster *c, const char *path, struct err *e)
{
    struct part_writer *w = part_create(path, PART_CLUSTER_KIND, e);
    struct buf info;
    if (!w)
        return -1;
    if (write_partitions(c, w, e) || write_candidates(c, w, e)) {
        part_abort(w);
        return -1;
    }
    buf_init(&info, BUF_NO_LIMIT);
    buf_add_byte(&info, '{');
    settings_put(&c->settings, &info);
    json_put_u64(&info, "partitions", c->about->partitions);
    shards_put(&c->shards, &info);
    buf_add_byte(&info, '}');
    int rc = part_commit(w, buf_slice(&info), e);
    buf_free(&info);
    return rc;
}

int part_cluster(const struct part_cluster_about *about, const char *path, struct err *e)
{
    struct cluster c = {.about = about, .cursor = part_cursor_new()};
    shards_init(&c.shards);
    int rc = open_parts(&c, e) || find_components(&c, e) || write_all(&c, path, e) ? -1 : 0;
    for (size_t i = 0; i < about->matches->n; i++)
        part_close(c.parts[i]);
    mem_free(c.parts);
    part_cursor_free(c.cursor);
    marks_free(&c.candidates);
    forest_free(&c.forest);
    sorter_free(c.dealt);
    shards_free(&c.shards);
    return rc;
}
