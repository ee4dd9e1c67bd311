/* Merging: see native_join.h. */
#include "core/mem.h"
#include "shard/ids_hash.h"
#include "shard/native.h"
#include "shard/native_file.h"
#include "shard/native_join.h"
#include "shard/tms_internal.h"

struct merge {
    struct native_file *out;
    struct shard_about first;           /* of the first input; points into `json` */
    char *json;
    const char *path;                   /* of the input at hand */
};

static bool same(const struct shard_about *a, const struct shard_about *b)
{
    return a->max_id == b->max_id && a->eod == b->eod && a->eod_id == b->eod_id &&
           slice_eq(shard_tokenizer_hash(a->tokenizer), shard_tokenizer_hash(b->tokenizer));
}

static int begin(struct merge *m, const struct native *r, const char *to, struct err *e)
{
    const struct shard_about *a = native_about(r);
    if (m->out)
        return same(a, &m->first) ? 0
               : err_set(e, ERR_DATA, "%s: another tokenizer, vocabulary or end-of-document id "
                         "than the first shard's", m->path);
    size_t n;
    const char *json = tms_json(native_shard(r), &n);
    m->json = mem_strdup(json);
    m->first = *a;
    if (a->tokenizer.n)
        m->first.tokenizer.p = m->json + (a->tokenizer.p - json);
    m->out = native_file_open(to, &m->first, slice_of(m->json, n), e);
    return m->out ? 0 : -1;
}

static int copy_ranks(struct merge *m, const tms *t, uint32_t i, struct err *e)
{
    struct tms_ranks r = tms_ranks_at(t, i);
    struct tms_error te;
    if (native_file_has_ranks(m->out, r.name))
        return 0;
    unsigned char *frame = mem_alloc(r.size);
    int rc = tms_get(t, frame, r.size, r.at, &te) ? native_report(m->path, &te, e) : 0;
    if (!rc && !tms_frame_ok(frame, r.size, TMS_RANKS_MARK))
        rc = err_set(e, ERR_VERIFY, "%s: damaged rank table", m->path);
    if (!rc)
        rc = native_file_ranks(m->out, slice_of((char *)frame, r.size), e);
    mem_free(frame);
    return rc;
}

/* `end` becomes the last document's. */
static int copy_block(struct merge *m, tms_cursor *c, uint64_t b, struct hasher *h, uint64_t *end,
                      struct err *e)
{
    struct tms_error te;
    const uint32_t *ids = tms_load(c, b, &te);
    if (!ids)
        return native_report(m->path, &te, e);
    struct tms_block k = tms_block_at(c->t, b);
    const struct tms_stored *s = &c->stored;
    const struct native_block block = {
        .head = slice_of((const char *)s->p, tms_stored_head(s)),
        .packed = slice_of((const char *)s->packed, s->packed_size), .ranks = s->ranks, .ids = ids};
    if (!tms_stored_ok(s))
        return err_set(e, ERR_VERIFY, "%s: block %llu: checksum of the stored bytes does not match",
                       m->path, (unsigned long long)b);
    ids_hash_add(h, ids, k.tokens);
    if (k.docs)
        *end = k.first_token + le_get16(s->ends + 2 * (k.docs - 1));
    return copy_ranks(m, c->t, k.ranks, e) || native_file_block(m->out, &block, e) ? -1 : 0;
}

static int copy_shard(struct merge *m, const struct native *r, struct err *e)
{
    const tms *t = native_shard(r);
    struct hasher *h = hasher_new();
    struct tms_error te;
    tms_cursor *c = tms_cursor_new(t, &te);
    int rc = c ? 0 : native_report(m->path, &te, e);
    uint64_t end = 0;
    for (uint64_t b = 0; !rc && b < tms_blocks(t); b++)
        rc = copy_block(m, c, b, h, &end, e);
    struct hash128 got = hasher_value(h), want = native_hash(r);
    if (!rc && (end != tms_tokens(t) || got.lo != want.lo || got.hi != want.hi))
        rc = err_set(e, ERR_VERIFY, "%s: the footer's counts or checksum do not match", m->path);
    tms_cursor_free(c);
    hasher_free(h);
    return rc;
}

int native_merge(const char *const *from, size_t n, const char *to, struct native_joined *j,
                 struct err *e)
{
    struct merge m = {0};
    int rc = 0;
    for (size_t i = 0; !rc && i < n; i++) {
        m.path = from[i];
        struct native *r = native_open(from[i], e);
        rc = r ? begin(&m, r, to, e) : -1;
        if (!rc)
            rc = copy_shard(&m, r, e);
        native_close(r);
    }
    if (!rc) {
        *j = (struct native_joined){.tokens = native_file_tokens(m.out),
                                    .documents = native_file_documents(m.out), .complete = true};
        rc = native_file_commit(m.out, NULL, e);
    } else {
        native_file_abort(m.out);
    }
    mem_free(m.json);
    return rc;
}
