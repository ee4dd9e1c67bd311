/* See sidefile.h. The table of waiting records is chained and holds each in one block of memory. */
#include "filter/sidefile.h"
#include "core/docs.h"
#include "core/hash.h"
#include "core/json.h"
#include "core/mem.h"

struct waiting {
    struct waiting *next;
    uint64_t hash, number;          /* number of the record in the file, from 1 */
    size_t n_id, n_line;
    char bytes[];                   /* id, then line */
};

struct sidefile {
    const char *path;
    struct slice id_field;
    struct docs *docs;
    struct arena arena;             /* decoded id of the record at hand */
    bool ended;
    struct waiting **table;
    size_t size, n;                 /* size is a power of two */
    uint64_t held, memory;
    struct waiting *given;          /* the record given last, if it had waited */
};

enum { FIRST_SIZE = 1024 };

struct sidefile *sidefile_open(const char *path, const char *id_field, uint64_t memory,
                               struct err *e)
{
    struct docs *docs = docs_open(path, NULL, e);
    if (!docs)
        return NULL;
    struct sidefile *s = mem_zero(sizeof *s);
    *s = (struct sidefile){.path = path, .id_field = slice_str(id_field), .docs = docs,
                           .size = FIRST_SIZE, .memory = memory};
    arena_init(&s->arena);
    s->table = mem_array(s->size, sizeof *s->table);
    return s;
}

void sidefile_close(struct sidefile *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->size; i++)
        for (struct waiting *w = s->table[i], *next; w; w = next) {
            next = w->next;
            mem_free(w);
        }
    mem_free(s->given);
    mem_free(s->table);
    arena_free(&s->arena);
    docs_close(s->docs);
    mem_free(s);
}

/* ---- waiting records ---------------------------------------------------------------------- */

static struct slice id_of(const struct waiting *w) { return slice_of(w->bytes, w->n_id); }

static struct waiting **place(const struct sidefile *s, struct slice id, uint64_t hash)
{
    struct waiting **at = &s->table[hash & (s->size - 1)];
    while (*at && ((*at)->hash != hash || !slice_eq(id_of(*at), id)))
        at = &(*at)->next;
    return at;
}

static void grow(struct sidefile *s)
{
    size_t size = s->size * 4;
    struct waiting **table = mem_array(size, sizeof *table);
    for (size_t i = 0; i < s->size; i++)
        for (struct waiting *w = s->table[i], *next; w; w = next) {
            next = w->next;
            w->next = table[w->hash & (size - 1)];
            table[w->hash & (size - 1)] = w;
        }
    mem_free(s->table);
    s->table = table;
    s->size = size;
}

static size_t cost(const struct waiting *w)
{
    return sizeof *w + w->n_id + w->n_line + 2 * sizeof(void *);
}

static int set_aside(struct sidefile *s, struct slice id, struct slice line, uint64_t number,
                     struct err *e)
{
    uint64_t hash = hash64(id);
    struct waiting **at = place(s, id, hash);
    if (*at) {
        err_at(e, slice_str(s->path), number, ERR_NO_POS);
        return err_set(e, ERR_DATA, "id '%.*s' is doubled: record %llu has it too",
                       (int)(id.n < 100 ? id.n : 100), id.p, (unsigned long long)(*at)->number);
    }
    struct waiting *w = mem_alloc(sizeof *w + id.n + line.n);
    *w = (struct waiting){NULL, hash, number, id.n, line.n};
    memcpy(w->bytes, id.p, id.n);
    memcpy(w->bytes + id.n, line.p, line.n);
    *at = w;
    s->held += cost(w);
    if (++s->n > s->size)
        grow(s);
    if (s->held > s->memory) {
        err_at(e, slice_str(s->path), number, ERR_NO_POS);
        return err_set(e, ERR_NOMEM, "%zu records wait for their documents, which takes more than "
                       "%llu MiB: raise --memory, or sort one file like the other", s->n,
                       (unsigned long long)(s->memory >> 20));
    }
    return 0;
}

/* ---- reading ------------------------------------------------------------------------------ */

/* The next record and its id: 1, 0 at the end, -1. */
static int next_record(const struct sidefile *s, struct docs *docs, struct arena *a,
                       struct slice *id, struct slice *line, uint64_t *number, struct err *e)
{
    size_t at;
    bool doubled = false;
    int rc = docs_next_line(docs, line, number, e);
    if (rc <= 0)
        return rc;
    arena_reset(a);
    bool is_json = json_check(*line, &at) == 0;
    struct slice value = is_json ? json_find(*line, s->id_field, &doubled)
                                 : (struct slice){NULL, 0};
    if (value.p && !doubled && (json_is_string(value) || memchr("-0123456789", *value.p, 11))) {
        *id = json_is_string(value) ? json_string(value, a, NULL) : value;
        return 1;
    }
    err_at(e, slice_str(s->path), *number, ERR_NO_POS);
    if (!is_json)
        return err_set(e, ERR_DATA, "no JSON, at byte %zu of the line", at);
    return err_set(e, ERR_DATA, doubled ? "'%.*s' is doubled"
                                        : "no member '%.*s' that is a string or a number",
                   (int)s->id_field.n, s->id_field.p);
}

int sidefile_find(struct sidefile *s, struct slice id, struct slice *record, struct err *e)
{
    struct slice other, line;
    uint64_t number;
    int rc = 0;
    mem_free(s->given);
    s->given = NULL;
    struct waiting **at = s->n ? place(s, id, hash64(id)) : NULL;
    if (at && *at) {
        s->given = *at;
        *at = s->given->next;
        s->n--;
        s->held -= cost(s->given);
        *record = slice_of(s->given->bytes + s->given->n_id, s->given->n_line);
        return 1;
    }
    while (!s->ended &&
           (rc = next_record(s, s->docs, &s->arena, &other, &line, &number, e)) > 0) {
        if (slice_eq(other, id)) {
            *record = line;
            return 1;
        }
        if (set_aside(s, other, line, number, e))
            return -1;
    }
    s->ended = true;
    return rc;
}

/* ---- what has no partner ------------------------------------------------------------------ */

/* Reads the file once more: how many records have this id, and which is the first. */
static int count_of(const struct sidefile *s, struct slice id, uint64_t *n, uint64_t *first,
                    struct err *e)
{
    struct docs *docs = docs_open(s->path, NULL, e);
    struct arena a;
    struct slice other, line;
    uint64_t number;
    int rc = docs ? 1 : -1;
    arena_init(&a);
    *n = 0;
    while (rc > 0 && (rc = next_record(s, docs, &a, &other, &line, &number, e)) > 0)
        if (slice_eq(other, id) && (*n)++ == 0)
            *first = number;
    arena_free(&a);
    docs_close(docs);
    return rc;
}

int sidefile_explain(const struct sidefile *s, struct slice id, struct err *e)
{
    uint64_t n, first = 0;
    if (count_of(s, id, &n, &first, e))
        return -1;
    err_at(e, slice_str(s->path), n ? first : ERR_NO_POS, ERR_NO_POS);
    return err_set(e, ERR_DATA, n ? "id '%.*s' is doubled: more documents have it than records"
                                  : "no record for the document with id '%.*s'",
                   (int)(id.n < 100 ? id.n : 100), id.p);
}

int sidefile_finish(struct sidefile *s, struct err *e)
{
    struct slice other, line;
    uint64_t number, n = 0, first = 0;
    const struct waiting *lowest = NULL;
    int rc = 0;
    while (!s->ended &&
           (rc = next_record(s, s->docs, &s->arena, &other, &line, &number, e)) > 0)
        if (set_aside(s, other, line, number, e))
            return -1;
    s->ended = true;
    if (rc || !s->n)
        return rc;
    for (size_t i = 0; i < s->size; i++)
        for (const struct waiting *w = s->table[i]; w; w = w->next)
            lowest = !lowest || w->number < lowest->number ? w : lowest;
    struct slice id = id_of(lowest);
    if (count_of(s, id, &n, &first, e))
        return -1;
    err_at(e, slice_str(s->path), lowest->number, ERR_NO_POS);
    if (n > 1)
        return err_set(e, ERR_DATA, "id '%.*s' is doubled: record %llu has it too",
                       (int)(id.n < 100 ? id.n : 100), id.p, (unsigned long long)first);
    return err_set(e, ERR_DATA, "no document with id '%.*s' (%zu records have none)",
                   (int)(id.n < 100 ? id.n : 100), id.p, s->n);
}
