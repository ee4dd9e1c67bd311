/* LitData's chunks for its TokensLoader: bare ids of one document after another behind the table of
 * their places; the type of ids stands in index.json only. After litdata/streaming/writer.py,
 * item_loader.py and constants.py. */
#include <stdlib.h>
#include "core/docs.h"
#include "core/json.h"
#include "core/mem.h"
#include "shard/layout.h"
#include "shard/reader.h"
#include "shard/table.h"

/* ---- writing ------------------------------------------------------------------------------ */

static struct shard_sink *lit_open(const char *path, const struct shard_about *a, int level,
                                   struct err *e)
{
    return table_open(path, a, level, slice_of("", 0), e);
}

static int lit_end_doc(struct shard_sink *s, const struct shard_doc *d, struct err *e)
{
    (void)d;
    return table_end(s, slice_of("", 0), e);
}

/* torch's spelling of a sample that is one tensor and no tree of them, within a JSON string. */
#define LEAF "[1, {\\\"type\\\": null, \\\"context\\\": null, \\\"children_spec\\\": []}]"

/* Numbers of the tables in constants.py: NumPy's uint16; torch has none, and its int32. */
static const char *data_format(const struct shard_about *a)
{
    return a->width == 2 ? "no_header_numpy:5" : "no_header_tensor:16";
}

static void lit_index(const struct shard_about *a, int level, const struct shard_files *files,
                      struct buf *b)
{
    bool first = true;
    buf_add_str(b, "{\"chunks\": [");
    for (size_t i = 0; i < files->n; i++) {
        const struct shard_file *f = &files->v[i];
        if (f->index)
            continue;
        /* the items without the table: its reader waits until the file is larger than that */
        buf_add_fmt(b, "%s{\"chunk_bytes\": %llu, \"chunk_size\": %llu, \"dim\": %llu, "
                    "\"filename\": ", first ? "" : ", ", (unsigned long long)(f->tokens * a->width),
                    (unsigned long long)f->documents, (unsigned long long)f->tokens);
        json_add_string(b, slice_str(f->name));
        buf_add_byte(b, '}');
        first = false;
    }
    buf_add_fmt(b, "], \"config\": {\"chunk_bytes\": %d, \"chunk_size\": null, "
                "\"compression\": %s, \"data_format\": [\"%s\"], \"data_spec\": \"%s\", "
                "\"encryption\": null, \"item_loader\": \"TokensLoader\"}}",
                1 << 26, level ? "\"zstd\"" : "null", data_format(a), LEAF);
}

const struct shard_format shard_litdata = {
    .name = "litdata", .suffix = ".bin", .packed_suffix = ".zstd.bin", .eod = EOD_LAST,
    .tokens = 1 << 24, .tokens_max = TABLE_TOKENS_MAX, .docs_max = TABLE_DOCS_MAX,
    .doc_max = TABLE_TOKENS_MAX, .width = table_width_of, .open = lit_open, .add = table_add,
    .end_doc = lit_end_doc, .commit = table_commit, .abort = table_abort, .index = lit_index,
    .layout = &shard_litdata_layout};

/* ---- reading ------------------------------------------------------------------------------ */

/* index.json beside the file, if it lists chunks and this one among them: its text. */
static bool read_index(const char *path, struct buf *text)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char *index = layout_sibling(path, strlen(name), "index.json");
    struct err ignored;
    struct json_iter it;
    struct json_member m;
    size_t at;
    bool listed = false;
    err_init(&ignored);
    if (!docs_read_file(index, text, &ignored)) {
        struct slice all = slice_trim(buf_slice(text));
        if (!json_check(all, &at) && all.n && all.p[0] == '{' &&
            json_iter_init(&it, json_find(all, SLICE("chunks"), NULL)))
            while (!listed && json_iter_next(&it, &m)) {
                struct slice s = m.value.p[0] == '{' ? json_find(m.value, SLICE("filename"), NULL)
                                                     : (struct slice){NULL, 0};
                listed = s.p && json_is_string(s) && slice_is(slice_of(s.p + 1, s.n - 2), name);
            }
    }
    mem_free(index);
    return listed;
}

static bool looks(const char *path, const unsigned char head[16])
{
    struct buf text;
    (void)head;
    if (!slice_ends(slice_str(path), SLICE(".bin")))
        return false;
    buf_init(&text, (size_t)1 << 30);
    bool is = read_index(path, &text);
    buf_free(&text);
    return is;
}

/* "no_header_numpy:5": the number of the type in a table of litdata's. */
static int parse_type(struct shard_input *in, struct slice f, struct err *e)
{
    static const struct { const char *name; unsigned width; bool is_signed; } types[] = {
        {"no_header_numpy:0", 1, true}, {"no_header_numpy:1", 2, true},
        {"no_header_numpy:2", 4, true}, {"no_header_numpy:3", 8, true},
        {"no_header_numpy:4", 1, false}, {"no_header_numpy:5", 2, false},
        {"no_header_numpy:6", 4, false}, {"no_header_numpy:7", 8, false},
        {"no_header_tensor:11", 1, false}, {"no_header_tensor:12", 1, true},
        {"no_header_tensor:13", 2, true}, {"no_header_tensor:14", 2, true},
        {"no_header_tensor:15", 4, true}, {"no_header_tensor:16", 4, true},
        {"no_header_tensor:17", 8, true}, {"no_header_tensor:18", 8, true}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (slice_is(f, types[i].name)) {
            in->about.width = types[i].width;
            in->is_signed = types[i].is_signed;
            return 0;
        }
    return file_flaw(&in->bin, e, "index.json: the chunks hold no bare integers");
}

static int find_type(struct shard_input *in, struct err *e)
{
    struct buf text;
    int rc = 0;
    buf_init(&text, (size_t)1 << 30);
    if (read_index(in->path, &text)) {
        struct slice all = slice_trim(buf_slice(&text));
        struct slice list = json_find(all, SLICE("config.data_format"), NULL);
        struct json_iter it;
        struct json_member m;
        bool one = json_iter_init(&it, list) && json_iter_next(&it, &m) &&
                   json_is_string(m.value);
        rc = one ? parse_type(in, slice_of(m.value.p + 1, m.value.n - 2), e)
                 : file_flaw(&in->bin, e, "index.json: no data_format");
    } else if (!in->listed) {
        in->about.width = in->wish->id_bytes;
        if (!in->about.width)
            rc = err_set(e, ERR_USAGE, "no index.json tells the width of ids: give --id-bytes");
    }
    buf_free(&text);
    return rc;
}

static int open_chunk(struct shard_input *in, struct err *e)
{
    if (layout_open_bin(in, UINT32_MAX, e) || find_type(in, e))
        return -1;
    in->own = table_read(&in->bin, e);
    return in->own ? 0 : -1;
}

static int next(struct shard_input *in, struct shard_span *s, struct shard_doc *d, struct err *e)
{
    uint64_t to;
    (void)d;
    int rc = table_next(in->own, &s->at, &to, e);
    if (rc <= 0)
        return rc;
    s->n = (to - s->at) / in->about.width;
    return (to - s->at) % in->about.width == 0 ? 1 : file_flaw(&in->bin, e, "ids are cut off");
}

static void close_chunk(struct shard_input *in)
{
    table_close(in->own);
}

const struct shard_layout shard_litdata_layout = {
    .looks = looks, .open = open_chunk, .next = next, .close = close_chunk};
