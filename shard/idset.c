/* idset - see idset.h. */
#include "shard/idset.h"
#include <stdlib.h>
#include "core/docs.h"
#include "core/mem.h"

static int by_bytes(const void *a, const void *b)
{
    return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

int idset_read(struct idset *s, const char *path, struct err *e)
{
    struct slice rest, line;
    size_t cap = 0, kept = 0;
    *s = (struct idset){0};
    buf_init(&s->text, BUF_NO_LIMIT);
    if (docs_read_file(path, &s->text, e))
        return -1;
    rest = buf_slice(&s->text);
    while (slice_next(&rest, '\n', &line)) {
        if (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        if (!line.n)
            continue;
        if (s->n == cap)
            s->v = mem_grow_array(s->v, cap = cap ? 2 * cap : 1024, sizeof *s->v);
        s->v[s->n++] = line;
    }
    if (s->n)
        qsort(s->v, s->n, sizeof *s->v, by_bytes);
    for (size_t i = 0; i < s->n; i++)
        if (!kept || !slice_eq(s->v[kept - 1], s->v[i]))
            s->v[kept++] = s->v[i];
    s->n = kept;
    return 0;
}

void idset_free(struct idset *s)
{
    buf_free(&s->text);
    mem_free(s->v);
}

bool idset_has(const struct idset *s, struct slice id)
{
    return s->n && bsearch(&id, s->v, s->n, sizeof *s->v, by_bytes);
}
