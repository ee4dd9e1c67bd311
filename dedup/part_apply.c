/* part_apply - see part_apply.h. */
#include "dedup/part_apply.h"
#include "core/json.h"
#include "core/mem.h"
#include "dedup/part.h"
#include "dedup/shards.h"

struct source {                     /* a partition */
    struct part *part;
    struct part_cursor *cursor;
    struct part_verdict next;
    struct slice id;
    bool more;
};

struct part_apply {
    struct shards shards;
    const struct shard *shard;
    struct source *sources;
    size_t n, taken;                /* taken: whose verdict was handed out last, or n */
    uint64_t docs, chain, due;      /* due: the next document that has a verdict */
    double threshold;
};

static int advance(struct source *s, struct err *e)
{
    const void *bytes;
    s->more = part_left(s->cursor) > 0;
    if (!s->more)
        return 0;
    if (part_read(s->cursor, sizeof s->next, &bytes, e))
        return -1;
    memcpy(&s->next, bytes, sizeof s->next);
    if (part_read(s->cursor, s->next.id_bytes, &bytes, e))
        return -1;
    s->id = slice_of(bytes, s->next.id_bytes);
    return 0;
}

static void find_due(struct part_apply *a)
{
    a->due = UINT64_MAX;
    for (size_t i = 0; i < a->n; i++)
        if (a->sources[i].more && a->sources[i].next.doc < a->due)
            a->due = a->sources[i].next.doc;
}

static int open_source(struct part_apply *a, const char *path, const char *shard, struct err *e)
{
    struct source *s = &a->sources[a->n++];
    s->cursor = part_cursor_new();
    if (!(s->part = part_open(path, PART_VERIFY_KIND, e)))
        return -1;
    struct slice info = part_info(s->part), t = json_find(info, SLICE("threshold"), NULL);
    if (a->n == 1 && (!shards_get(info, &a->shards) || !t.p || !json_f64(t, &a->threshold)))
        return err_set(e, ERR_VERIFY, "%s: not a file of verdicts that this version knows", path);
    size_t i = shards_find(&a->shards, shard);
    if (i == a->shards.n)
        return err_set(e, ERR_USAGE, "there are no verdicts on '%.200s': the plan has to be that "
                       "of minhash-sign", shard);
    a->shard = &a->shards.v[i];
    return part_seek(s->cursor, s->part, i, e) || advance(s, e) ? -1 : 0;
}

struct part_apply *part_apply_new(const struct folder_list *verdicts, const char *shard,
                                  struct err *e)
{
    struct part_apply *a = mem_zero(sizeof *a);
    shards_init(&a->shards);
    a->sources = mem_array(verdicts->n + 1, sizeof *a->sources);
    int rc = verdicts->n ? 0 : err_set(e, ERR_USAGE, "no verdicts are there");
    for (size_t i = 0; i < verdicts->n && !rc; i++)
        rc = open_source(a, verdicts->paths[i], shard, e);
    a->taken = a->n;
    find_due(a);
    if (!rc)
        return a;
    part_apply_free(a);
    return NULL;
}

void part_apply_free(struct part_apply *a)
{
    if (!a)
        return;
    for (size_t i = 0; i < a->n; i++) {
        part_close(a->sources[i].part);
        part_cursor_free(a->sources[i].cursor);
    }
    mem_free(a->sources);
    shards_free(&a->shards);
    mem_free(a);
}

double part_apply_threshold(const struct part_apply *a) { return a->threshold; }

int part_apply_next(struct part_apply *a, struct slice id, size_t text_bytes,
                    struct part_verdict *v, struct slice *kept, struct err *e)
{
    uint64_t doc = a->docs++;
    a->chain = shards_chain(a->chain, id, text_bytes);
    if (a->taken < a->n) {
        if (advance(&a->sources[a->taken], e))
            return -1;
        a->taken = a->n;
        find_due(a);
    }
    if (doc != a->due)
        return 0;
    for (a->taken = 0; !a->sources[a->taken].more || a->sources[a->taken].next.doc != doc;)
        a->taken++;
    *v = a->sources[a->taken].next;
    *kept = a->sources[a->taken].id;
    return 1;
}

int part_apply_end(const struct part_apply *a, struct err *e)
{
    return shards_check(a->shard, a->docs, a->chain, e);
}
