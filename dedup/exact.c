/* exact - see exact.h. */
#include "dedup/exact.h"
#include "core/mem.h"
#include "dedup/sorter.h"
#include "core/temp.h"

struct entry {                      /* sorted by key */
    uint64_t hi, lo, doc, rank;
};

struct member {                     /* sorted by document */
    uint64_t doc, group;
};

struct group {
    uint64_t kept, size;
};

struct exact {
    struct exact_about about;
    struct sorter *entries, *members;
    struct temp *groups;
    uint64_t n_groups;
    struct verdicts *verdicts;
    struct buf id, other_id;
};

struct exact *exact_new(const struct exact_about *about)
{
    struct exact *x = mem_zero(sizeof *x);
    x->about = *about;
    x->entries = sorter_new(&(struct sorter_about){sizeof(struct entry), 2, about->memory / 2,
                                                   about->tmp, about->tmp_max});
    buf_init(&x->id, BUF_NO_LIMIT);
    buf_init(&x->other_id, BUF_NO_LIMIT);
    return x;
}

int exact_add(struct exact *x, struct hash128 key, uint64_t rank, uint64_t doc, struct err *e)
{
    struct entry entry = {key.hi, key.lo, doc, rank};
    return sorter_add(x->entries, &entry, e);
}

/* Makes *best the better of two; entries of a group come in the order of their numbers. */
static int choose(struct exact *x, const struct names *names, struct entry *best,
                  const struct entry *other, struct err *e)
{
    if (other->rank < best->rank) {
        *best = *other;
    } else if (other->rank == best->rank && x->about.by_id && best->doc < EXACT_EARLIER) {
        if (names_get(names, best->doc, &x->id, e) || names_get(names, other->doc, &x->other_id, e))
            return -1;
        if (slice_cmp(buf_slice(&x->other_id), buf_slice(&x->id)) < 0)
            *best = *other;
    }
    return 0;
}

static int add_member(struct exact *x, uint64_t doc, struct err *e)
{
    struct member m = {doc, x->n_groups};
    return sorter_add(x->members, &m, e);
}

static int close_group(struct exact *x, uint64_t kept, uint64_t size, struct err *e)
{
    struct group g = {kept, size};
    if (size < 2)
        return 0;
    x->n_groups++;
    return temp_add(x->groups, &g, sizeof g, e);
}

static int find_groups(struct exact *x, const struct names *names, struct err *e)
{
    struct entry best = {0}, first = {0};
    uint64_t size = 0;
    const void *next;
    int rc;
    while ((rc = sorter_next(x->entries, &next, e)) > 0) {
        const struct entry *entry = next;
        if (size && entry->hi == first.hi && entry->lo == first.lo) {
            if (size++ == 1 && add_member(x, first.doc, e))
                return -1;
            if (add_member(x, entry->doc, e) || choose(x, names, &best, entry, e))
                return -1;
            continue;
        }
        if (close_group(x, best.doc, size, e))
            return -1;
        first = best = *entry;
        size = 1;
    }
    return rc < 0 || (size && close_group(x, best.doc, size, e)) ? -1 : 0;
}

static int write_verdicts(struct exact *x, struct err *e)
{
    const void *next;
    int rc;
    while ((rc = sorter_next(x->members, &next, e)) > 0) {
        const struct member *m = next;
        struct group g;
        if (temp_read(x->groups, m->group * sizeof g, &g, sizeof g, e))
            return -1;
        struct verdict_of v = {m->doc, g.kept, m->doc == g.kept ? g.size : 0, 0, -1};
        if (verdicts_add(x->verdicts, &v, e))
            return -1;
    }
    return rc < 0 || verdicts_seal(x->verdicts, e) ? -1 : 0;
}

int exact_decide(struct exact *x, const struct names *names, struct err *e)
{
    x->members = sorter_new(&(struct sorter_about){sizeof(struct member), 1, x->about.memory / 2,
                                                   x->about.tmp, x->about.tmp_max});
    if (!(x->groups = temp_new(x->about.tmp, x->about.tmp_max, e)) ||
        !(x->verdicts = verdicts_new(x->about.tmp, x->about.tmp_max, e)) ||
        sorter_sort(x->entries, e) || find_groups(x, names, e))
        return -1;
    sorter_free(x->entries);
    x->entries = NULL;
    if (temp_seal(x->groups, e) || sorter_sort(x->members, e) || write_verdicts(x, e))
        return -1;
    sorter_free(x->members);
    temp_free(x->groups);
    x->members = NULL;
    x->groups = NULL;
    return 0;
}

const struct verdicts *exact_verdicts(const struct exact *x) { return x->verdicts; }

void exact_free(struct exact *x)
{
    if (!x)
        return;
    sorter_free(x->entries);
    sorter_free(x->members);
    temp_free(x->groups);
    verdicts_free(x->verdicts);
    buf_free(&x->id);
    buf_free(&x->other_id);
    mem_free(x);
}
