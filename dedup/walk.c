/* walk - see walk.h. */
#include "dedup/walk.h"
#include <inttypes.h>
#include "core/hash.h"
#include "core/mem.h"

struct leader {                     /* a kept document */
    uint64_t doc, place;
    uint32_t size;                  /* of its cluster */
    uint32_t seen_by;               /* member that met it last, so that it is compared once */
};

struct slot {                       /* of the table group -> its leaders */
    uint64_t group;
    uint32_t first;                 /* 1 + node; 0: free */
    uint32_t component;             /* of an earlier one: free too */
};

struct node {
    uint32_t leader, next;          /* next: 1 + node */
};

struct walk {
    struct walk_about about;
    struct set_reader *reader;
    struct leader *leaders;
    struct node *nodes;
    struct slot *slots;
    size_t n_leaders, cap_leaders, n_nodes, cap_nodes, n_groups, cap_slots;
    uint32_t members;               /* of the component so far */
    uint32_t component;             /* its number */
    struct walk_counts counts;
};

enum { SLOTS_MIN = 1024 };

struct walk *walk_new(const struct walk_about *about)
{
    struct walk *w = mem_zero(sizeof *w);
    w->about = *about;
    w->cap_slots = SLOTS_MIN;
    w->slots = mem_array(w->cap_slots, sizeof *w->slots);
    if (about->sets)
        w->reader = set_reader_new(about->sets);
    return w;
}

void walk_free(struct walk *w)
{
    if (!w)
        return;
    set_reader_free(w->reader);
    mem_free(w->leaders);
    mem_free(w->nodes);
    mem_free(w->slots);
    mem_free(w);
}

uint64_t walk_kept(const struct walk *w) { return w->n_leaders; }
struct walk_counts walk_counts(const struct walk *w) { return w->counts; }

/* ---- the table ------------------------------------------------------------------------------ */

/* Slots of earlier components count as free, so that nothing has to be cleared between them. */
static struct slot *find(struct slot *slots, size_t cap, uint32_t component, uint64_t group)
{
    size_t i = (size_t)hash_mix(group) & (cap - 1);
    while (slots[i].component == component && slots[i].first && slots[i].group != group)
        i = (i + 1) & (cap - 1);
    if (slots[i].component != component)
        slots[i] = (struct slot){.component = component};
    return &slots[i];
}

static int check_memory(const struct walk *w, struct err *e)
{
    uint64_t need = w->cap_leaders * sizeof *w->leaders + w->cap_nodes * sizeof *w->nodes +
                    w->cap_slots * sizeof *w->slots;
    if (need <= w->about.memory)
        return 0;
    return err_set(e, ERR_NOMEM, "%" PRIu32 " documents hang together and %zu of them differ: "
                   "%" PRIu64 " MiB of memory would be needed to compare them (--memory)",
                   w->members, w->n_leaders, (need >> 20) + 1);
}

static int grow_slots(struct walk *w, struct err *e)
{
    size_t cap = w->cap_slots * 2;
    struct slot *slots = mem_array(cap, sizeof *slots);
    for (size_t i = 0; i < w->cap_slots; i++)
        if (w->slots[i].first && w->slots[i].component == w->component)
            *find(slots, cap, w->component, w->slots[i].group) = w->slots[i];
    mem_free(w->slots);
    w->slots = slots;
    w->cap_slots = cap;
    return check_memory(w, e);
}

static int add_node(struct walk *w, uint64_t group, uint32_t leader, struct err *e)
{
    if (w->n_nodes == w->cap_nodes) {
        w->cap_nodes = w->cap_nodes ? w->cap_nodes * 2 : 256;
        w->nodes = mem_grow_array(w->nodes, w->cap_nodes, sizeof *w->nodes);
        if (check_memory(w, e))
            return -1;
    }
    struct slot *s = find(w->slots, w->cap_slots, w->component, group);
    w->n_groups += !s->first;
    w->nodes[w->n_nodes++] = (struct node){leader, s->first};
    *s = (struct slot){group, (uint32_t)w->n_nodes, w->component};
    return 2 * w->n_groups > w->cap_slots ? grow_slots(w, e) : 0;
}

static int add_leader(struct walk *w, const struct walk_document *d, struct err *e)
{
    if (w->n_leaders == w->cap_leaders) {
        w->cap_leaders = w->cap_leaders ? w->cap_leaders * 2 : 64;
        w->leaders = mem_grow_array(w->leaders, w->cap_leaders, sizeof *w->leaders);
        if (check_memory(w, e))
            return -1;
    }
    w->leaders[w->n_leaders++] = (struct leader){d->doc, d->place, 1, 0};
    for (size_t i = 0; i < d->n && w->about.sets; i++)
        if (add_node(w, d->groups[i], (uint32_t)w->n_leaders - 1, e))
            return -1;
    return 0;
}

/* ---- the walk ------------------------------------------------------------------------------- */

struct best {
    size_t leader;
    double similarity;              /* < 0: none yet */
};

static int compare(struct walk *w, size_t leader, uint64_t place, struct best *best,
                   struct err *e)
{
    double j, floor = best->similarity > w->about.threshold ? best->similarity
                                                            : w->about.threshold;
    if (sets_jaccard(w->reader, w->leaders[leader].place, place, floor, &j, e))
        return -1;
    w->counts.compared++;
    if (j < w->about.threshold)
        w->counts.refused++;
    else if (j > best->similarity || leader < best->leader)
        *best = (struct best){leader, j};
    return 0;
}

static int find_best(struct walk *w, const struct walk_document *d, struct best *best,
                     struct err *e)
{
    for (size_t i = 0; i < d->n; i++) {
        uint32_t k = find(w->slots, w->cap_slots, w->component, d->groups[i])->first;
        for (; k; k = w->nodes[k - 1].next) {
            struct leader *l = &w->leaders[w->nodes[k - 1].leader];
            if (l->seen_by == w->members)
                continue;
            l->seen_by = w->members;
            if (compare(w, (size_t)(l - w->leaders), d->place, best, e))
                return -1;
        }
    }
    return 0;
}

int walk_add(struct walk *w, const struct walk_document *d, struct err *e)
{
    struct best best = {0, -1};
    w->members++;
    if (d->earlier)
        return add_leader(w, d, e);
    if (!w->about.sets && w->n_leaders)
        best = (struct best){0, -2};            /* joins unseen */
    else if (w->about.sets && find_best(w, d, &best, e))
        return -1;
    if (best.similarity == -1)
        return add_leader(w, d, e);
    struct leader *l = &w->leaders[best.leader];
    l->size++;
    struct verdict_of v = {d->doc, l->doc, 0, l->size, best.similarity < 0 ? -1 : best.similarity};
    return w->about.verdict(w->about.to, &v, e);
}

int walk_end(struct walk *w, struct err *e)
{
    for (size_t i = 0; i < w->n_leaders; i++) {
        const struct leader *l = &w->leaders[i];
        struct verdict_of v = {l->doc, l->doc, l->size, 1, -1};
        if (v.size > 1 && w->about.verdict(w->about.to, &v, e))
            return -1;
    }
    w->n_leaders = w->n_nodes = w->n_groups = 0;
    w->members = 0;
    if (++w->component == 0)        /* after 2^32 of them */
        memset(w->slots, 0, w->cap_slots * sizeof *w->slots);
    return 0;
}
