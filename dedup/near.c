/* near - see near.h. */
#include "dedup/near.h"
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include "core/mem.h"
#include "dedup/forest.h"
#include "dedup/marks.h"
#include "dedup/sorter.h"
#include "core/temp.h"
#include "dedup/texts.h"
#include "dedup/walk.h"

enum { BAND_RECORD = 12 };          /* key, number of the document in 32 bits */

struct entry {                      /* a document in a group of equal band keys */
    uint64_t doc, group;
};

struct member {                     /* the same, sorted by component and place in it */
    uint64_t order, doc, group;
};

struct near {
    struct near_about about;
    uint64_t docs, earlier;         /* earlier: the first so many were kept earlier */
    struct sorter *bands;
    struct temp *ranks;             /* of all documents, when ranked */
    struct temp *entries;
    struct forest forest;
    struct marks candidates;
    uint32_t *position;             /* in the component, when ranked */
    struct sets *sets;
    uint64_t *places;               /* of candidates' sets, by marks_rank() */
    struct sorter *members, *decided;
    struct verdicts *verdicts;
    struct near_counts counts;
};

static struct sorter *new_sorter(const struct near *n, size_t record, uint64_t memory)
{
    return sorter_new(
        &(struct sorter_about){record, 1, memory, n->about.tmp, n->about.tmp_max});
}

struct near *near_new(const struct near_about *about, struct err *e)
{
    struct near *n = mem_zero(sizeof *n);
    n->about = *about;
    n->bands = new_sorter(n, BAND_RECORD, about->memory / 2);
    if (about->ranked && !(n->ranks = temp_new(about->tmp, about->tmp_max, e))) {
        near_free(n);
        return NULL;
    }
    return n;
}

void near_earlier(struct near *n) { n->earlier = n->docs; }

int near_add(struct near *n, const uint64_t *keys, uint64_t rank, struct err *e)
{
    char record[BAND_RECORD];
    uint32_t doc = (uint32_t)n->docs;
    if (n->docs++ == UINT32_MAX)
        return err_set(e, ERR_NOMEM, "more than 2^32 documents: run the parts on their own");
    for (unsigned i = 0; keys && i < n->about.bands; i++) {
        memcpy(record, &keys[i], sizeof keys[i]);
        memcpy(record + sizeof keys[i], &doc, sizeof doc);
        if (sorter_add(n->bands, record, e))
            return -1;
    }
    return n->ranks ? temp_add(n->ranks, &rank, sizeof rank, e) : 0;
}

/* ---- memory --------------------------------------------------------------------------------- */

static uint64_t table_bytes(const struct near *n)
{
    uint64_t bytes = n->docs * sizeof *n->forest.parent + n->docs / 8 + n->docs / 128;
    if (n->about.ranked)
        bytes += n->docs * sizeof *n->position;
    if (n->about.verify)
        bytes += n->candidates.count * sizeof *n->places;
    return bytes;
}

static int check_memory(const struct near *n, struct err *e)
{
    uint64_t need = table_bytes(n);
    if (need <= n->about.memory - n->about.memory / 4)
        return 0;
    return err_set(e, ERR_NOMEM, "%" PRIu64 " documents, %zu of them candidates, need tables of "
                   "%" PRIu64 " MiB: give --memory %" PRIu64 "M or more", n->docs,
                   n->candidates.count, (need >> 20) + 1, (need * 8 / 3 >> 20) + 1);
}

/* What a third of the memory beside the tables is. */
static uint64_t share(const struct near *n)
{
    uint64_t need = table_bytes(n);
    return need < n->about.memory ? (n->about.memory - need) / 3 : 0;
}

/* ---- groups --------------------------------------------------------------------------------- */

static int add_entry(struct near *n, uint32_t doc, struct err *e)
{
    struct entry entry = {doc, n->counts.groups};
    marks_set(&n->candidates, doc);
    return temp_add(n->entries, &entry, sizeof entry, e);
}

static void close_group(struct near *n, uint64_t size)
{
    if (size < 2)
        return;
    n->counts.groups++;
    if (size > n->counts.largest_group)
        n->counts.largest_group = size;
}

/* Each run of equal keys joins its documents to its first one: linear, however long the run. */
static int find_groups(struct near *n, struct err *e)
{
    uint64_t key = 0, last = 0, size = 0;
    uint32_t doc, first = 0;
    const void *record;
    int rc;
    while ((rc = sorter_next(n->bands, &record, e)) > 0) {
        memcpy(&key, record, sizeof key);
        memcpy(&doc, (const char *)record + sizeof key, sizeof doc);
        if (!size || key != last) {
            close_group(n, size);
            last = key;
            first = doc;
            size = 1;
            continue;
        }
        if ((size++ == 1 && add_entry(n, first, e)) || add_entry(n, doc, e))
            return -1;
        forest_join(&n->forest, first, doc);
    }
    close_group(n, size);
    return rc < 0 || temp_seal(n->entries, e) ? -1 : 0;
}

static int group(struct near *n, struct err *e)
{
    if (check_memory(n, e) || sorter_sort(n->bands, e) ||
        !(n->entries = temp_new(n->about.tmp, n->about.tmp_max, e)))
        return -1;
    forest_init(&n->forest, n->docs);
    marks_init(&n->candidates, n->docs);
    if (find_groups(n, e))
        return -1;
    marks_seal(&n->candidates);
    n->counts.candidates = n->candidates.count;
    sorter_free(n->bands);
    n->bands = NULL;
    return check_memory(n, e);
}

static int make_sets(struct near *n, const struct near_texts *from, struct err *e)
{
    int threads = n->about.threads;
    struct sets_about about = {n->about.tmp, n->about.tmp_max,
                               3 * share(n) / (uint64_t)threads};
    struct texts_about texts = {from->docs, from->fields, from->earlier, n->earlier,
                                &n->candidates, n->about.kind, n->about.words, threads};
    n->places = mem_array(n->candidates.count + 1, sizeof *n->places);
    if (!(n->sets = sets_new(&about, e)))
        return -1;
    return n->candidates.count ? texts_to_sets(&texts, n->sets, n->places, e) : 0;
}

/* ---- order in a component, for policies other than `first` ---------------------------------- */

struct ranked {                     /* sorted by component */
    uint64_t root, rank, doc;
    struct slice id;
};

static int by_policy(const void *x, const void *y)
{
    const struct ranked *a = x, *b = y;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    int c = slice_cmp(a->id, b->id);
    return c ? c : a->doc < b->doc ? -1 : a->doc > b->doc;
}

struct ordering {                   /* the component at hand */
    struct ranked *v;
    size_t n, cap;
    struct arena ids;
    struct buf id;
};

static int order_component(struct near *n, struct ordering *o, const struct names *names,
                           struct err *e)
{
    for (size_t i = 0; i < o->n && n->about.by_id && o->n > 1; i++) {
        if (names_get(names, o->v[i].doc, &o->id, e))
            return -1;
        o->v[i].id = arena_copy(&o->ids, buf_slice(&o->id));
    }
    if (o->cap * sizeof *o->v + o->ids.total > n->about.memory)
        return err_set(e, ERR_NOMEM, "%zu documents hang together: too many to order in memory "
                       "(--memory, or --keep first)", o->n);
    qsort(o->v, o->n, sizeof *o->v, by_policy);
    for (size_t i = 0; i < o->n; i++)
        n->position[o->v[i].doc] = (uint32_t)i;
    o->n = 0;
    arena_reset(&o->ids);
    return 0;
}

static int order_sorted(struct near *n, struct sorter *s, struct ordering *o,
                        const struct names *names, struct err *e)
{
    const void *next;
    int rc;
    while ((rc = sorter_next(s, &next, e)) > 0) {
        struct ranked r = {0};
        memcpy(&r, next, offsetof(struct ranked, id));
        if (o->n && o->v[0].root != r.root && order_component(n, o, names, e))
            return -1;
        if (o->n == o->cap) {
            o->cap = o->cap ? o->cap * 2 : 256;
            o->v = mem_grow_array(o->v, o->cap, sizeof *o->v);
        }
        o->v[o->n++] = r;
    }
    return rc < 0 || order_component(n, o, names, e) ? -1 : 0;
}

static int order(struct near *n, const struct names *names, struct err *e)
{
    struct sorter *s = new_sorter(n, offsetof(struct ranked, id), share(n));
    struct ordering o = {0};
    int rc = temp_seal(n->ranks, e);
    n->position = mem_array(n->docs + 1, sizeof *n->position);
    arena_init(&o.ids);
    buf_init(&o.id, BUF_NO_LIMIT);
    for (uint64_t i = 0; i < n->docs && !rc; i++) {
        struct ranked r = {forest_root(&n->forest, (uint32_t)i), 0, i, {NULL, 0}};
        if (marks_has(&n->candidates, i))
            rc = temp_read(n->ranks, i * sizeof r.rank, &r.rank, sizeof r.rank, e) ||
                 sorter_add(s, &r, e);
    }
    if (rc || sorter_sort(s, e) || order_sorted(n, s, &o, names, e))
        rc = -1;
    sorter_free(s);
    mem_free(o.v);
    arena_free(&o.ids);
    buf_free(&o.id);
    return rc;
}

/* ---- components ----------------------------------------------------------------------------- */

static int sort_members(struct near *n, struct err *e)
{
    struct entry block[1024];
    uint64_t left = temp_size(n->entries) / sizeof *block, at = 0;
    n->members = new_sorter(n, sizeof(struct member), share(n));
    while (left) {
        size_t k = left < 1024 ? (size_t)left : 1024;
        if (temp_read(n->entries, at, block, k * sizeof *block, e))
            return -1;
        for (size_t i = 0; i < k; i++) {
            uint32_t doc = (uint32_t)block[i].doc;
            uint64_t root = forest_root(&n->forest, doc);
            struct member m = {root << 32 | (n->position ? n->position[doc] : doc), doc,
                               block[i].group};
            if (sorter_add(n->members, &m, e))
                return -1;
        }
        at += k * sizeof *block;
        left -= k;
    }
    return sorter_sort(n->members, e);
}

static int decided(void *to, const struct verdict_of *v, struct err *e)
{
    struct near *n = to;
    if (v->doc < n->earlier)        /* its cluster's size is nobody's concern any more */
        return 0;
    return sorter_add(n->decided, v, e);
}

struct component {                  /* what walk_members() has gathered */
    uint64_t order, doc, size;      /* of the document at hand; documents before it */
    uint64_t *groups;
    size_t n;
};

static int walk_document(struct near *n, struct walk *w, struct component *c, struct err *e)
{
    uint64_t place = n->sets ? n->places[marks_rank(&n->candidates, c->doc)] : 0;
    struct walk_document d = {c->doc, place, c->doc < n->earlier, c->groups, c->n};
    c->size++;
    return walk_add(w, &d, e);
}

static int end_component(struct near *n, struct walk *w, struct component *c, struct err *e)
{
    n->counts.components++;
    if (c->size > n->counts.largest_component) {
        n->counts.largest_component = c->size;
        n->counts.largest_kept = walk_kept(w);
    }
    c->size = 0;
    return walk_end(w, e);
}

static int walk_members(struct near *n, struct walk *w, struct err *e)
{
    struct component c = {.groups = mem_array(n->about.bands, sizeof *c.groups)};
    const void *next;
    int rc = 0, more;
    while (!rc && (more = sorter_next(n->members, &next, e)) > 0) {
        const struct member *m = next;
        if (c.n && m->order != c.order) {
            rc = walk_document(n, w, &c, e);
            if (!rc && m->order >> 32 != c.order >> 32)
                rc = end_component(n, w, &c, e);
            c.n = 0;
        }
        c.order = m->order;
        c.doc = m->doc;
        c.groups[c.n++] = m->group;
    }
    if (rc || more < 0 ||
        (c.n && (walk_document(n, w, &c, e) || end_component(n, w, &c, e))))
        rc = -1;
    mem_free(c.groups);
    return rc;
}

static int write_verdicts(struct near *n, struct err *e)
{
    const void *next;
    int rc;
    while ((rc = sorter_next(n->decided, &next, e)) > 0)
        if (verdicts_add(n->verdicts, next, e))
            return -1;
    return rc < 0 || verdicts_seal(n->verdicts, e) ? -1 : 0;
}

static int walk(struct near *n, struct err *e)
{
    struct walk_about about = {n->sets, n->about.threshold, share(n), decided, n};
    struct walk *w = walk_new(&about);
    n->decided = new_sorter(n, sizeof(struct verdict_of), share(n));
    int rc = sort_members(n, e) || walk_members(n, w, e);
    n->counts.compared = walk_counts(w).compared;
    n->counts.refused = walk_counts(w).refused;
    walk_free(w);
    return rc ? -1 : 0;
}

/* Gives back what only deciding needed. */
static void release(struct near *n)
{
    sorter_free(n->bands);
    sorter_free(n->members);
    sorter_free(n->decided);
    temp_free(n->entries);
    temp_free(n->ranks);
    forest_free(&n->forest);
    marks_free(&n->candidates);
    mem_free(n->position);
    mem_free(n->places);
    sets_free(n->sets);
    n->bands = n->members = n->decided = NULL;
    n->entries = n->ranks = NULL;
    n->position = NULL;
    n->places = NULL;
    n->sets = NULL;
}

int near_decide(struct near *n, const struct names *names, const struct near_texts *texts,
                struct err *e)
{
    if (!(n->verdicts = verdicts_new(n->about.tmp, n->about.tmp_max, e)) || group(n, e) ||
        (n->about.verify && make_sets(n, texts, e)) ||
        (n->about.ranked && order(n, names, e)) || walk(n, e) || sorter_sort(n->decided, e) ||
        write_verdicts(n, e))
        return -1;
    release(n);
    return 0;
}

const struct verdicts *near_verdicts(const struct near *n) { return n->verdicts; }
struct near_counts near_counts(const struct near *n) { return n->counts; }

void near_free(struct near *n)
{
    if (!n)
        return;
    release(n);
    verdicts_free(n->verdicts);
    mem_free(n);
}
