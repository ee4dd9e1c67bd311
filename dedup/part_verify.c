/* part_verify - see part_verify.h. */
#include "dedup/part_verify.h"
#include "core/json.h"
#include "core/mem.h"
#include "core/temp.h"
#include "dedup/clusters.h"
#include "dedup/part.h"
#include "dedup/part_cluster.h"
#include "dedup/part_match.h"
#include "dedup/part_sets.h"
#include "dedup/policy.h"
#include "dedup/settings.h"

enum { BLOCK = 4096 };

struct verify {
    const struct part_verify_about *about;
    struct settings settings;
    struct shards shards;
    struct part *clusters_file;
    struct part_cursor *cursor;
    uint64_t *docs, *places;        /* of candidates, in order: number, place of the set */
    size_t n, cap;
    bool shingles, by_id;
    struct temp *ranks;
    struct names *names;
    struct sets *sets;
    struct clusters *clusters;
    struct verdicts *verdicts;
    struct part_writer *out;
};

static bool get_partitions(const struct part *p, uint64_t *n)
{
    struct slice v = json_find(part_info(p), SLICE("partitions"), NULL);
    return v.p && json_u64(v, n) && *n && *n <= PART_PARTITIONS_MAX && *n <= part_sections(p);
}

int part_verify_partitions(const char *clusters, uint64_t *n, struct err *e)
{
    struct part *p = part_open(clusters, PART_CLUSTER_KIND, e);
    int rc = p ? 0 : -1;
    if (p && !get_partitions(p, n))
        rc = err_set(e, ERR_VERIFY, "%s: not a file of clusters that this version knows",
                     clusters);
    part_close(p);
    return rc;
}

/* ---- candidates ----------------------------------------------------------------------------- */

static int copy_set(struct verify *v, uint64_t n, uint64_t *place, struct err *e)
{
    uint64_t block[BLOCK];
    const void *bytes;
    if (sets_begin(v->sets, n, place, e))
        return -1;
    for (uint64_t i = 0; i < n; i += BLOCK) {
        size_t k = n - i < BLOCK ? (size_t)(n - i) : BLOCK;
        if (part_read(v->cursor, k * sizeof *block, &bytes, e))
            return -1;
        memcpy(block, bytes, k * sizeof *block);
        if (sets_append(v->sets, block, k, e))
            return -1;
    }
    return 0;
}

static int take_record(struct verify *v, struct err *e)
{
    struct part_sets_head head;
    const void *bytes;
    if (part_read(v->cursor, sizeof head, &bytes, e))
        return -1;
    memcpy(&head, bytes, sizeof head);
    if (v->n == v->cap) {
        v->cap = v->cap ? 2 * v->cap : 1024;
        v->docs = mem_grow_array(v->docs, v->cap, sizeof *v->docs);
        v->places = mem_grow_array(v->places, v->cap, sizeof *v->places);
    }
    if (part_read(v->cursor, head.id_bytes, &bytes, e) ||
        names_add(v->names, slice_of(bytes, head.id_bytes), e) ||
        temp_add(v->ranks, &head.rank, sizeof head.rank, e))
        return -1;
    v->docs[v->n] = head.doc;
    return copy_set(v, head.shingles, &v->places[v->n++], e);
}

static bool made_of(const struct part *p, const struct part *clusters)
{
    char hex[33];
    hash128_hex(part_hash(clusters), hex);
    struct slice v = json_find(part_info(p), SLICE("clusters"), NULL);
    return v.p && json_is_string(v) && slice_is(slice_of(v.p + 1, v.n - 2), hex);
}

static int get_policy(struct verify *v, const struct part *p, struct err *e)
{
    struct policy policy;
    struct slice s = json_find(part_info(p), SLICE("policy"), NULL);
    struct slice shingles = json_find(part_info(p), SLICE("shingles"), NULL);
    struct arena a;
    uint64_t repaired = 0;
    int rc;
    arena_init(&a);
    if (s.p && json_is_string(s) && shingles.p)
        rc = policy_parse(&policy, arena_str(&a, json_string(s, &a, &repaired)), e);
    else
        rc = err_set(e, ERR_VERIFY, "no policy in a file of sets");
    if (!rc) {
        v->by_id = policy_by_id(&policy);
        v->shingles = slice_is(shingles, "true");
    }
    arena_free(&a);
    return rc;
}

static int take_shard(struct verify *v, const char *path, struct err *e)
{
    struct part *p = part_open(path, PART_SETS_KIND, e);
    int rc = p ? get_policy(v, p, e) : -1;
    if (!rc && !made_of(p, v->clusters_file))
        rc = err_set(e, ERR_USAGE, "%s: made for other clusters", path);
    if (!rc)
        rc = part_seek(v->cursor, p, v->about->partition, e);
    while (!rc && part_left(v->cursor))
        rc = take_record(v, e);
    part_close(p);
    return rc;
}

static int take_candidates(struct verify *v, struct err *e)
{
    const struct part_verify_about *a = v->about;
    struct sets_about sets = {a->tmp, a->tmp_max, a->memory / 8};
    if (!(v->sets = sets_new(&sets, e)) || !(v->names = names_new(a->tmp, a->tmp_max, e)) ||
        !(v->ranks = temp_new(a->tmp, a->tmp_max, e)))
        return -1;
    for (size_t i = 0; i < a->sets->n; i++)
        if (take_shard(v, a->sets->paths[i], e))
            return -1;
    return sets_seal(v->sets, e) || names_seal(v->names, e) || temp_seal(v->ranks, e) ? -1 : 0;
}

/* ---- entries -------------------------------------------------------------------------------- */

/* The candidate's number in the partition: its place in docs. */
static bool find(const struct verify *v, uint64_t doc, uint64_t *at)
{
    size_t lo = 0, hi = v->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (v->docs[mid] < doc)
            lo = mid + 1;
        else
            hi = mid;
    }
    *at = lo;
    return lo < v->n && v->docs[lo] == doc;
}

static int take_entries(struct verify *v, struct err *e)
{
    const struct part_verify_about *a = v->about;
    struct clusters_about about = {
        .docs = v->n, .bands = v->settings.bands, .verify = v->shingles, .ranked = v->by_id,
        .by_id = v->by_id, .threshold = a->threshold > 0 ? a->threshold : v->settings.jaccard,
        .memory = a->memory, .tmp_max = a->tmp_max, .tmp = a->tmp};
    if (!(v->clusters = clusters_new(&about, e)) ||
        part_seek(v->cursor, v->clusters_file, a->partition, e))
        return -1;
    while (part_left(v->cursor)) {
        struct part_entry entry;
        const void *bytes;
        uint64_t doc;
        if (part_read(v->cursor, sizeof entry, &bytes, e))
            return -1;
        memcpy(&entry, bytes, sizeof entry);
        if (!find(v, entry.doc, &doc))
            return err_set(e, ERR_VERIFY, "sets and clusters do not belong together: run "
                           "minhash-sets again");
        if (clusters_add(v->clusters, entry.group, doc, e))
            return -1;
    }
    return clusters_seal(v->clusters, e);
}

/* ---- verdicts ------------------------------------------------------------------------------- */

static int write_verdict(struct verify *v, const struct shard *s, const struct verdict_of *of,
                         struct buf *id, struct err *e)
{
    if (names_get(v->names, of->kept, id, e))
        return -1;
    struct part_verdict record = {(uint32_t)(v->docs[of->doc] - s->first), (uint32_t)id->n,
                                  of->size, of->rank, of->similarity};
    return part_add(v->out, &record, sizeof record, e) || part_add(v->out, id->p, id->n, e)
               ? -1 : 0;
}

static int write_sections(struct verify *v, struct err *e)
{
    struct verdict_cursor *cursor = verdict_cursor_new();
    struct verdict_of of;
    struct buf id;
    size_t i = 0;
    int rc = 0;
    buf_init(&id, BUF_NO_LIMIT);
    for (size_t k = 0; k < v->shards.n && rc >= 0; k++) {
        const struct shard *s = &v->shards.v[k];
        for (; i < v->n && v->docs[i] < s->first + s->docs && rc >= 0; i++) {
            rc = verdicts_find(v->verdicts, cursor, i, &of, e);
            if (rc > 0)
                rc = write_verdict(v, s, &of, &id, e);
        }
        part_end_section(v->out);
    }
    verdict_cursor_free(cursor);
    buf_free(&id);
    return rc < 0 ? -1 : 0;
}

static void format_info(const struct verify *v, struct buf *info)
{
    const struct part_verify_about *a = v->about;
    struct clusters_counts n = clusters_counts(v->clusters);
    buf_add_byte(info, '{');
    json_put_f64(info, "threshold", a->threshold > 0 ? a->threshold : v->settings.jaccard);
    json_put_u64(info, "candidates", n.candidates);
    json_put_u64(info, "components", n.components);
    json_put_u64(info, "largest_component", n.largest_component);
    json_put_u64(info, "largest_component_kept", n.largest_kept);
    json_put_u64(info, "pairs_compared", n.compared);
    json_put_u64(info, "pairs_refused", n.refused);
    shards_put(&v->shards, info);
    buf_add_byte(info, '}');
}

static int decide(struct verify *v, const char *path, struct err *e)
{
    struct clusters_facts facts = {v->ranks, v->names, v->shingles ? v->sets : NULL, v->places};
    struct buf info;
    if (!(v->verdicts = verdicts_new(v->about->tmp, v->about->tmp_max, e)) ||
        clusters_decide(v->clusters, &facts, v->verdicts, e) ||
        !(v->out = part_create(path, PART_VERIFY_KIND, e)) || write_sections(v, e))
        return -1;
    buf_init(&info, BUF_NO_LIMIT);
    format_info(v, &info);
    int rc = part_commit(v->out, buf_slice(&info), e);
    v->out = NULL;
    buf_free(&info);
    return rc;
}

static int open_clusters(struct verify *v, struct err *e)
{
    uint64_t partitions;
    if (!(v->clusters_file = part_open(v->about->clusters, PART_CLUSTER_KIND, e)))
        return -1;
    struct slice info = part_info(v->clusters_file);
    if (!settings_get(info, &v->settings) || !shards_get(info, &v->shards) ||
        !get_partitions(v->clusters_file, &partitions))
        return err_set(e, ERR_VERIFY, "%s: not a file of clusters that this version knows",
                       v->about->clusters);
    return 0;
}

int part_verify(const struct part_verify_about *about, const char *path, struct err *e)
{
    struct verify v = {.about = about, .cursor = part_cursor_new()};
    shards_init(&v.shards);
    int rc = open_clusters(&v, e) || take_candidates(&v, e) || take_entries(&v, e) ||
             decide(&v, path, e) ? -1 : 0;
    part_abort(v.out);
    part_cursor_free(v.cursor);
    verdicts_free(v.verdicts);
    clusters_free(v.clusters);
    sets_free(v.sets);
    names_free(v.names);
    temp_free(v.ranks);
    part_close(v.clusters_file);
    shards_free(&v.shards);
    mem_free(v.docs);
    mem_free(v.places);
    return rc;
}
