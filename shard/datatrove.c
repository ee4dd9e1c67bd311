/* datatrove's .ds: bare ids, the documents' ends in .ds.index, three lines in .ds.metadata. After
 * datatrove/pipeline/tokens/tokenizer.py, TokenizedFile. */
#include <stdio.h>
#include "core/mem.h"
#include "shard/flat.h"
#include "shard/layout.h"
#include "shard/le.h"

struct own {
    struct side *index, *metadata;
    char name[80];              /* of the tokenizer: its hash, or none */
};

/* The name must hold no bar: that is where datatrove's merger splits the line. */
static void name_tokenizer(struct own *o, const struct shard_about *a)
{
    struct slice h = shard_tokenizer_hash(a->tokenizer);
    size_t n = 0;
    for (size_t i = 0; i < h.n && n + 1 < sizeof o->name; i++)
        if ((h.p[i] >= '0' && h.p[i] <= '9') || (h.p[i] >= 'a' && h.p[i] <= 'z'))
            o->name[n++] = h.p[i];
    if (!n)
        snprintf(o->name, sizeof o->name, "unknown");
}

static struct shard_sink *ds_open(const char *path, const struct shard_about *a, int level,
                                  struct err *e)
{
    struct shard_sink *s = flat_open(path, a, level, e);
    if (!s)
        return NULL;
    struct own *o = mem_zero(sizeof *o);
    flat_set_own(s, o, mem_free);
    name_tokenizer(o, a);
    return (o->index = flat_side(s, 0, ".index", e)) &&
                   (o->metadata = flat_side(s, 0, ".metadata", e))
               ? s : NULL;
}

static int ds_end_doc(struct shard_sink *s, const struct shard_doc *d, struct err *e)
{
    struct own *o = flat_own(s);
    unsigned char end[8];
    le_put64(end, flat_tokens(s));
    return side_write(o->index, end, sizeof end, e) || flat_end_doc(s, d, e) ? -1 : 0;
}

/* "1.23 kT": three digits, as humanize.metric writes them. */
static void humanized(char *out, size_t n, uint64_t tokens)
{
    static const char *const unit[] = {"T", "kT", "MT", "GT", "TT", "PT", "ET"};
    double v = (double)tokens;
    size_t u = 0;
    for (; v >= 1000 && u + 1 < sizeof unit / sizeof *unit; u++)
        v /= 1000;
    snprintf(out, n, "%.*f %s", v < 10 ? 2 : v < 100 ? 1 : 0, v, unit[u]);
}

static int ds_commit(struct shard_sink *s, struct shard_files *files, struct err *e)
{
    const struct own *o = flat_own(s);
    char lines[200], count[40];
    humanized(count, sizeof count, flat_tokens(s));
    int n = snprintf(lines, sizeof lines, "%s|%u\n%llu\n%s", o->name, flat_width(s),
                     (unsigned long long)flat_tokens(s), count);
    if (side_write(o->metadata, lines, (size_t)n, e)) {
        flat_abort(s);
        return -1;
    }
    return flat_commit(s, files, e);
}

const struct shard_format shard_datatrove = {
    .name = "datatrove", .suffix = ".ds", .eod = EOD_LAST,
    .tokens_max = (uint64_t)1 << 60, .docs_max = (uint64_t)1 << 60, .doc_max = UINT32_MAX,
    .width = flat_width_of, .open = ds_open, .add = flat_add, .end_doc = ds_end_doc,
    .commit = ds_commit, .abort = flat_abort, .layout = &shard_datatrove_layout};
