/* clusters - see clusters.h. */
#include "dedup/clusters.h"
#include <inttypes.h>
#include <stdlib.h>
#include "core/arena.h"
#include "core/mem.h"
#include "core/temp.h"
#include "dedup/forest.h"
#include "dedup/sorter.h"
#include "dedup/walk.h"

struct entry {                      /* a document in a group of equal band keys */
    uint64_t doc, group;
};

struct member {                     /* the same, sorted by component and place in it */
    uint64_t order, doc, group;
};

struct clusters {
    struct clusters_about about;
    struct clusters_facts facts;
    struct temp *entries;
    struct forest forest;
    struct marks candidates;
    uint64_t group;                 /* of the entry before */
    uint32_t first;                 /* document of that group */
    bool any;
    uint32_t *position;             /* in the component, when ranked */
    struct sorter *members, *decided;
    struct clusters_counts counts;
    struct giant giants[GIANTS];
    size_t n_giants;
};

static struct sorter *new_sorter(const struct clusters *n, size_t record, uint64_t memory)
{
    return sorter_new(
        &(struct sorter_about){record, 1, memory, n->about.tmp, n->about.tmp_max});
}

/* ---- memory --------------------------------------------------------------------------------- */

static uint64_t table_bytes(const struct clusters *n)
{
    uint64_t bytes = n->about.docs * sizeof *n->forest.parent + n->about.docs / 8 +
                     n->about.docs / 128;
    if (n->about.ranked)
        bytes += n->about.docs * sizeof *n->position;
    if (n->about.verify)
        bytes += n->candidates.count * sizeof *n->facts.places;
    return bytes;
}

static int check_memory(const struct clusters *n, struct err *e)
{
    uint64_t need = table_bytes(n);
    if (need <= n->about.memory - n->about.memory / 4)
        return 0;
    return err_set(e, ERR_NOMEM, "%" PRIu64 " documents, %zu of them candidates, need tables of "
                   "%" PRIu64 " MiB: give --memory %" PRIu64 "M or more", n->about.docs,
                   n->candidates.count, (need >> 20) + 1, (need * 8 / 3 >> 20) + 1);
}

uint64_t clusters_share(const struct clusters *n)
{
    uint64_t need = table_bytes(n);
    return need < n->about.memory ? (n->about.memory - need) / 3 : 0;
}

/* ---- entries -------------------------------------------------------------------------------- */

struct clusters *clusters_new(const struct clusters_about *about, struct err *e)
{
    struct clusters *n = mem_zero(sizeof *n);
    n->about = *about;
    if (check_memory(n, e) || !(n->entries = temp_new(about->tmp, about->tmp_max, e))) {
        clusters_free(n);
        return NULL;
    }
    forest_init(&n->forest, about->docs);
    marks_init(&n->candidates, about->docs);
    return n;
}

/* A group joins its documents to its first one: linear, however many they are. */
int clusters_add(struct clusters *n, uint64_t group, uint64_t doc, struct err *e)
{
    struct entry entry = {doc, group};
    if (n->any && group == n->group) {
        forest_join(&n->forest, n->first, (uint32_t)doc);
    } else {
        n->any = true;
        n->group = group;
        n->first = (uint32_t)doc;
    }
    marks_set(&n->candidates, doc);
    return temp_add(n->entries, &entry, sizeof entry, e);
}

int clusters_seal(struct clusters *n, struct err *e)
{
    marks_seal(&n->candidates);
    n->counts.candidates = n->candidates.count;
    return check_memory(n, e) || temp_seal(n->entries, e) ? -1 : 0;
}

const struct marks *clusters_candidates(const struct clusters *n) { return &n->candidates; }

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

static int order_component(struct clusters *n, struct ordering *o, struct err *e)
{
    for (size_t i = 0; i < o->n && n->about.by_id && o->n > 1; i++) {
        if (names_get(n->facts.names, o->v[i].doc, &o->id, e))
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

static int order_sorted(struct clusters *n, struct sorter *s, struct ordering *o,
                        struct err *e)
{
    const void *next;
    int rc;
    while ((rc = sorter_next(s, &next, e)) > 0) {
        struct ranked r = {0};
        memcpy(&r, next, offsetof(struct ranked, id));
        if (o->n && o->v[0].root != r.root && order_component(n, o, e))
            return -1;
        if (o->n == o->cap) {
            o->cap = o->cap ? o->cap * 2 : 256;
            o->v = mem_grow_array(o->v, o->cap, sizeof *o->v);
        }
        o->v[o->n++] = r;
    }
    return rc < 0 || order_component(n, o, e) ? -1 : 0;
}

static int order(struct clusters *n, struct err *e)
{
    struct sorter *s = new_sorter(n, offsetof(struct ranked, id), clusters_share(n));
    struct ordering o = {0};
    int rc = 0;
    n->position = mem_array(n->about.docs + 1, sizeof *n->position);
    arena_init(&o.ids);
    buf_init(&o.id, BUF_NO_LIMIT);
    for (uint64_t i = 0; i < n->about.docs && !rc; i++) {
        struct ranked r = {forest_root(&n->forest, (uint32_t)i), 0, i, {NULL, 0}};
        if (marks_has(&n->candidates, i))
            rc = temp_read(n->facts.ranks, i * sizeof r.rank, &r.rank, sizeof r.rank, e) ||
                 sorter_add(s, &r, e);
    }
    if (rc || sorter_sort(s, e) || order_sorted(n, s, &o, e))
        rc = -1;
    sorter_free(s);
    mem_free(o.v);
    arena_free(&o.ids);
    buf_free(&o.id);
    return rc;
}

/* ---- components ----------------------------------------------------------------------------- */

static int sort_members(struct clusters *n, struct err *e)
{
    struct entry block[1024];
    uint64_t left = temp_size(n->entries) / sizeof *block, at = 0;
    n->members = new_sorter(n, sizeof(struct member), clusters_share(n));
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
    struct clusters *n = to;
    if (v->doc < n->about.earlier)        /* its cluster's size is nobody's concern any more */
        return 0;
    return sorter_add(n->decided, v, e);
}

struct component {                  /* what walk_members() has gathered */
    uint64_t order, doc, size;      /* of the document at hand; documents before it */
    uint64_t *groups;
    size_t n;
    struct giant giant;             /* what may become one */
};

static int walk_document(struct clusters *n, struct walk *w, struct component *c, struct err *e)
{
    uint64_t place = n->facts.sets ? n->facts.places[marks_rank(&n->candidates, c->doc)] : 0;
    struct walk_document d = {c->doc, place, c->doc < n->about.earlier, c->groups, c->n};
    if (c->size < GIANT_NAMED)
        c->giant.first[c->size] = c->doc;
    c->size++;
    return walk_add(w, &d, e);
}

/* Among equals the one that came first stays before. */
static void note_giant(struct clusters *n, const struct giant *g)
{
    size_t i = n->n_giants < GIANTS ? n->n_giants++ : GIANTS - 1;
    if (n->n_giants == GIANTS && i == GIANTS - 1 && n->giants[i].docs >= g->docs)
        return;
    for (; i > 0 && n->giants[i - 1].docs < g->docs; i--)
        n->giants[i] = n->giants[i - 1];
    n->giants[i] = *g;
}

static int end_component(struct clusters *n, struct walk *w, struct component *c, struct err *e)
{
    n->counts.components++;
    if (c->size > n->counts.largest_component) {
        n->counts.largest_component = c->size;
        n->counts.largest_kept = walk_kept(w);
    }
    c->giant.docs = c->size;
    c->giant.kept = walk_kept(w);
    note_giant(n, &c->giant);
    c->size = 0;
    return walk_end(w, e);
}

static int walk_members(struct clusters *n, struct walk *w, struct err *e)
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

static int write_verdicts(struct clusters *n, struct verdicts *to, struct err *e)
{
    const void *next;
    int rc;
    while ((rc = sorter_next(n->decided, &next, e)) > 0)
        if (verdicts_add(to, next, e))
            return -1;
    return rc < 0 || verdicts_seal(to, e) ? -1 : 0;
}

static int walk(struct clusters *n, struct err *e)
{
    struct walk_about about = {n->facts.sets, n->about.threshold, clusters_share(n), decided, n};
    struct walk *w = walk_new(&about);
    n->decided = new_sorter(n, sizeof(struct verdict_of), clusters_share(n));
    int rc = sort_members(n, e) || walk_members(n, w, e);
    n->counts.compared = walk_counts(w).compared;
    n->counts.refused = walk_counts(w).refused;
    walk_free(w);
    return rc ? -1 : 0;
}

int clusters_decide(struct clusters *n, const struct clusters_facts *facts, struct verdicts *to,
                    struct err *e)
{
    n->facts = *facts;
    return (n->about.ranked && order(n, e)) || walk(n, e) || sorter_sort(n->decided, e) ||
           write_verdicts(n, to, e) ? -1 : 0;
}

struct clusters_counts clusters_counts(const struct clusters *n) { return n->counts; }

size_t clusters_giants(const struct clusters *n, const struct giant **v)
{
    *v = n->giants;
    return n->n_giants;
}

void clusters_free(struct clusters *n)
{
    if (!n)
        return;
    sorter_free(n->members);
    sorter_free(n->decided);
    temp_free(n->entries);
    forest_free(&n->forest);
    marks_free(&n->candidates);
    mem_free(n->position);
    mem_free(n);
}
