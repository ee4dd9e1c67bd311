/* Bare ids without a table: llm.c's header and nanoGPT's nothing. A document ends where its
 * end-of-document id says so, behind it or before the next one. */
#include "core/mem.h"
#include "shard/flat.h"
#include "shard/layout.h"
#include "shard/le.h"
#include "shard/reader.h"

enum { CHUNK = 1 << 16 };

struct own {
    uint64_t at, end;                   /* bytes of the next document, and of the file's ids */
    uint64_t chunk_at;
    size_t chunk_n;
    unsigned char chunk[CHUNK];
};

static int start(struct shard_input *in, uint64_t at, unsigned width)
{
    struct own *o = in->own = mem_zero(sizeof *o);
    o->at = at;
    o->end = in->bin.size;
    in->about.width = width;
    return 0;
}

static void close_flat(struct shard_input *in)
{
    mem_free(in->own);
}

/* The id at byte `at`. */
static int id_at(struct shard_input *in, uint64_t at, uint32_t *id, struct err *e)
{
    struct own *o = in->own;
    if (at < o->chunk_at || at >= o->chunk_at + o->chunk_n) {
        uint64_t left = o->end - at;
        o->chunk_at = at;
        o->chunk_n = left < CHUNK ? (size_t)left : CHUNK;
        if (file_read(&in->bin, o->chunk, o->chunk_n, at, e))
            return -1;
    }
    const unsigned char *p = o->chunk + (at - o->chunk_at);
    return le_get_any(id, p, 1, in->about.width, false)
               ? 0 : file_flaw(&in->bin, e, "a token id above 32 bits");
}

static int next(struct shard_input *in, struct shard_span *s, struct shard_doc *d, struct err *e)
{
    struct own *o = in->own;
    const struct shard_about *a = &in->about;
    uint64_t at = o->at;
    (void)d;
    s->at = at;
    if (in->is_told) {
        s->n = in->told;
        o->at = at + s->n * a->width;
        return s->n <= (o->end - at) / a->width
                   ? 1 : file_flaw(&in->bin, e, "a document ends behind the file");
    }
    if (at == o->end)
        return 0;
    s->n = 0;
    if (a->eod == EOD_NONE) {           /* sequences of one length, or all in one */
        uint64_t left = (o->end - at) / a->width;
        s->n = a->row && a->row < left ? a->row : left;
        o->at = at + s->n * a->width;
        return 1;
    }
    for (; at < o->end; at += a->width) {
        uint32_t id;
        if (id_at(in, at, &id, e))
            return -1;
        if (id == a->eod_id && a->eod == EOD_FIRST && s->n)
            break;
        s->n++;
        if (id == a->eod_id && a->eod == EOD_LAST) {
            at += a->width;
            break;
        }
    }
    o->at = at;
    return 1;
}

/* ---- nanoGPT ------------------------------------------------------------------------------ */

static bool nanogpt_looks(const char *path, const unsigned char head[16])
{
    (void)head;
    return slice_ends(slice_str(path), SLICE(".bin"));
}

static int nanogpt_open(struct shard_input *in, struct err *e)
{
    if (layout_open_bin(in, 0, e))
        return -1;
    unsigned width = in->wish->id_bytes ? in->wish->id_bytes : 2;
    if (in->bin.size % width)
        return file_flaw(&in->bin, e, width == 2 ? "an odd number of bytes"
                                                 : "the size is no multiple of --id-bytes");
    return start(in, 0, width);
}

const struct shard_layout shard_nanogpt_layout = {
    .looks = nanogpt_looks, .open = nanogpt_open, .next = next, .close = close_flat,
    .scans = true};

/* ---- llm.c -------------------------------------------------------------------------------- */

static unsigned llmc_head(const unsigned char *head)
{
    uint32_t magic = le_get32(head), version = le_get32(head + 4);
    return magic == LLMC_MAGIC16 && version == 1 ? 2
           : magic == LLMC_MAGIC32 && version == 7 ? 4 : 0;
}

static bool llmc_looks(const char *path, const unsigned char head[16])
{
    (void)path;
    return llmc_head(head) != 0;
}

static int llmc_open(struct shard_input *in, struct err *e)
{
    unsigned char h[LLMC_HEADER];
    if (layout_open_bin(in, 0, e))
        return -1;
    if (in->bin.size < sizeof h)
        return file_flaw(&in->bin, e, "too short for an llm.c shard");
    if (file_read(&in->bin, h, sizeof h, 0, e))
        return -1;
    unsigned width = llmc_head(h);
    if (!width)
        return file_flaw(&in->bin, e, "no llm.c shard");
    if (in->bin.size != LLMC_HEADER + (uint64_t)le_get32(h + 8) * width)
        return file_flaw(&in->bin, e, "the header's number of tokens contradicts the size");
    return start(in, LLMC_HEADER, width);
}

static int llmc_check(struct shard_input *in, struct err *e)
{
    unsigned char h[LLMC_HEADER];
    if (file_read(&in->bin, h, sizeof h, 0, e))
        return -1;
    for (size_t i = 12; i < sizeof h; i++)
        if (h[i])
            return file_flaw(&in->bin, e, "the rest of the header is not zero");
    return 0;
}

const struct shard_layout shard_llmc_layout = {
    .looks = llmc_looks, .open = llmc_open, .next = next, .check = llmc_check,
    .close = close_flat, .scans = true};
