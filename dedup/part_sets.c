/* part_sets - see part_sets.h. Sets wait in a spill file until their sections are written. */
#include "dedup/part_sets.h"
#include "core/json.h"
#include "core/mem.h"
#include "dedup/names.h"
#include "dedup/part.h"
#include "dedup/part_cluster.h"
#include "dedup/settings.h"
#include "dedup/sets.h"
#include "dedup/sorter.h"

enum { BLOCK = 4096 };

struct waiting {                    /* sorted by partition */
    uint64_t partition, doc, rank, place, name;
};

struct part_sets {
    struct part_sets_about about;
    struct settings settings;
    struct shards shards;
    const struct shard *shard;
    struct part *clusters;
    struct part_cursor *cursor;     /* on the shard's candidates */
    uint64_t partitions;
    struct part_candidate next;     /* candidate */
    bool more;
    uint64_t docs, chain, n;        /* n: candidates so far */
    struct sets *sets;
    struct set_maker *maker;
    struct names *names;
    struct sorter *waiting;
};

static int next_candidate(struct part_sets *s, struct err *e)
{
    const void *record;
    s->more = part_left(s->cursor) > 0;
    if (!s->more)
        return 0;
    if (part_read(s->cursor, sizeof s->next, &record, e))
        return -1;
    memcpy(&s->next, record, sizeof s->next);
    return 0;
}

static int open_clusters(struct part_sets *s, struct err *e)
{
    if (!(s->clusters = part_open(s->about.clusters, PART_CLUSTER_KIND, e)))
        return -1;
    struct slice info = part_info(s->clusters), n = json_find(info, SLICE("partitions"), NULL);
    if (!settings_get(info, &s->settings) || !shards_get(info, &s->shards) || !n.p ||
        !json_u64(n, &s->partitions) || s->partitions > PART_PARTITIONS_MAX ||
        part_sections(s->clusters) != s->partitions + s->shards.n)
        return err_set(e, ERR_VERIFY, "%s: not a file of clusters that this version knows",
                       s->about.clusters);
    size_t i = shards_find(&s->shards, s->about.shard);
    if (i == s->shards.n)
        return err_set(e, ERR_USAGE, "no shard '%.200s' was signed: the plan has to be that of "
                       "minhash-sign", s->about.shard);
    s->shard = &s->shards.v[i];
    s->cursor = part_cursor_new();
    return part_seek(s->cursor, s->clusters, s->partitions + i, e) || next_candidate(s, e);
}

struct part_sets *part_sets_new(const struct part_sets_about *about, struct err *e)
{
    struct part_sets *s = mem_zero(sizeof *s);
    s->about = *about;
    shards_init(&s->shards);
    struct sets_about sets = {about->tmp, about->tmp_max, about->memory / 2};
    s->waiting = sorter_new(&(struct sorter_about){sizeof(struct waiting), 1, about->memory / 4,
                                                   about->tmp, about->tmp_max});
    if (open_clusters(s, e) || !(s->sets = sets_new(&sets, e)) ||
        !(s->names = names_new(about->tmp, about->tmp_max, e))) {
        part_sets_free(s);
        return NULL;
    }
    s->maker = set_maker_new(s->sets, s->settings.kind, s->settings.words);
    return s;
}

void part_sets_free(struct part_sets *s)
{
    if (!s)
        return;
    sorter_free(s->waiting);
    set_maker_free(s->maker);
    sets_free(s->sets);
    names_free(s->names);
    part_cursor_free(s->cursor);
    part_close(s->clusters);
    shards_free(&s->shards);
    mem_free(s);
}

int part_sets_add(struct part_sets *s, struct slice id, struct slice text, uint64_t rank,
                  struct err *e)
{
    uint64_t doc = s->docs++;
    s->chain = shards_chain(s->chain, id, text.n);
    if (!s->more || s->next.doc != doc)
        return 0;
    struct waiting w = {s->next.partition, s->shard->first + doc, rank, 0, s->n++};
    if (s->about.shingles && set_make(s->maker, text, &w.place, e))
        return -1;
    return names_add(s->names, id, e) || sorter_add(s->waiting, &w, e) || next_candidate(s, e)
               ? -1 : 0;
}

static int write_record(struct part_sets *s, struct part_writer *out, const struct waiting *w,
                        struct buf *id, struct err *e)
{
    uint64_t n = 0, block[BLOCK];
    if (names_get(s->names, w->name, id, e) ||
        (s->about.shingles && sets_count(s->sets, w->place, &n, e)))
        return -1;
    struct part_sets_head head = {w->doc, w->rank, id->n, n};
    if (part_add(out, &head, sizeof head, e) || part_add(out, id->p ? id->p : "", id->n, e))
        return -1;
    for (uint64_t i = 0; i < n; i += BLOCK) {
        size_t k = n - i < BLOCK ? (size_t)(n - i) : BLOCK;
        if (sets_get(s->sets, w->place, i, block, k, e) ||
            part_add(out, block, k * sizeof *block, e))
            return -1;
    }
    return 0;
}

static int write_sections(struct part_sets *s, struct part_writer *out, struct err *e)
{
    struct buf id;
    uint64_t section = 0;
    const void *next;
    int rc;
    buf_init(&id, BUF_NO_LIMIT);
    while ((rc = sorter_next(s->waiting, &next, e)) > 0) {
        const struct waiting *w = next;
        for (; section < w->partition; section++)
            part_end_section(out);
        if (write_record(s, out, w, &id, e)) {
            rc = -1;
            break;
        }
    }
    for (; section < s->partitions && !rc; section++)
        part_end_section(out);
    buf_free(&id);
    return rc;
}

static void format_info(const struct part_sets *s, struct buf *info)
{
    char hex[33];
    hash128_hex(part_hash(s->clusters), hex);
    buf_add_byte(info, '{');
    shards_put_one(s->about.shard, s->docs, s->chain, info);
    json_put_str(info, "policy", slice_str(s->about.policy));
    json_put_bool(info, "shingles", s->about.shingles);
    json_put_str(info, "clusters", slice_str(hex));
    buf_add_byte(info, '}');
}

int part_sets_write(struct part_sets *s, const char *path, struct err *e)
{
    struct part_writer *out = NULL;
    struct buf info;
    int rc = -1;
    buf_init(&info, BUF_NO_LIMIT);
    if (!shards_check(s->shard, s->docs, s->chain, e) && !sorter_sort(s->waiting, e) &&
        !sets_seal(s->sets, e) && !names_seal(s->names, e) &&
        (out = part_create(path, PART_SETS_KIND, e)) && !write_sections(s, out, e)) {
        format_info(s, &info);
        rc = part_commit(out, buf_slice(&info), e);
        out = NULL;
    }
    part_abort(out);
    buf_free(&info);
    return rc;
}
