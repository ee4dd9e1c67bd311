/* docnames - see docnames.h. */
#include "shard/docnames.h"
#include <sys/stat.h>
#include <zstd.h>
#include "core/arena.h"
#include "core/input.h"
#include "core/json.h"
#include "core/mem.h"
#include "shard/detect.h"
#include "shard/side.h"

enum { FRAME = 1 << 20, LEVEL = 3, LINE_MAX_BYTES = 1 << 24 };

/* ---- writing ------------------------------------------------------------------------------ */

struct docnames_out {
    struct side *side;
    struct buf lines;
    ZSTD_CCtx *z;
    size_t cap;
    unsigned char *packed;
};

struct docnames_out *docnames_create(const char *shard_path, struct err *e)
{
    struct side *side = side_open(shard_path, shard_suffix_length(shard_path), DOCNAMES_SUFFIX, e);
    if (!side)
        return NULL;
    struct docnames_out *o = mem_zero(sizeof *o);
    o->side = side;
    buf_init(&o->lines, BUF_NO_LIMIT);
    o->z = ZSTD_createCCtx();
    if (!o->z)
        mem_failed(0);
    return o;
}

static void docnames_free(struct docnames_out *o)
{
    ZSTD_freeCCtx(o->z);
    buf_free(&o->lines);
    mem_free(o->packed);
    mem_free(o);
}

void docnames_abort(struct docnames_out *o)
{
    if (!o)
        return;
    side_abort(o->side);
    docnames_free(o);
}

static int flush(struct docnames_out *o, struct err *e)
{
    size_t room = ZSTD_compressBound(o->lines.n);
    if (room > o->cap) {
        o->packed = mem_grow(o->packed, room);
        o->cap = room;
    }
    size_t n = ZSTD_compressCCtx(o->z, o->packed, o->cap, o->lines.p, o->lines.n, LEVEL);
    if (ZSTD_isError(n))
        return err_set(e, ERR_NOMEM, "zstd: %s", ZSTD_getErrorName(n));
    buf_clear(&o->lines);
    return side_write(o->side, o->packed, n, e);
}

int docnames_add(struct docnames_out *o, const struct shard_doc *d, struct err *e)
{
    buf_add_byte(&o->lines, '{');
    json_put_str(&o->lines, "id", d->id);
    if (d->source.n)
        json_put_str(&o->lines, "source", d->source);
    if (d->place)
        json_put_u64(&o->lines, "record", d->place);
    json_put_u64(&o->lines, "tokens", d->tokens);
    buf_add_str(&o->lines, "}\n");
    return o->lines.n >= FRAME ? flush(o, e) : 0;
}

int docnames_add_row(struct docnames_out *o, uint64_t number, struct slice parts, struct err *e)
{
    buf_add_fmt(&o->lines, "{\"id\":\"sequence:%llu\"", (unsigned long long)number);
    json_put_raw(&o->lines, "docs", parts);
    buf_add_str(&o->lines, "}\n");
    return o->lines.n >= FRAME ? flush(o, e) : 0;
}

int docnames_commit(struct docnames_out *o, struct shard_files *files, uint64_t documents,
                 uint64_t tokens, struct err *e)
{
    if (o->lines.n || !documents)
        if (flush(o, e)) {
            docnames_abort(o);
            return -1;
        }
    int rc = side_commit(o->side, files, documents, tokens, e);
    docnames_free(o);
    return rc;
}

/* ---- reading ------------------------------------------------------------------------------ */

struct docnames {
    struct input *in;
    char *path;
    struct buf bytes;
    size_t at;                          /* of the next line in bytes */
    bool end;
    struct arena arena;                 /* of the present line's strings */
};

struct docnames *docnames_open(const char *shard_path, struct err *e)
{
    size_t n = strlen(shard_path) - shard_suffix_length(shard_path);
    char *path = mem_alloc(n + sizeof DOCNAMES_SUFFIX);
    struct stat st;
    memcpy(path, shard_path, n);
    memcpy(path + n, DOCNAMES_SUFFIX, sizeof DOCNAMES_SUFFIX);
    struct input *in = stat(path, &st) ? NULL : input_open(path, INPUT_WINDOW_DEFAULT, e);
    if (!in) {
        mem_free(path);
        return NULL;
    }
    struct docnames *x = mem_zero(sizeof *x);
    x->in = in;
    x->path = path;
    buf_init(&x->bytes, LINE_MAX_BYTES);
    arena_init(&x->arena);
    return x;
}

void docnames_close(struct docnames *x)
{
    if (!x)
        return;
    input_close(x->in);
    buf_free(&x->bytes);
    arena_free(&x->arena);
    mem_free(x->path);
    mem_free(x);
}

static int flaw(const struct docnames *x, struct err *e, const char *what)
{
    err_set(e, ERR_VERIFY, "%s", what);
    err_at(e, slice_str(x->path), ERR_NO_POS, ERR_NO_POS);
    return -1;
}

/* 1: *line is the next line; 0: end; -1. */
static int next_line(struct docnames *x, struct slice *line, struct err *e)
{
    for (size_t searched = 0;;) {
        struct slice rest = slice_from(buf_slice(&x->bytes), x->at);
        size_t nl = searched + slice_find_byte(slice_from(rest, searched), '\n');
        if (nl < rest.n) {
            *line = slice_upto(rest, nl);
            x->at += nl + 1;
            return 1;
        }
        if (x->end)
            return rest.n ? flaw(x, e, "the last line is cut off") : 0;
        searched = rest.n;
        buf_drop_front(&x->bytes, x->at);
        x->at = 0;
        char *to = buf_reserve(&x->bytes, 64 << 10);
        if (!to)
            return flaw(x, e, "a line is too long");
        long n = input_read(x->in, to, 64 << 10, e);
        if (n < 0)
            return -1;
        x->end = n == 0;
        x->bytes.n += (size_t)n;
    }
}

int docnames_next(struct docnames *x, struct shard_doc *d, struct err *e)
{
    struct slice line;
    size_t at;
    uint64_t repaired = 0;
    int rc = next_line(x, &line, e);
    if (rc <= 0)
        return rc;
    arena_reset(&x->arena);
    *d = (struct shard_doc){0};
    if (json_check(line, &at) || !line.n || line.p[0] != '{')
        return flaw(x, e, "a line is no JSON object");
    struct slice id = json_find(line, SLICE("id"), NULL);
    struct slice source = json_find(line, SLICE("source"), NULL);
    struct slice record = json_find(line, SLICE("record"), NULL);
    struct slice tokens = json_find(line, SLICE("tokens"), NULL);
    if (!id.p || !json_is_string(id) || (source.p && !json_is_string(source)) ||
        (record.p && !json_u64(record, &d->place)) ||
        (tokens.p && (!json_u64(tokens, &d->tokens) || d->tokens > (uint64_t)1 << 60)))
        return flaw(x, e, "a line has no id, or its members are of the wrong type");
    d->has_tokens = tokens.p != NULL;
    d->id = json_string(id, &x->arena, &repaired);
    if (source.p)
        d->source = json_string(source, &x->arena, &repaired);
    return 1;
}
