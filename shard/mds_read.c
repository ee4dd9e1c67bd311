/* MosaicML Streaming's MDS, version 2, read: any columns, of which one holds the ids, as `bytes` or
 * `ndarray` with or without a type and a shape. After streaming/base/format/mds/encodings.py. */
#include <stdlib.h>
#include "core/json.h"
#include "core/mem.h"
#include "shard/layout.h"
#include "shard/le.h"
#include "shard/reader.h"
#include "shard/table.h"

enum { COLUMNS_MAX = 256, HEAD_MAX = 32 };

struct own {
    struct table *table;
    size_t columns, ours;
    uint32_t fixed[COLUMNS_MAX];        /* bytes of a column of fixed size; 0: it varies */
    bool is_array, has_type, has_shape;
    bool settled;                       /* the width is known */
};

static bool looks(const char *path, const unsigned char head[16])
{
    (void)head;
    return slice_ends(slice_str(path), SLICE(".mds")) ||
           slice_ends(slice_str(path), SLICE(".mds.zstd"));
}

static void close_mds(struct shard_input *in)
{
    struct own *o = in->own;
    if (o)
        table_close(o->table);
    mem_free(o);
}

/* ---- the columns -------------------------------------------------------------------------- */

struct type {
    const char *name;
    unsigned char code, width;
    bool is_signed;
};
static const struct type types[] = {
    {"uint8", 8, 1, false}, {"int8", 9, 1, true}, {"uint16", 16, 2, false},
    {"int16", 17, 2, true}, {"uint32", 32, 4, false}, {"int32", 33, 4, true},
    {"uint64", 64, 8, false}, {"int64", 65, 8, true}};
enum { TYPES = sizeof types / sizeof *types };

static const struct type *type_by(struct slice name, unsigned code)
{
    for (size_t i = 0; i < TYPES; i++)
        if (name.p ? slice_is(name, types[i].name) : types[i].code == code)
            return &types[i];
    return NULL;
}

static int settle(struct shard_input *in, const struct type *t, struct err *e)
{
    struct own *o = in->own;
    if (!t)
        return file_flaw(&in->bin, e, "the column is of no integer type");
    if (o->settled && (in->about.width != t->width || in->is_signed != t->is_signed))
        return file_flaw(&in->bin, e, "samples of different types in one file");
    in->about.width = t->width;
    in->is_signed = t->is_signed;
    o->settled = true;
    return 0;
}

/* "bytes", or "ndarray[:TYPE[:SHAPE]]". */
static int parse_encoding(struct shard_input *in, struct slice x, struct err *e)
{
    struct own *o = in->own;
    struct slice kind, type = {NULL, 0};
    if (slice_is(x, "bytes")) {
        const struct type raw = {.width = (unsigned char)(in->listed ? in->about.width
                                                                     : in->wish->id_bytes)};
        if (!raw.width)
            return err_set(e, ERR_USAGE, "the column is bytes: give --id-bytes");
        return settle(in, &raw, e);
    }
    slice_next(&x, ':', &kind);
    if (!slice_is(kind, "ndarray"))
        return file_flaw(&in->bin, e, "the column with the ids is neither bytes nor ndarray");
    o->is_array = true;
    o->has_type = slice_next(&x, ':', &type);
    o->has_shape = o->has_type && x.n;
    return o->has_type ? settle(in, type_by(type, 0), e) : 0;
}

/* Which column holds the ids: the one asked for, else one of the usual names. */
static size_t rank(const struct shard_input *in, struct slice name)
{
    static const char *const usual[] = {"tokens", "input_ids", "token_ids", "ids"};
    if (in->wish->column)
        return slice_is(name, in->wish->column) ? 1 : 0;
    for (size_t i = 0; i < 4; i++)
        if (slice_is(name, usual[i]))
            return 4 - i;
    return 0;
}

static struct slice inside(struct slice s)
{
    return json_is_string(s) ? slice_of(s.p + 1, s.n - 2) : (struct slice){"", 0};
}

static int parse_columns(struct shard_input *in, struct slice config, struct err *e)
{
    struct own *o = in->own;
    struct json_iter names, encodings, sizes;
    struct json_member name, encoding, size;
    struct slice ours = {NULL, 0};
    size_t at, best = 0;
    uint64_t v;
    if (json_check(config, &at) ||
        !json_iter_init(&names, json_find(config, SLICE("column_names"), NULL)) ||
        !json_iter_init(&encodings, json_find(config, SLICE("column_encodings"), NULL)) ||
        !json_iter_init(&sizes, json_find(config, SLICE("column_sizes"), NULL)))
        return file_flaw(&in->bin, e, "no MDS columns in the head");
    for (; json_iter_next(&names, &name); o->columns++) {
        if (o->columns == COLUMNS_MAX || !json_iter_next(&encodings, &encoding) ||
            !json_iter_next(&sizes, &size))
            return file_flaw(&in->bin, e, "too many columns, or lists of different length");
        o->fixed[o->columns] = json_u64(size.value, &v) && v <= UINT32_MAX ? (uint32_t)v : 0;
        size_t r = rank(in, inside(name.value));
        if (r > best) {
            best = r;
            o->ours = o->columns;
            ours = inside(encoding.value);
        }
    }
    if (!best)
        return err_set(e, ERR_DATA, "no column `%s` in this file: name the one with --column",
                       in->wish->column ? in->wish->column : "tokens");
    return parse_encoding(in, ours, e);
}

/* ---- samples ------------------------------------------------------------------------------ */

/* Bytes [*from, *to) of the sample become those of our column. */
static int find_column(struct shard_input *in, uint64_t *from, uint64_t *to, struct err *e)
{
    const struct own *o = in->own;
    unsigned char sizes[4 * COLUMNS_MAX];
    size_t n = 0, k = 0;
    for (size_t i = 0; i < o->columns; i++)
        n += !o->fixed[i];
    if (*to - *from < 4 * n)
        return file_flaw(&in->bin, e, "a sample is shorter than its sizes");
    if (file_read(&in->bin, sizes, 4 * n, *from, e))
        return -1;
    uint64_t at = *from + 4 * n;
    for (size_t i = 0; i <= o->ours; i++) {
        uint32_t size = o->fixed[i] ? o->fixed[i] : le_get32(sizes + 4 * k++);
        if (size > *to - at)
            return file_flaw(&in->bin, e, "a column is longer than its sample");
        *from = at;
        at += size;
    }
    *to = at;
    return 0;
}

/* Takes the array's own head off: its type, dimensions, and their sizes. */
static int skip_head(struct shard_input *in, uint64_t *from, uint64_t to, struct err *e)
{
    const struct own *o = in->own;
    unsigned char h[2];
    if (!o->has_type) {
        if (*from == to)
            return file_flaw(&in->bin, e, "an array without a type");
        if (file_read(&in->bin, h, 1, (*from)++, e) ||
            settle(in, type_by(slice_of(NULL, 0), h[0]), e))
            return -1;
    }
    if (o->has_shape)
        return 0;
    if (*from == to)
        return file_flaw(&in->bin, e, "an array without a shape");
    if (file_read(&in->bin, h, 1, (*from)++, e))
        return -1;
    uint64_t head = (uint64_t)(h[0] >> 2) << (h[0] & 3);
    if (head > to - *from)
        return file_flaw(&in->bin, e, "an array is shorter than its shape");
    *from += head;
    return 0;
}

static int next(struct shard_input *in, struct shard_span *s, struct shard_doc *d, struct err *e)
{
    const struct own *o = in->own;
    uint64_t from, to;
    (void)d;
    int rc = table_next(o->table, &from, &to, e);
    if (rc <= 0)
        return rc;
    if (find_column(in, &from, &to, e) || (o->is_array && skip_head(in, &from, to, e)))
        return -1;
    s->at = from;
    s->n = (to - from) / in->about.width;
    return (to - from) % in->about.width == 0 ? 1 : file_flaw(&in->bin, e, "ids are cut off");
}

static int open_mds(struct shard_input *in, struct err *e)
{
    struct buf head;
    if (layout_open_bin(in, UINT32_MAX, e))
        return -1;
    struct own *o = in->own = mem_zero(sizeof *o);
    o->table = table_read(&in->bin, e);
    if (!o->table)
        return -1;
    buf_init(&head, BUF_NO_LIMIT);
    int rc = table_head(o->table, &head, e) || parse_columns(in, buf_slice(&head), e) ? -1 : 0;
    buf_free(&head);
    if (!rc && !o->settled)
        in->about.width = 4;            /* until the first sample tells */
    return rc;
}

const struct shard_layout shard_mds_layout = {
    .looks = looks, .open = open_mds, .next = next, .close = close_mds};
