/* sources - see sources.h. */
#include "dedup/sources.h"
#include "core/arena.h"
#include "core/hash.h"
#include "core/mem.h"
#include "core/temp.h"

enum { SLOTS = 4 * SOURCES_MAX, BLOCK = 4096 };

struct sources {
    struct temp *file;
    uint64_t docs;
    struct source_count v[SOURCES_MAX];
    size_t n;
    uint16_t slots[SLOTS];          /* 1 + index in v, by hash of the name; 0: free */
    struct arena names;
};

struct sources *sources_new(const char *tmp, uint64_t tmp_max, struct err *e)
{
    struct temp *file = temp_new(tmp, tmp_max, e);
    if (!file)
        return NULL;
    struct sources *s = mem_zero(sizeof *s);
    s->file = file;
    arena_init(&s->names);
    return s;
}

void sources_free(struct sources *s)
{
    if (!s)
        return;
    temp_free(s->file);
    arena_free(&s->names);
    mem_free(s);
}

static uint16_t index_of(struct sources *s, struct slice name)
{
    size_t i = hash64(name) % SLOTS;
    while (s->slots[i] && !slice_eq(s->v[s->slots[i] - 1].name, name))
        i = (i + 1) % SLOTS;
    if (s->slots[i])
        return s->slots[i] - 1;
    if (s->n == SOURCES_MAX)
        return SOURCES_MAX - 1;
    s->v[s->n].name = s->n + 1 < SOURCES_MAX ? arena_copy(&s->names, name) : SLICE("(others)");
    s->slots[i] = (uint16_t)++s->n;
    return s->slots[i] - 1;
}

int sources_add(struct sources *s, struct slice source, struct err *e)
{
    uint16_t i = index_of(s, source);
    s->docs++;
    return temp_add(s->file, &i, sizeof i, e);
}

int sources_count(struct sources *s, const struct verdicts *verdicts, uint64_t first,
                  const struct source_count **v, size_t *n, struct err *e)
{
    struct verdict_cursor *cursor = verdict_cursor_new();
    struct verdict_of of;
    uint16_t block[BLOCK];
    int rc = temp_seal(s->file, e);
    for (uint64_t at = 0; at < s->docs && rc >= 0; at += BLOCK) {
        size_t k = s->docs - at < BLOCK ? (size_t)(s->docs - at) : BLOCK;
        rc = temp_read(s->file, at * sizeof *block, block, k * sizeof *block, e);
        for (size_t i = 0; i < k && rc >= 0; i++) {
            rc = verdicts_find(verdicts, cursor, first + at + i, &of, e);
            s->v[block[i]].documents++;
            s->v[block[i]].kept += rc == 0 || of.kept == of.doc;
        }
    }
    verdict_cursor_free(cursor);
    *v = s->v;
    *n = s->n;
    return rc < 0 ? -1 : 0;
}
