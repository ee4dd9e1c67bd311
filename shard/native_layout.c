/* The native shard to the common reader: spans are numbers of tokens, for blocks are decoded. */
#include "core/mem.h"
#include "shard/layout.h"
#include "shard/native.h"

struct own {
    struct native *r;
    uint64_t next;
};

static bool looks(const char *path, const unsigned char head[16])
{
    return memcmp(head + 8, TMS_HEAD_MARK, 8) == 0 ||
           slice_ends(slice_str(path), SLICE(".tms"));
}

static void close_native(struct shard_input *in)
{
    struct own *o = in->own;
    if (o)
        native_close(o->r);
    mem_free(o);
    in->own = NULL;
}

static int open_native(struct shard_input *in, struct err *e)
{
    struct native *r = native_open(in->path, e);
    if (!r)
        return -1;
    struct own *o = in->own = mem_zero(sizeof *o);
    o->r = r;
    in->about = *native_about(r);
    return 0;
}

static int next(struct shard_input *in, struct shard_span *s, struct shard_doc *d, struct err *e)
{
    struct own *o = in->own;
    uint64_t to;
    (void)d;
    if (o->next == native_docs(o->r))
        return 0;
    if (native_doc(o->r, o->next++, &s->at, &to, e))
        return -1;
    s->n = to - s->at;
    return 1;
}

static int read_ids(struct shard_input *in, uint64_t at, uint32_t *ids, size_t n, struct err *e)
{
    const struct own *o = in->own;
    return native_read(o->r, at, n, ids, e);
}

static int check(struct shard_input *in, struct err *e)
{
    const struct own *o = in->own;
    return native_verify(o->r, e);
}

const struct shard_layout shard_native_layout = {
    .looks = looks, .open = open_native, .next = next, .read = read_ids, .check = check,
    .close = close_native};
