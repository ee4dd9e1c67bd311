/* mix_source - see mix_source.h. */
#include "shard/mix_source.h"
#include <sys/stat.h>
#include "core/hash.h"
#include "core/mem.h"

static bool is_shard(const char *path)
{
    struct stat st;
    size_t n = strlen(path);
    char *idx = mem_alloc(n + 5);
    memcpy(idx, path, n);
    memcpy(idx + n, ".idx", 5);
    bool is = shard_suffix_length(path) || (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) ||
              stat(idx, &st) == 0;
    mem_free(idx);
    return is;
}

int mix_source_open(struct mix_source *s, const struct order *o, const struct shard_wish *w,
                    struct err *e)
{
    struct shard_paths all = {0};
    size_t shards = 0;
    for (size_t i = 0; i < s->files.n; i++)
        shards += is_shard(s->files.v[i]);
    if (shards && shards < s->files.n)
        return err_set(e, ERR_USAGE, "source %s: shards and files of documents in one", s->name);
    s->is_shards = shards > 0;
    if (!shards)
        return o->kind == ORDER_NONE ? 0
               : err_set(e, ERR_USAGE, "source %s: --shuffle needs shards; a stream of documents "
                         "has no order but its own", s->name);
    int rc = 0;
    for (size_t i = 0; !rc && i < s->files.n; i++)
        rc = shard_paths_add(&all, s->files.v[i], e);
    s->pool = rc ? NULL : pool_open(&all, w, e);
    shard_paths_free(&all);
    return s->pool ? 0 : -1;
}

void mix_source_free(struct mix_source *s)
{
    pool_close(s->pool);
    if (s->in)
        docs_close(s->in);
    shard_paths_free(&s->files);
    mem_free(s->name);
}

/* ---- one document ------------------------------------------------------------------------- */

/* 1, 0 at the end of the epoch, -1. */
static int next_line(struct mix_source *s, struct arena *a, struct doc *d, struct err *e)
{
    for (;;) {
        if (!s->in && s->next == s->files.n)
            return 0;
        if (!s->in && !(s->in = docs_open(s->files.v[s->next++], &doc_fields_default, e)))
            return -1;
        int rc = docs_next(s->in, a, d, e);
        if (rc)
            return rc;
        docs_close(s->in);
        s->in = NULL;
    }
}

static int next_shard(struct mix_source *s, const struct order *o, struct arena *a,
                      struct doc *d, struct err *e)
{
    const uint64_t n = pool_docs(s->pool);
    const uint32_t *ids;
    size_t n_ids;
    struct slice id, tokenizer, meta = {"", 0};
    if (s->at == n)
        return 0;
    uint64_t i = order_at(o, n, hash64(slice_str(s->name)) + s->epoch, s->at++);
    if (pool_get(s->pool, i, a, &ids, &n_ids, &id, &tokenizer, e))
        return -1;
    if (tokenizer.n)
        meta = arena_fmt(a, "\"tokenizer\":%.*s", (int)tokenizer.n, tokenizer.p);
    doc_make(d, a, id, slice_of("", 0), arena_copy(a, slice_str(s->name)), meta);
    doc_set_ids(d, ids, n_ids);
    return 1;
}

static void rewind_source(struct mix_source *s)
{
    s->next = 0;
    s->at = 0;
    s->in_epoch = 0;
}

static int count(enum mix_unit unit, struct doc *d, uint64_t *units, struct err *e)
{
    if (unit == MIX_TOKENS && doc_ids(d))
        return err_set(e, ERR_DATA, "document %.*s has no input_ids to count",
                       (int)(d->id.n < 200 ? d->id.n : 200), d->id.p);
    *units = unit == MIX_DOCS ? 1 : unit == MIX_BYTES ? d->text.n : d->n_ids;
    return 0;
}

int mix_source_size(struct mix_source *s, enum mix_unit unit, uint64_t *size, struct err *e)
{
    struct arena a;
    int rc;
    *size = 0;
    if (s->is_shards) {
        *size = unit == MIX_DOCS ? pool_docs(s->pool) : pool_tokens(s->pool);
        return unit == MIX_BYTES ? err_set(e, ERR_USAGE, "source %s: shards have no text to count",
                                           s->name) : 0;
    }
    arena_init(&a);
    struct doc d = {0};
    while ((rc = next_line(s, &a, &d, e)) == 1) {
        uint64_t units = 0;
        if (count(unit, &d, &units, e)) {
            rc = -1;
            break;
        }
        *size += units;
        arena_reset(&a);
        d = (struct doc){0};
    }
    arena_free(&a);
    rewind_source(s);
    return rc;
}

int mix_source_next(struct mix_source *s, const struct order *o, enum mix_unit unit,
                    uint64_t epochs, struct arena *a, struct doc *d, uint64_t *units,
                    struct err *e)
{
    if (s->is_shards && unit == MIX_BYTES)
        return err_set(e, ERR_USAGE, "source %s: shards have no text to count", s->name);
    for (;;) {
        int rc = s->is_shards ? next_shard(s, o, a, d, e) : next_line(s, a, d, e);
        if (rc < 0 || (rc && count(unit, d, units, e)))
            return -1;
        if (rc) {
            s->in_epoch++;
            s->documents++;
            s->units += *units;
            return 1;
        }
        if (!s->in_epoch || s->epoch >= epochs)
            return 0;
        s->epoch++;
        rewind_source(s);
    }
}
