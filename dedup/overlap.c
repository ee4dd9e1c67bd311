/* overlap - see overlap.h. */
#include "dedup/overlap.h"
#include "core/mem.h"
#include "core/temp.h"
#include "dedup/sorter.h"

struct gram {                       /* sorted by hash; in order of places among equal ones */
    uint64_t hash, place;
};

struct unit {
    uint64_t place, grams;
};

struct overlap {
    struct overlap_about about;
    struct sorter *grams, *before;  /* before: places of n-grams that occurred before */
    struct temp *units;
    uint64_t n_units;
    struct places *struck;
};

static struct sorter *new_sorter(const struct overlap *o, size_t record)
{
    return sorter_new(&(struct sorter_about){record, 1, o->about.memory / 2, o->about.tmp,
                                             o->about.tmp_max});
}

struct overlap *overlap_new(const struct overlap_about *about, struct err *e)
{
    struct overlap *o = mem_zero(sizeof *o);
    o->about = *about;
    o->grams = new_sorter(o, sizeof(struct gram));
    if ((o->units = temp_new(about->tmp, about->tmp_max, e)) &&
        (o->struck = places_new(about->tmp, about->tmp_max, e)))
        return o;
    overlap_free(o);
    return NULL;
}

void overlap_free(struct overlap *o)
{
    if (!o)
        return;
    sorter_free(o->grams);
    sorter_free(o->before);
    temp_free(o->units);
    places_free(o->struck);
    mem_free(o);
}

int overlap_add(struct overlap *o, uint64_t doc, uint64_t unit, const uint64_t *grams, size_t n,
                struct err *e)
{
    struct unit u = {doc << OVERLAP_UNITS_BITS | unit, n};
    for (size_t i = 0; i < n; i++)
        if (sorter_add(o->grams, &(struct gram){grams[i], u.place}, e))
            return -1;
    o->n_units++;
    return temp_add(o->units, &u, sizeof u, e);
}

static int find_before(struct overlap *o, struct err *e)
{
    struct gram first = {0};
    const void *next;
    bool any = false;
    int rc;
    while ((rc = sorter_next(o->grams, &next, e)) > 0) {
        const struct gram *g = next;
        if (!any || g->hash != first.hash) {
            first = *g;
            any = true;
        } else if (g->place != first.place && sorter_add(o->before, &g->place, e)) {
            return -1;
        }
    }
    return rc;
}

struct tally {                      /* of a document so far */
    uint64_t doc, grams, before;
};

static int end_document(struct overlap *o, const struct tally *t, struct err *e)
{
    return t->grams && (double)t->before > o->about.share * (double)t->grams
               ? places_add(o->struck, t->doc << OVERLAP_UNITS_BITS | OVERLAP_DOCUMENT, e) : 0;
}

/* Units and what occurred before come in the same order. */
static int strike(struct overlap *o, struct err *e)
{
    struct tally t = {0};
    struct unit u;
    const void *next = NULL;
    int more = sorter_next(o->before, &next, e);
    for (uint64_t i = 0; i < o->n_units; i++) {
        uint64_t before = 0, place = 0;
        if (temp_read(o->units, i * sizeof u, &u, sizeof u, e))
            return -1;
        for (; more > 0; more = sorter_next(o->before, &next, e), before++) {
            memcpy(&place, next, sizeof place);
            if (place != u.place)
                break;
        }
        if (u.place >> OVERLAP_UNITS_BITS != t.doc) {
            if (end_document(o, &t, e))
                return -1;
            t = (struct tally){.doc = u.place >> OVERLAP_UNITS_BITS};
        }
        t.grams += u.grams;
        t.before += before;
        if ((double)before > o->about.share * (double)u.grams &&
            places_add(o->struck, u.place, e))
            return -1;
    }
    return more < 0 || end_document(o, &t, e) ? -1 : places_seal(o->struck, e);
}

int overlap_decide(struct overlap *o, struct err *e)
{
    o->before = new_sorter(o, sizeof(uint64_t));
    if (temp_seal(o->units, e) || sorter_sort(o->grams, e) || find_before(o, e) < 0)
        return -1;
    sorter_free(o->grams);
    o->grams = NULL;
    return sorter_sort(o->before, e) || strike(o, e) ? -1 : 0;
}

int overlap_find(const struct overlap *o, struct place_cursor *c, uint64_t doc, uint64_t from,
                 uint64_t *unit, struct err *e)
{
    uint64_t place;
    int rc = places_find(o->struck, c, doc << OVERLAP_UNITS_BITS | from, &place, e);
    if (rc <= 0 || place >> OVERLAP_UNITS_BITS != doc)
        return rc < 0 ? -1 : 0;
    *unit = place & OVERLAP_DOCUMENT;
    return 1;
}
