/* shards - see shards.h. */
#include "dedup/shards.h"
#include <inttypes.h>
#include "core/json.h"
#include "core/mem.h"

void shards_init(struct shards *s)
{
    *s = (struct shards){.n = 0};
    arena_init(&s->names);
}

void shards_free(struct shards *s)
{
    mem_free(s->v);
    arena_free(&s->names);
    shards_init(s);
}

void shards_add(struct shards *s, struct slice name, uint64_t docs, uint64_t chain)
{
    if ((s->n & (s->n - 1)) == 0)
        s->v = mem_grow_array(s->v, s->n ? 2 * s->n : 1, sizeof *s->v);
    s->v[s->n++] = (struct shard){arena_str(&s->names, name), docs, chain, s->docs};
    s->docs += docs;
}

void shards_put_one(const char *name, uint64_t docs, uint64_t chain, struct buf *json)
{
    json_put_str(json, "shard", slice_str(name));
    json_put_u64(json, "documents", docs);
    json_put_u64(json, "chain", chain);
}

bool shards_get_one(struct slice info, struct shards *s)
{
    uint64_t docs, chain, repaired = 0;
    struct slice name = json_find(info, SLICE("shard"), NULL);
    struct slice n = json_find(info, SLICE("documents"), NULL);
    struct slice c = json_find(info, SLICE("chain"), NULL);
    if (!name.p || !json_is_string(name) || !n.p || !json_u64(n, &docs) || !c.p ||
        !json_u64(c, &chain) || docs > (uint64_t)1 << 40)
        return false;
    shards_add(s, json_string(name, &s->names, &repaired), docs, chain);
    return true;
}

void shards_put(const struct shards *s, struct buf *json)
{
    json_key(json, "shards");
    buf_add_byte(json, '[');
    for (size_t i = 0; i < s->n; i++) {
        buf_add_str(json, i ? ",{" : "{");
        shards_put_one(s->v[i].name, s->v[i].docs, s->v[i].chain, json);
        buf_add_byte(json, '}');
    }
    buf_add_byte(json, ']');
}

bool shards_get(struct slice info, struct shards *s)
{
    struct json_iter it;
    struct json_member m;
    struct slice list = json_find(info, SLICE("shards"), NULL);
    if (!list.p || !json_iter_init(&it, list))
        return false;
    while (json_iter_next(&it, &m))
        if (!shards_get_one(m.value, s))
            return false;
    return !it.failed;
}

size_t shards_find(const struct shards *s, const char *name)
{
    size_t i = 0;
    while (i < s->n && strcmp(s->v[i].name, name))
        i++;
    return i;
}

size_t shards_of(const struct shards *s, uint64_t doc)
{
    size_t lo = 0, hi = s->n;
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (s->v[mid].first <= doc)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

int shards_check(const struct shard *s, uint64_t docs, uint64_t chain, struct err *e)
{
    if (docs == s->docs && chain == s->chain)
        return 0;
    return err_set(e, ERR_DATA, "%s: these are not the documents that were signed (%" PRIu64
                   " now, %" PRIu64 " then): run the parts again", s->name, docs, s->docs);
}
