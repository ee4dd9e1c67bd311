/* verdicts - see verdicts.h. */
#include "dedup/verdicts.h"
#include <assert.h>
#include "core/mem.h"
#include "core/temp.h"

enum { BLOCK = 256 };

struct verdicts {
    struct temp *file;
    uint64_t count;
    uint64_t *firsts;               /* document of each block's first verdict */
    size_t n, cap;
};

struct verdict_cursor {
    const struct verdicts *of;
    size_t block, n;
    struct verdict_of v[BLOCK];
};

struct verdicts *verdicts_new(const char *tmp, uint64_t tmp_max, struct err *e)
{
    struct temp *file = temp_new(tmp, tmp_max, e);
    if (!file)
        return NULL;
    struct verdicts *s = mem_zero(sizeof *s);
    s->file = file;
    return s;
}

int verdicts_add(struct verdicts *s, const struct verdict_of *v, struct err *e)
{
    if (s->count++ % BLOCK == 0) {
        if (s->n == s->cap) {
            s->cap = s->cap ? s->cap * 2 : 64;
            s->firsts = mem_grow_array(s->firsts, s->cap, sizeof *s->firsts);
        }
        assert(!s->n || s->firsts[s->n - 1] < v->doc);
        s->firsts[s->n++] = v->doc;
    }
    return temp_add(s->file, v, sizeof *v, e);
}

int verdicts_seal(struct verdicts *s, struct err *e) { return temp_seal(s->file, e); }

struct verdict_cursor *verdict_cursor_new(void)
{
    return mem_zero(sizeof(struct verdict_cursor));
}

void verdict_cursor_free(struct verdict_cursor *c) { mem_free(c); }

/* Reads the block that would hold doc, which is not before the first block. */
static int load(const struct verdicts *s, struct verdict_cursor *c, uint64_t doc, struct err *e)
{
    size_t lo = 0, hi = s->n;
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (s->firsts[mid] <= doc)
            lo = mid;
        else
            hi = mid;
    }
    if (c->of == s && c->block == lo)
        return 0;
    uint64_t at = (uint64_t)lo * BLOCK, left = s->count - at;
    c->n = left < BLOCK ? (size_t)left : BLOCK;
    c->of = NULL;
    if (temp_read(s->file, at * sizeof c->v[0], c->v, c->n * sizeof c->v[0], e))
        return -1;
    c->of = s;
    c->block = lo;
    return 0;
}

int verdicts_find(const struct verdicts *s, struct verdict_cursor *c, uint64_t doc,
                  struct verdict_of *v, struct err *e)
{
    if (!s->n || doc < s->firsts[0])
        return 0;
    if (load(s, c, doc, e))
        return -1;
    size_t lo = 0, hi = c->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (c->v[mid].doc < doc)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo == c->n || c->v[lo].doc != doc)
        return 0;
    *v = c->v[lo];
    return 1;
}

void verdicts_free(struct verdicts *s)
{
    if (!s)
        return;
    temp_free(s->file);
    mem_free(s->firsts);
    mem_free(s);
}
