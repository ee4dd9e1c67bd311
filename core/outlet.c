/* outlet - see outlet.h. */
#include "core/outlet.h"
#include <pthread.h>
#include <stdio.h>
#include "core/mem.h"

struct open_unit {
    struct writer *writer;
    size_t unit;
};

struct outlet {
    const struct chain *chain;
    struct folder *folder;          /* NULL: now.writer is all there is */
    struct open_unit now;           /* takes documents */
    size_t end;                     /* behind the last unit */
    pthread_mutex_t lock;           /* of what follows */
    struct open_unit *full;         /* took their last document; frames may be under way */
    size_t n_full;
};

/* "docs.jsonl" and "crawl.warc" become docs.jsonl.zst and crawl.warc.jsonl.zst. */
static char *output_name(const struct outlet *o, size_t unit)
{
    const char *suffix = o->chain->o.unit_suffix;
    struct slice name = slice_str(o->chain->plan.v[unit].name);
    if (slice_ends(name, SLICE(".jsonl")))
        name.n -= strlen(".jsonl");
    size_t n = name.n + strlen(suffix) + 1;
    char *out = mem_alloc(n);
    snprintf(out, n, "%.*s%s", (int)name.n, name.p, suffix);
    return out;
}

static int begin_unit(struct outlet *o, size_t unit, struct err *e)
{
    char *name = output_name(o, unit), *path = folder_path(o->folder, name, e);
    o->now = (struct open_unit){path ? writer_open(path, 0, e) : NULL, unit};
    mem_free(name);
    mem_free(path);
    return o->now.writer ? 0 : -1;
}

struct outlet *outlet_open(const struct chain *c, struct folder *folder, size_t first, size_t n,
                           struct err *e)
{
    struct outlet *o = mem_zero(sizeof *o);
    o->chain = c;
    o->folder = folder;
    o->end = first + n;
    pthread_mutex_init(&o->lock, NULL);
    if (folder ? begin_unit(o, first, e) == 0
               : (o->now.writer = writer_open(c->o.out, 0, e)) != NULL)
        return o;
    outlet_abort(o);
    return NULL;
}

static void set_full(struct outlet *o)
{
    pthread_mutex_lock(&o->lock);
    o->full = mem_grow_array(o->full, o->n_full + 1, sizeof *o->full);
    o->full[o->n_full++] = o->now;
    o->now.writer = NULL;
    pthread_mutex_unlock(&o->lock);
}

static int go_to_unit(struct outlet *o, size_t unit, struct err *e)
{
    while (o->now.unit < unit) {
        set_full(o);
        if (begin_unit(o, o->now.unit + 1, e))
            return -1;
    }
    return 0;
}

int outlet_append(struct outlet *o, const struct batch *b, struct frame **frames, struct err *e)
{
    if (!o->folder || !b->units)
        return writer_append(o->now.writer, buf_slice(&b->out), b->n, frames, e);
    for (size_t from = 0, to; from < b->n; from = to) {
        for (to = from + 1; to < b->n && b->units[to] == b->units[from];)
            to++;
        size_t at = from ? b->ends[from - 1] : 0;
        struct slice records = slice_of(b->out.p + at, b->ends[to - 1] - at);
        if (go_to_unit(o, b->units[from], e) ||
            writer_append(o->now.writer, records, to - from, frames, e))
            return -1;
    }
    return 0;
}

static int commit_unit(struct outlet *o, struct open_unit u, struct err *e)
{
    struct unit_output out = {.documents = writer_docs(u.writer),
                              .bytes = writer_bytes(u.writer), .hash = writer_hash(u.writer)};
    const struct unit *unit = &o->chain->plan.v[u.unit];
    char *name = output_name(o, u.unit);
    out.name = name;
    int rc = writer_commit(u.writer, e);
    if (!rc)
        rc = folder_unit_finish(o->folder, unit, chain_seen(o->chain, u.unit), &out, e);
    mem_free(name);
    return rc;
}

int outlet_settle(struct outlet *o, struct err *e)
{
    int rc = 0;
    pthread_mutex_lock(&o->lock);
    size_t left = 0;
    for (size_t i = 0; i < o->n_full; i++) {
        struct open_unit u = o->full[i];
        if (!rc && writer_is_written(u.writer))
            rc = commit_unit(o, u, e);
        else
            o->full[left++] = u;
    }
    o->n_full = left;
    pthread_mutex_unlock(&o->lock);
    return rc;
}

static void release(struct outlet *o)
{
    pthread_mutex_destroy(&o->lock);
    mem_free(o->full);
    mem_free(o);
}

int outlet_commit(struct outlet *o, struct err *e)
{
    int rc = 0;
    if (o->folder) {
        rc = go_to_unit(o, o->end - 1, e);
        if (o->now.writer)
            set_full(o);
        if (!rc)
            rc = outlet_settle(o, e);
        if (rc)
            outlet_abort(o);
        else
            release(o);
        return rc;
    }
    rc = writer_commit(o->now.writer, e);
    release(o);
    return rc;
}

void outlet_abort(struct outlet *o)
{
    if (!o)
        return;
    writer_abort(o->now.writer);
    for (size_t i = 0; i < o->n_full; i++)
        writer_abort(o->full[i].writer);
    release(o);
}
