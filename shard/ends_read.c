/* Bare ids with a table of documents' ends beside them: datatrove and OLMo. Neither says how wide
 * an id is: the last end and the size tell it, so the table is walked twice. */
#include <sys/stat.h>
#include "core/mem.h"
#include "shard/ends.h"
#include "shard/layout.h"

static int total(const char *path, bool rows, uint64_t *tokens, struct err *e)
{
    struct ends *x = ends_open(path, rows, e);
    struct shard_doc d;
    uint64_t n;
    int rc = x ? 1 : -1;
    while (rc == 1)
        rc = ends_next(x, &n, &d, e);
    *tokens = x ? ends_last(x) : 0;
    ends_close(x);
    return rc;
}

static unsigned width_by_size(uint64_t tokens, uint64_t size)
{
    static const unsigned widths[] = {2, 4, 1, 8};
    for (size_t i = 0; i < 4; i++)
        if (tokens <= (uint64_t)1 << 60 && tokens * widths[i] == size)
            return widths[i];
    return 0;
}

static int open_ends(struct shard_input *in, size_t cut, const char *suffix, bool rows,
                     struct err *e)
{
    char *path = layout_sibling(in->path, cut, suffix);
    struct stat st;
    uint64_t tokens = 0;
    int rc = stat(path, &st)
                 ? file_flaw(&in->bin, e, "the file with the documents' ends is missing")
                 : total(path, rows, &tokens, e);
    unsigned width = width_by_size(tokens, in->bin.size);
    if (!rc && (!width || (in->listed && tokens && width != in->about.width)))
        rc = file_flaw(&in->bin, e, "the documents' ends contradict the size");
    if (!rc && !in->listed)
        in->about.width = width;
    if (!rc)
        in->own = ends_open(path, rows, e);
    mem_free(path);
    return in->own ? 0 : -1;
}

static int next(struct shard_input *in, struct shard_span *s, struct shard_doc *d, struct err *e)
{
    struct ends *x = in->own;
    s->at = ends_last(x) * in->about.width;
    return ends_next(x, &s->n, d, e);
}

static void close_ends(struct shard_input *in)
{
    ends_close(in->own);
}

static bool datatrove_looks(const char *path, const unsigned char head[16])
{
    (void)head;
    return slice_ends(slice_str(path), SLICE(".ds"));
}

static int datatrove_open(struct shard_input *in, struct err *e)
{
    return layout_open_bin(in, 0, e) || open_ends(in, 0, ".index", false, e) ? -1 : 0;
}

const struct shard_layout shard_datatrove_layout = {
    .looks = datatrove_looks, .open = datatrove_open, .next = next, .close = close_ends};

static bool olmo_looks(const char *path, const unsigned char head[16])
{
    (void)head;
    return slice_ends(slice_str(path), SLICE(".npy"));
}

static int olmo_open(struct shard_input *in, struct err *e)
{
    unsigned char h[6];
    if (layout_open_bin(in, 0, e))
        return -1;
    if (in->bin.size >= sizeof h) {
        if (file_read(&in->bin, h, sizeof h, 0, e))
            return -1;
        if (memcmp(h, "\x93NUMPY", sizeof h) == 0)
            return file_flaw(&in->bin, e, "a NumPy container; OLMo's .npy are bare ids");
    }
    return open_ends(in, slice_ends(slice_str(in->path), SLICE(".npy")) ? strlen(".npy") : 0,
                     ".csv.gz", true, e);
}

const struct shard_layout shard_olmo_layout = {
    .looks = olmo_looks, .open = olmo_open, .next = next, .close = close_ends};
