/* MosaicML Streaming's MDS, version 2, written: one column, `tokens`, an array with its shape in
 * each sample. After streaming/base/format/mds (writer, encodings) and base/writer. */
#include <stdio.h>
#include "core/json.h"
#include "shard/layout.h"
#include "shard/le.h"
#include "shard/table.h"

/* Ids of four bytes are i32, as llm-foundry has them. */
static const char *encoding(const struct shard_about *a)
{
    return a->width == 2 ? "ndarray:uint16" : "ndarray:int32";
}

/* The members that stand in every shard and in the index, keys sorted, in Python's spelling. */
static void add_config(struct buf *b, const struct shard_about *a, int level)
{
    buf_add_fmt(b, "\"column_encodings\": [\"%s\"], \"column_names\": [\"tokens\"], "
                "\"column_sizes\": [null], \"compression\": ", encoding(a));
    if (level)
        buf_add_fmt(b, "\"zstd:%d\"", level);
    else
        buf_add_str(b, "null");
    buf_add_str(b, ", \"format\": \"mds\", \"hashes\": [\"xxh3_128\"]");
}

static struct shard_sink *mds_open(const char *path, const struct shard_about *a, int level,
                                   struct err *e)
{
    struct buf b;
    buf_init(&b, BUF_NO_LIMIT);
    buf_add_byte(&b, '{');
    add_config(&b, a, level);
    buf_add_str(&b, ", \"size_limit\": null, \"version\": 2}");
    struct shard_sink *s = table_open(path, a, level, buf_slice(&b), e);
    buf_free(&b);
    return s;
}

/* u32 bytes of the column; 1 dimension and the width of its size, which is the smallest; size. */
static int mds_end_doc(struct shard_sink *s, const struct shard_doc *d, struct err *e)
{
    unsigned char head[9];
    const uint64_t n = table_pending(s);
    const unsigned code = n < 1 << 8 ? 0 : n < 1 << 16 ? 1 : 2;
    if (!n) {
        err_set(e, ERR_DATA, "document %.*s is empty, which mds cannot store: leave --eod add",
                (int)(d->id.n < 200 ? d->id.n : 200), d->id.p);
        return -1;
    }
    le_put32(head, (uint32_t)(1 + (1u << code) + n * table_width(s)));
    head[4] = (unsigned char)(1 << 2 | code);
    le_put32(head + 5, (uint32_t)n);
    return table_end(s, slice_of((char *)head, 5 + (1u << code)), e);
}

static void add_info(struct buf *b, const char *key, const char *name, size_t n, uint64_t bytes,
                     struct hash128 hash)
{
    char hex[33];
    hash128_hex(hash, hex);
    buf_add_fmt(b, ", \"%s\": {\"basename\": ", key);
    json_add_string(b, slice_of(name, n));
    buf_add_fmt(b, ", \"bytes\": %llu, \"hashes\": {\"xxh3_128\": \"%s\"}}",
                (unsigned long long)bytes, hex);
}

static void mds_index(const struct shard_about *a, int level, const struct shard_files *files,
                      struct buf *b)
{
    buf_add_str(b, "{\"shards\": [");
    bool first = true;
    for (size_t i = 0; i < files->n; i++) {
        const struct shard_file *f = &files->v[i];
        if (f->index)
            continue;
        const size_t n = strlen(f->name);
        buf_add_str(b, first ? "{" : ", {");
        first = false;
        add_config(b, a, level);
        add_info(b, "raw_data", f->name, level ? n - strlen(".zstd") : n, f->raw_size,
                 f->raw_hash);
        buf_add_fmt(b, ", \"samples\": %llu, \"size_limit\": null, \"version\": 2",
                    (unsigned long long)f->documents);
        if (level)
            add_info(b, "zip_data", f->name, n, f->size, f->packed_hash);
        else
            buf_add_str(b, ", \"zip_data\": null");
        buf_add_byte(b, '}');
    }
    buf_add_str(b, "], \"version\": 2}");
}

const struct shard_format shard_mds = {
    .name = "mds", .suffix = ".mds", .packed_suffix = ".mds.zstd", .eod = EOD_LAST,
    .tokens = 1 << 24, .tokens_max = TABLE_TOKENS_MAX, .docs_max = TABLE_DOCS_MAX,
    .doc_max = TABLE_TOKENS_MAX, .width = table_width_of, .open = mds_open, .add = table_add,
    .end_doc = mds_end_doc, .commit = table_commit, .abort = table_abort, .index = mds_index,
    .layout = &shard_mds_layout};
