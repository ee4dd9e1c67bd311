/* libtokmill-shard as tokmill's other readers are: errors with file and kind, the header's JSON. */
#include "core/json.h"
#include "core/mem.h"
#include "shard/native.h"

struct native {
    char *path;
    tms *shard;
    tms_cursor *cursor;
    struct shard_about about;           /* points into the shard */
};

int native_report(const char *path, const struct tms_error *t, struct err *e)
{
    if (t->status == TMS_MEMORY)
        mem_failed(0);
    err_set(e, t->status == TMS_SYSTEM ? ERR_IO : t->status == TMS_RANGE ? ERR_BUG : ERR_VERIFY,
            "%s", t->text);
    err_at(e, slice_str(path), ERR_NO_POS, ERR_NO_POS);
    return -1;
}

static int report(const struct native *r, const struct tms_error *t, struct err *e)
{
    return native_report(r->path, t, e);
}

static int read_about(struct native *r, struct err *e)
{
    size_t n, at;
    struct slice json = {.p = tms_json(r->shard, &n)};
    json.n = n;
    if (json_check(json, &at) || !n || json.p[0] != '{')
        return report(r, &(struct tms_error){.status = TMS_DAMAGED,
                                             .text = "the header's JSON is malformed"}, e);
    struct slice t = json_find(json, SLICE("tokenizer"), NULL);
    if (t.p && t.p[0] == '{')
        r->about.tokenizer = t;
    r->about.max_id = tms_max_id(r->shard);
    enum tms_eod eod = tms_eod(r->shard, &r->about.eod_id);
    r->about.eod = eod == TMS_EOD_LAST ? EOD_LAST : eod == TMS_EOD_FIRST ? EOD_FIRST : EOD_NONE;
    r->about.width = shard_native.width(r->about.max_id);
    return 0;
}

struct native *native_open(const char *path, struct err *e)
{
    struct native *r = mem_zero(sizeof *r);
    struct tms_error t;
    r->path = mem_strdup(path);
    r->shard = tms_open(path, &t);
    if (r->shard)
        r->cursor = tms_cursor_new(r->shard, &t);
    if (!r->cursor)
        report(r, &t, e);
    if (!r->cursor || read_about(r, e)) {
        native_close(r);
        return NULL;
    }
    return r;
}

void native_close(struct native *r)
{
    if (!r)
        return;
    tms_cursor_free(r->cursor);
    tms_close(r->shard);
    mem_free(r->path);
    mem_free(r);
}

const struct shard_about *native_about(const struct native *r) { return &r->about; }
const tms *native_shard(const struct native *r) { return r->shard; }
uint64_t native_tokens(const struct native *r) { return tms_tokens(r->shard); }
uint64_t native_docs(const struct native *r) { return tms_documents(r->shard); }

struct hash128 native_hash(const struct native *r)
{
    struct tms_hash h = tms_hash(r->shard);
    return (struct hash128){.lo = h.low, .hi = h.high};
}

int native_doc(struct native *r, uint64_t i, uint64_t *from, uint64_t *to, struct err *e)
{
    struct tms_error t;
    return tms_document(r->cursor, i, from, to, &t) ? report(r, &t, e) : 0;
}

int native_read(struct native *r, uint64_t from, size_t n, uint32_t *ids, struct err *e)
{
    struct tms_error t;
    return tms_read(r->cursor, from, n, ids, &t) ? report(r, &t, e) : 0;
}

int native_verify(struct native *r, struct err *e)
{
    struct tms_error t;
    return tms_verify(r->cursor, &t) ? report(r, &t, e) : 0;
}
