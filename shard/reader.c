/* One loop over documents for all formats: the native tables, Megatron's index, or a scan for the
 * end-of-document id where a format has nothing better. */
#include "shard/reader.h"
#include <stdio.h>
#include <sys/stat.h>
#include "core/mem.h"
#include "shard/ends.h"
#include "shard/file.h"
#include "shard/idx.h"
#include "shard/le.h"
#include "shard/manifest.h"
#include "shard/native.h"

enum { LLMC_HEADER = 1024, CHUNK = 16384 };

struct shard_reader {
    const struct shard_format *format;
    struct reader_wish wish;
    struct shard_about about;
    struct shard_manifest manifest;
    char *name;
    struct native *native;
    uint64_t doc;
    struct idx *idx;
    struct ends *ends;
    struct file bin;
    uint64_t at;                        /* byte in bin */
    unsigned char chunk[4 * CHUNK];     /* bytes [chunk_at, chunk_at + chunk_n) of bin */
    uint64_t chunk_at;
    size_t chunk_n;
};

/* ---- what is it? -------------------------------------------------------------------------- */

static bool ends(const char *s, const char *suffix)
{
    return slice_ends(slice_str(s), slice_str(suffix));
}

static char *with_suffix(const char *path, size_t n, const char *suffix)
{
    char *p = mem_alloc(n + strlen(suffix) + 1);
    memcpy(p, path, n);
    memcpy(p + n, suffix, strlen(suffix) + 1);
    return p;
}

static bool exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

static const struct shard_format *look(const char *bin, bool idx, struct err *e)
{
    struct file f = {.fd = -1};
    unsigned char h[16] = {0};
    int rc = file_open(&f, bin, e);
    if (!rc)
        rc = file_read(&f, h, f.size < 16 ? f.size : 16, 0, e);
    file_close(&f);
    if (rc)
        return NULL;
    if (memcmp(h + 8, TMS_HEAD_MARK, 8) == 0 || ends(bin, ".tms"))
        return &shard_native;
    if (idx)
        return &shard_megatron;
    if (ends(bin, ".ds"))
        return &shard_datatrove;
    if (ends(bin, ".npy"))
        return &shard_olmo;
    uint32_t magic = le_get32(h), version = le_get32(h + 4);
    return (magic == 20240520 && version == 1) || (magic == 20240801 && version == 7)
               ? &shard_llmc : &shard_nanogpt;
}

const struct shard_format *shard_detect(const char *path, char **bin, struct err *e)
{
    size_t n = strlen(path);
    size_t stem = ends(path, ".bin") || ends(path, ".idx") ? n - 4 : n;
    char *idx = with_suffix(path, stem, ".idx");
    bool has_idx = exists(idx);
    *bin = has_idx && !ends(path, ".tms") ? with_suffix(path, stem, ".bin") : mem_strdup(path);
    mem_free(idx);
    return look(*bin, has_idx && !ends(path, ".tms"), e);
}

/* ---- opening ------------------------------------------------------------------------------ */

static int open_native(struct shard_reader *r, const char *path, struct err *e)
{
    r->native = native_open(path, e);
    if (!r->native)
        return -1;
    r->about = *native_about(r->native);
    return 0;
}

static int open_megatron(struct shard_reader *r, const char *bin, struct err *e)
{
    char *idx = with_suffix(bin, strlen(bin) - 4, ".idx");
    r->idx = idx_open(idx, r->bin.size, e);
    mem_free(idx);
    if (!r->idx)
        return -1;
    r->about.width = idx_width(r->idx);
    return 0;
}

static int open_llmc(struct shard_reader *r, struct err *e)
{
    unsigned char h[12];
    if (r->bin.size < LLMC_HEADER)
        return file_flaw(&r->bin, e, "too short for an llm.c shard");
    if (file_read(&r->bin, h, sizeof h, 0, e))
        return -1;
    uint32_t magic = le_get32(h);
    r->about.width = magic == 20240520 ? 2 : 4;
    if ((magic != 20240520 || le_get32(h + 4) != 1) && (magic != 20240801 || le_get32(h + 4) != 7))
        return file_flaw(&r->bin, e, "no llm.c shard");
    if (r->bin.size != LLMC_HEADER + (uint64_t)le_get32(h + 8) * r->about.width)
        return file_flaw(&r->bin, e, "the header's number of tokens contradicts the size");
    r->at = LLMC_HEADER;
    return 0;
}

/* The width is not written down anywhere but in the manifest: the last end tells it. */
static int open_ends(struct shard_reader *r, struct err *e)
{
    uint64_t documents, tokens;
    unsigned char h[6];
    if (r->bin.size >= sizeof h && r->format == &shard_olmo) {
        if (file_read(&r->bin, h, sizeof h, 0, e))
            return -1;
        if (memcmp(h, "\x93NUMPY", sizeof h) == 0)
            return file_flaw(&r->bin, e, "a NumPy container; OLMo's .npy are bare ids");
    }
    if (!ends_exist(r->format, r->bin.path))
        return r->about.width
                   ? 0 : file_flaw(&r->bin, e, "the file with the documents' ends is missing");
    if (ends_total(r->format, r->bin.path, &documents, &tokens, e))
        return -1;
    if (!r->about.width)
        r->about.width = tokens && tokens < (uint64_t)1 << 60 && r->bin.size == 4 * tokens ? 4 : 2;
    if (tokens > (uint64_t)1 << 60 || r->bin.size != tokens * r->about.width)
        return file_flaw(&r->bin, e, "the documents' ends contradict the size");
    r->ends = ends_open(r->format, r->bin.path, e);
    return r->ends ? 0 : -1;
}

static int open_nanogpt(struct shard_reader *r, struct err *e)
{
    r->about.width = 2;
    return r->bin.size % 2 ? file_flaw(&r->bin, e, "an odd number of bytes") : 0;
}

/* The manifest beside the file, as far as it is about this file. A damaged one is verify's. */
static void ask_manifest(struct shard_reader *r, const char *bin)
{
    const char *slash = strrchr(bin, '/');
    char *folder = slash ? with_suffix(bin, (size_t)(slash - bin) + 1, "") : mem_strdup(".");
    struct err ignored;
    err_init(&ignored);
    if (manifest_read(folder, &r->manifest, &ignored) == 1 && r->manifest.format == r->format)
        for (size_t i = 0; i < r->manifest.files.n; i++)
            if (strcmp(r->manifest.files.v[i].name, slash ? slash + 1 : bin) == 0)
                r->about = r->manifest.about;
    mem_free(folder);
}

static int open_format(struct shard_reader *r, const char *bin, struct err *e)
{
    if (r->format == &shard_native)
        return open_native(r, bin, e);
    ask_manifest(r, bin);
    if (file_open(&r->bin, bin, e))
        return -1;
    return r->format == &shard_megatron ? open_megatron(r, bin, e)
           : r->format == &shard_llmc   ? open_llmc(r, e)
           : r->format->ends            ? open_ends(r, e)
                                        : open_nanogpt(r, e);
}

static int settle_eod(struct shard_reader *r, struct err *e)
{
    if (r->wish.has_eod) {
        r->about.eod_id = r->wish.eod_id;
        if (r->about.eod == EOD_NONE)
            r->about.eod = r->format->eod;
    }
    if (!r->native && !r->idx && !r->ends && r->about.eod == EOD_NONE)
        return err_set(e, ERR_USAGE, "%s: no manifest tells where documents end: give --eod-id",
                       r->bin.path);
    return 0;
}

struct shard_reader *shard_reader_open(const char *path, const struct reader_wish *w,
                                       struct err *e)
{
    char *bin = NULL;
    const struct shard_format *f = shard_detect(path, &bin, e);
    struct shard_reader *r = mem_zero(sizeof *r);
    r->bin.fd = -1;
    r->wish = *w;
    r->format = w->format ? w->format : f;
    const char *slash = strrchr(bin, '/');
    r->name = mem_strdup(slash ? slash + 1 : bin);
    char *dot = strrchr(r->name, '.');
    if (dot)
        *dot = '\0';
    if (r->format == &shard_megatron && !ends(bin, ".bin"))
        err_set(e, ERR_USAGE, "%s: a Megatron shard is NAME.bin and NAME.idx", bin);
    else if (f && !open_format(r, bin, e) && !settle_eod(r, e))
        path = NULL;
    mem_free(bin);
    if (path) {
        shard_reader_close(r);
        return NULL;
    }
    return r;
}

void shard_reader_close(struct shard_reader *r)
{
    if (!r)
        return;
    native_close(r->native);
    idx_close(r->idx);
    ends_close(r->ends);
    file_close(&r->bin);
    manifest_free(&r->manifest);
    mem_free(r->name);
    mem_free(r);
}

const struct shard_about *shard_reader_about(const struct shard_reader *r) { return &r->about; }
const char *shard_reader_name(const struct shard_reader *r) { return r->name; }

/* ---- documents ---------------------------------------------------------------------------- */

static int too_long(struct shard_reader *r, uint64_t n, struct err *e)
{
    err_set(e, ERR_DATA, "a document of %llu tokens: more than memory allows",
            (unsigned long long)n);
    err_at(e, slice_str(r->name), r->doc + 1, ERR_NO_POS);
    return -1;
}

static int next_native(struct shard_reader *r, struct arena *a, uint32_t **ids, size_t *n,
                       struct err *e)
{
    uint64_t from, to;
    if (r->doc == native_docs(r->native))
        return 0;
    if (native_doc(r->native, r->doc, &from, &to, e))
        return -1;
    if (to - from > r->wish.doc_max)
        return too_long(r, to - from, e);
    *n = to - from;
    *ids = arena_alloc(a, *n * sizeof **ids);
    return native_read(r->native, from, *n, *ids, e) ? -1 : 1;
}

/* Bytes of the .bin from r->at, through one buffer. */
static int fill(struct shard_reader *r, struct err *e)
{
    uint64_t left = r->bin.size - r->at;
    r->chunk_at = r->at;
    r->chunk_n = left < sizeof r->chunk ? left : sizeof r->chunk;
    return file_read(&r->bin, r->chunk, r->chunk_n, r->at, e);
}

static int take(struct shard_reader *r, uint32_t *ids, size_t n, struct err *e)
{
    unsigned w = r->about.width;
    while (n) {
        if (r->at < r->chunk_at || r->at >= r->chunk_at + r->chunk_n)
            if (fill(r, e))
                return -1;
        size_t at = r->at - r->chunk_at, now = (r->chunk_n - at) / w;
        now = n < now ? n : now;
        if (!now)
            return file_flaw(&r->bin, e, "the file ends within an id");
        le_get_ids(ids, r->chunk + at, now, w);
        r->at += now * w;
        ids += now;
        n -= now;
    }
    return 0;
}

/* A document whose length a file beside the ids tells. */
static int next_told(struct shard_reader *r, struct arena *a, uint32_t **ids, size_t *n,
                     struct err *e)
{
    uint64_t len;
    int rc = r->idx ? idx_next(r->idx, &len, e) : ends_next(r->ends, &len, e);
    if (rc <= 0)
        return rc;
    if (len > r->wish.doc_max)
        return too_long(r, len, e);
    *n = len;
    *ids = arena_alloc(a, *n * sizeof **ids);
    return take(r, *ids, *n, e) ? -1 : 1;
}

/* Tokens up to the border that the id makes: behind it, or before the next one. */
static int scan(struct shard_reader *r, uint64_t *n, struct err *e)
{
    uint64_t start = r->at;
    uint32_t id;
    *n = 0;
    while (r->at < r->bin.size) {
        if (take(r, &id, 1, e))
            return -1;
        if (id == r->about.eod_id && r->about.eod == EOD_FIRST && *n)
            break;
        ++*n;
        if (id == r->about.eod_id && r->about.eod == EOD_LAST)
            break;
    }
    r->at = start;
    return 0;
}

static int next_flat(struct shard_reader *r, struct arena *a, uint32_t **ids, size_t *n,
                     struct err *e)
{
    uint64_t len;
    if (r->at >= r->bin.size)
        return 0;
    if (scan(r, &len, e))
        return -1;
    if (len > r->wish.doc_max)
        return too_long(r, len, e);
    *n = len;
    *ids = arena_alloc(a, *n * sizeof **ids);
    return take(r, *ids, *n, e) ? -1 : 1;
}

int shard_reader_next(struct shard_reader *r, struct arena *a, const uint32_t **ids, size_t *n,
                      struct err *e)
{
    uint32_t *p = NULL;
    int rc = r->native ? next_native(r, a, &p, n, e)
             : r->idx || r->ends ? next_told(r, a, &p, n, e)
                                 : next_flat(r, a, &p, n, e);
    if (rc <= 0)
        return rc;
    r->doc++;
    const struct shard_about *b = &r->about;
    if (!r->wish.keep_eod && *n && b->eod == EOD_LAST && p[*n - 1] == b->eod_id) {
        --*n;
    } else if (!r->wish.keep_eod && *n && b->eod == EOD_FIRST && p[0] == b->eod_id) {
        p++;
        --*n;
    }
    *ids = p;
    return 1;
}
