/* repeats - see repeats.h. A place is document << 28 | run. */
#include "dedup/repeats.h"
#include "core/mem.h"
#include "dedup/sorter.h"

struct entry {
    uint64_t hi, lo, place;         /* sorted by key; places ascend within it */
};

struct repeats {
    struct repeats_about about;
    struct sorter *entries, *found;
    struct places *places;
    uint64_t *held;                 /* allowed occurrences of the key at hand */
};

struct repeats *repeats_new(const struct repeats_about *about)
{
    struct repeats *r = mem_zero(sizeof *r);
    r->about = *about;
    r->entries = sorter_new(&(struct sorter_about){sizeof(struct entry), 2, about->memory / 2,
                                                   about->tmp, about->tmp_max});
    r->held = mem_array((size_t)about->allowed, sizeof *r->held);
    return r;
}

void repeats_free(struct repeats *r)
{
    if (!r)
        return;
    sorter_free(r->entries);
    sorter_free(r->found);
    places_free(r->places);
    mem_free(r->held);
    mem_free(r);
}

int repeats_add(struct repeats *r, uint64_t doc, uint64_t run, struct hash128 key, struct err *e)
{
    struct entry entry = {key.hi, key.lo, doc << REPEATS_RUNS_BITS | run};
    if (r->about.bucket)
        entry.lo ^= hash_mix(doc / r->about.bucket + 1);
    return sorter_add(r->entries, &entry, e);
}

/* One more occurrence of the key at hand; `before` came earlier. */
static int count(struct repeats *r, uint64_t place, uint64_t before, struct err *e)
{
    if (before < r->about.allowed) {
        r->held[before] = place;
        return 0;
    }
    if (before == r->about.allowed && r->about.strike_all)
        for (uint64_t i = 0; i < before; i++)
            if (sorter_add(r->found, &r->held[i], e))
                return -1;
    return sorter_add(r->found, &place, e);
}

static int find(struct repeats *r, struct err *e)
{
    struct entry last = {0};
    uint64_t before = 0;
    const void *next;
    int rc;
    while ((rc = sorter_next(r->entries, &next, e)) > 0) {
        const struct entry *entry = next;
        if (entry->hi != last.hi || entry->lo != last.lo)
            before = 0;
        last = *entry;
        if (count(r, entry->place, before++, e))
            return -1;
    }
    return rc;
}

int repeats_decide(struct repeats *r, struct err *e)
{
    const void *next;
    int rc;
    r->found = sorter_new(&(struct sorter_about){sizeof(uint64_t), 1, r->about.memory / 2,
                                                 r->about.tmp, r->about.tmp_max});
    if (!(r->places = places_new(r->about.tmp, r->about.tmp_max, e)) ||
        sorter_sort(r->entries, e) || find(r, e) || sorter_sort(r->found, e))
        return -1;
    sorter_free(r->entries);
    r->entries = NULL;
    while ((rc = sorter_next(r->found, &next, e)) > 0) {
        uint64_t place;
        memcpy(&place, next, sizeof place);
        if (places_add(r->places, place, e))
            return -1;
    }
    sorter_free(r->found);
    r->found = NULL;
    return rc < 0 || places_seal(r->places, e) ? -1 : 0;
}

int repeats_find(const struct repeats *r, struct place_cursor *c, uint64_t doc, uint64_t from,
                 uint64_t *run, struct err *e)
{
    uint64_t place;
    int rc = places_find(r->places, c, doc << REPEATS_RUNS_BITS | from, &place, e);
    if (rc <= 0)
        return rc;
    *run = place & (((uint64_t)1 << REPEATS_RUNS_BITS) - 1);
    return place >> REPEATS_RUNS_BITS == doc;
}
