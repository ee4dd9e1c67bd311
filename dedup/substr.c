/* substr - see substr.h. */
#include "dedup/substr.h"
#include "core/mem.h"
#include "core/temp.h"
#include "dedup/alike.h"
#include "dedup/sorter.h"

struct text {                       /* a document that is long enough */
    uint64_t doc, start;            /* start: unit in the file of texts */
};

struct print {                      /* sorted by hash; in order of places among equal ones */
    uint64_t hash, at;
};

struct struck {                     /* sorted by start */
    uint64_t from, to;
};

struct substr {
    struct substr_about about;
    struct temp *file;              /* texts, a unit of 0xFF bytes before each and at the end */
    struct temp *ranks;             /* of texts */
    struct text *texts;
    size_t n, cap;
    bool open;                      /* the document at hand is long enough */
    struct sorter *prints, *struck;
    struct places *places;          /* 2 * from, 2 * to + 1 of joined stretches, rising */
    struct alike *alike;
};

static const unsigned char gap[4] = {0xFF, 0xFF, 0xFF, 0xFF};

static struct sorter *new_sorter(const struct substr *s)
{
    return sorter_new(&(struct sorter_about){16, 1, s->about.memory / 4, s->about.tmp,
                                             s->about.tmp_max});
}

struct substr *substr_new(const struct substr_about *about, struct err *e)
{
    struct substr *s = mem_zero(sizeof *s);
    s->about = *about;
    s->prints = new_sorter(s);
    if ((s->file = temp_new(about->tmp, about->tmp_max, e)) &&
        (s->ranks = temp_new(about->tmp, about->tmp_max, e)) &&
        (s->places = places_new(about->tmp, about->tmp_max, e)) &&
        !temp_add(s->file, gap, about->unit, e))
        return s;
    substr_free(s);
    return NULL;
}

void substr_free(struct substr *s)
{
    if (!s)
        return;
    temp_free(s->file);
    temp_free(s->ranks);
    sorter_free(s->prints);
    sorter_free(s->struck);
    places_free(s->places);
    alike_free(s->alike);
    mem_free(s->texts);
    mem_free(s);
}

int substr_text(struct substr *s, uint64_t doc, uint64_t rank, struct slice text, struct err *e)
{
    s->open = text.n / s->about.unit >= s->about.length;
    if (!s->open)
        return 0;
    if (s->n == s->cap) {
        s->cap = s->cap ? 2 * s->cap : 1024;
        s->texts = mem_grow_array(s->texts, s->cap, sizeof *s->texts);
    }
    s->texts[s->n++] = (struct text){doc, temp_size(s->file) / s->about.unit};
    return temp_add(s->file, text.p, text.n, e) || temp_add(s->file, gap, s->about.unit, e) ||
           temp_add(s->ranks, &rank, sizeof rank, e) ? -1 : 0;
}

int substr_print(struct substr *s, const struct fingerprint *f, struct err *e)
{
    struct print p = {f->hash, s->texts[s->n - 1].start + f->at};
    return sorter_add(s->prints, &p, e);
}

/* ---- deciding ------------------------------------------------------------------------------- */

/* The last text that starts at or before a place, or holds a document not above doc. */
static size_t last_text(const struct substr *s, uint64_t value, bool by_doc)
{
    size_t lo = 0, hi = s->n;
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if ((by_doc ? s->texts[mid].doc : s->texts[mid].start) <= value)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

static int strike(void *to, uint64_t from, uint64_t end, struct err *e)
{
    struct substr *s = to;
    return sorter_add(s->struck, &(struct struck){from, end}, e);
}

/* The document and rank of a place, for the order of the policy. */
static int owner(void *to, uint64_t at, uint64_t *doc, uint64_t *rank, struct err *e)
{
    const struct substr *s = to;
    size_t i = last_text(s, at, false);
    *doc = s->texts[i].doc;
    return temp_read(s->ranks, i * sizeof *rank, rank, sizeof *rank, e);
}

/* Places of one hash, two or more, in order. */
static int find_stretches(struct substr *s, struct err *e)
{
    struct print first = {0};
    const void *next;
    uint64_t n = 0;
    int rc, failed = 0;
    while (!failed && (rc = sorter_next(s->prints, &next, e)) > 0) {
        const struct print *p = next;
        if (n && p->hash == first.hash) {
            if (n++ == 1)
                failed = alike_add(s->alike, first.at, e);
            failed = failed || alike_add(s->alike, p->at, e);
            continue;
        }
        failed = n > 1 ? alike_end(s->alike, e) : 0;
        first = *p;
        n = 1;
    }
    return failed || rc < 0 || (n > 1 && alike_end(s->alike, e)) ? -1 : 0;
}

static int add_joined(struct substr *s, const struct struck *r, struct err *e)
{
    return places_add(s->places, 2 * r->from, e) || places_add(s->places, 2 * r->to + 1, e);
}

static int join_stretches(struct substr *s, struct err *e)
{
    struct struck now = {0};
    const void *next;
    bool any = false;
    int rc;
    while ((rc = sorter_next(s->struck, &next, e)) > 0) {
        const struct struck *r = next;
        if (any && r->from <= now.to) {
            now.to = r->to > now.to ? r->to : now.to;
            continue;
        }
        if (any && add_joined(s, &now, e))
            return -1;
        now = *r;
        any = true;
    }
    return rc < 0 || (any && add_joined(s, &now, e)) || places_seal(s->places, e) ? -1 : 0;
}

int substr_decide(struct substr *s, const struct names *names, struct err *e)
{
    struct alike_about about = {
        .file = s->file, .names = s->about.by_id ? names : NULL, .length = s->about.length,
        .unit = s->about.unit, .all = s->about.keep == SUBSTR_ALL,
        .in_order = !s->about.by_id, .memory = s->about.memory / 2,
        .tmp_max = s->about.tmp_max, .tmp = s->about.tmp, .strike = strike,
        .owner = owner, .to = s};
    s->alike = alike_new(&about);
    s->struck = new_sorter(s);
    if (temp_seal(s->file, e) || temp_seal(s->ranks, e) || sorter_sort(s->prints, e) ||
        find_stretches(s, e))
        return -1;
    sorter_free(s->prints);
    s->prints = NULL;
    return sorter_sort(s->struck, e) || join_stretches(s, e) ? -1 : 0;
}

/* ---- finding -------------------------------------------------------------------------------- */

int substr_find(const struct substr *s, struct place_cursor *c, uint64_t doc, size_t behind,
                struct stretch *out, struct err *e)
{
    uint64_t a, b;
    if (!s->n)
        return 0;
    size_t i = last_text(s, doc, true);
    if (s->texts[i].doc != doc)
        return 0;
    uint64_t start = s->texts[i].start, end = i + 1 < s->n ? s->texts[i + 1].start - 1
                                                         : temp_size(s->file) / s->about.unit - 1;
    /* Stretches do not touch: the next one begins at least a unit behind the one before. */
    int rc = places_find(s->places, c, 2 * (start + behind) + (behind ? 2 : 0), &a, e);
    if (rc <= 0 || a >= 2 * end)
        return rc < 0 ? -1 : 0;
    if (places_find(s->places, c, a + 1, &b, e) <= 0)
        return -1;
    *out = (struct stretch){a / 2 - start, b / 2 - start};
    return 1;
}
