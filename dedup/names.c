/* names - see names.h. Two files: the names end to end, and where each ends. */
#include "dedup/names.h"
#include "core/mem.h"
#include "core/temp.h"

struct names {
    struct temp *bytes, *ends;
};

struct names *names_new(const char *tmp, uint64_t tmp_max, struct err *e)
{
    struct names *s = mem_zero(sizeof *s);
    uint64_t zero = 0;
    if (!(s->bytes = temp_new(tmp, tmp_max, e)) || !(s->ends = temp_new(tmp, tmp_max, e)) ||
        temp_add(s->ends, &zero, sizeof zero, e)) {
        names_free(s);
        return NULL;
    }
    return s;
}

int names_add(struct names *s, struct slice name, struct err *e)
{
    if (temp_add(s->bytes, name.n ? name.p : "", name.n, e))
        return -1;
    uint64_t end = temp_size(s->bytes);
    return temp_add(s->ends, &end, sizeof end, e);
}

int names_seal(struct names *s, struct err *e)
{
    return temp_seal(s->bytes, e) || temp_seal(s->ends, e) ? -1 : 0;
}

int names_get(const struct names *s, uint64_t i, struct buf *out, struct err *e)
{
    uint64_t place[2];
    if (temp_read(s->ends, i * sizeof place[0], place, sizeof place, e))
        return -1;
    size_t n = (size_t)(place[1] - place[0]);
    buf_clear(out);
    char *to = buf_reserve(out, n);
    if (!to)
        return err_set(e, ERR_BUG, "an id of %zu bytes", n);
    if (temp_read(s->bytes, place[0], to, n, e))
        return -1;
    out->n = n;
    return 0;
}

void names_free(struct names *s)
{
    if (!s)
        return;
    temp_free(s->bytes);
    temp_free(s->ends);
    mem_free(s);
}
