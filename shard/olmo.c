/* OLMo's .npy: bare ids under a NumPy suffix, and .csv.gz with a row a document: start, end, id,
 * source, place in it. After dolma/tokenizer/memmap_writer.py and OLMo-core's data/utils.py, which
 * reads the first two columns, line by line. */
#include <stdio.h>
#include <zlib.h>
#include "core/buf.h"
#include "core/mem.h"
#include "shard/flat.h"
#include "shard/layout.h"

enum { PACKED = 1 << 16 };

struct own {
    struct side *csv;
    z_stream z;
    uint64_t start;             /* of the document being written */
    struct buf row;
    unsigned char packed[PACKED];
};

static void drop(void *p)
{
    struct own *o = p;
    deflateEnd(&o->z);
    buf_free(&o->row);
    mem_free(o);
}

static struct shard_sink *olmo_open(const char *path, const struct shard_about *a, int level,
                                    struct err *e)
{
    struct shard_sink *s = flat_open(path, a, level, e);
    if (!s)
        return NULL;
    struct own *o = mem_zero(sizeof *o);
    buf_init(&o->row, BUF_NO_LIMIT);
    /* windowBits + 16: a gzip header, with neither time nor name in it */
    if (deflateInit2(&o->z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        mem_failed(0);
    flat_set_own(s, o, drop);
    o->csv = flat_side(s, strlen(".npy"), ".csv.gz", e);
    return o->csv ? s : NULL;
}

static int pack(struct own *o, const void *p, size_t n, int flush, struct err *e)
{
    o->z.next_in = (z_const Bytef *)(uintptr_t)p;
    o->z.avail_in = (uInt)n;
    do {
        o->z.next_out = o->packed;
        o->z.avail_out = PACKED;
        if (deflate(&o->z, flush) == Z_STREAM_ERROR)
            return err_set(e, ERR_IO, "zlib fails");
        if (side_write(o->csv, o->packed, PACKED - o->z.avail_out, e))
            return -1;
    } while (o->z.avail_out == 0);
    return 0;
}

/* A field by RFC 4180. A row is one line for its readers, so controls become spaces. */
static void add_field(struct buf *b, struct slice f)
{
    bool quote = false;
    for (size_t i = 0; i < f.n; i++)
        quote |= f.p[i] == ',' || f.p[i] == '"';
    if (quote)
        buf_add_byte(b, '"');
    for (size_t i = 0; i < f.n; i++) {
        if (f.p[i] == '"')
            buf_add_byte(b, '"');
        buf_add_byte(b, (unsigned char)f.p[i] < 0x20 ? ' ' : f.p[i]);
    }
    if (quote)
        buf_add_byte(b, '"');
}

static int olmo_end_doc(struct shard_sink *s, const struct shard_doc *d, struct err *e)
{
    struct own *o = flat_own(s);
    char number[64];
    buf_clear(&o->row);
    snprintf(number, sizeof number, "%llu,%llu,", (unsigned long long)o->start,
             (unsigned long long)flat_tokens(s));
    buf_add_str(&o->row, number);
    add_field(&o->row, d->id);
    buf_add_byte(&o->row, ',');
    add_field(&o->row, d->source);
    snprintf(number, sizeof number, ",%llu\n", (unsigned long long)d->place);
    buf_add_str(&o->row, number);
    o->start = flat_tokens(s);
    return pack(o, o->row.p, o->row.n, Z_NO_FLUSH, e) || flat_end_doc(s, d, e) ? -1 : 0;
}

static int olmo_commit(struct shard_sink *s, struct shard_files *files, struct err *e)
{
    if (pack(flat_own(s), "", 0, Z_FINISH, e)) {
        flat_abort(s);
        return -1;
    }
    return flat_commit(s, files, e);
}

const struct shard_format shard_olmo = {
    .name = "olmo", .suffix = ".npy", .eod = EOD_LAST, .names_docs = true,
    .tokens_max = (uint64_t)1 << 60, .docs_max = (uint64_t)1 << 60, .doc_max = UINT32_MAX,
    .width = flat_width_of, .open = olmo_open, .add = flat_add, .end_doc = olmo_end_doc,
    .commit = olmo_commit, .abort = flat_abort, .layout = &shard_olmo_layout};
