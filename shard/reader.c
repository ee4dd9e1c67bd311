/* One loop over documents for all formats; what differs is in their layouts. */
#include "shard/reader.h"
#include "core/mem.h"
#include "shard/detect.h"
#include "shard/ids_hash.h"
#include "shard/layout.h"
#include "shard/le.h"
#include "shard/manifest.h"
#include "shard/docnames.h"

enum { CHUNK = 1 << 17 };               /* bytes; a multiple of every width */

struct shard_reader {
    struct shard_input in;
    struct shard_wish wish;
    struct shard_manifest manifest;
    struct docnames *names;                /* side file of documents' names, or NULL */
    char *path, *name;
    struct shard_span span;             /* the present document */
    uint64_t doc, given;                /* its number, from 1; ids of it gone by */
    bool first_off;                     /* the id at its front has been looked at */
    unsigned char chunk[CHUNK];         /* bytes [chunk_at, chunk_at + chunk_n) of in.bin */
    uint64_t chunk_at;
    size_t chunk_n;
};

/* ---- opening ------------------------------------------------------------------------------ */

/* The manifest beside the file, as far as it is about this file. A damaged one is verify's. */
static void ask_manifest(struct shard_reader *r)
{
    const char *slash = strrchr(r->path, '/');
    char *folder = slash ? layout_sibling(r->path, strlen(slash) - 1, "") : mem_strdup(".");
    struct err ignored;
    err_init(&ignored);
    if (manifest_read(folder, &r->manifest, &ignored) == 1 &&
        r->manifest.format == r->in.format)
        for (size_t i = 0; i < r->manifest.files.n; i++)
            if (strcmp(r->manifest.files.v[i].name, slash ? slash + 1 : r->path) == 0) {
                r->in.about = r->manifest.about;
                r->in.listed = true;
            }
    mem_free(folder);
}

static int settle_eod(struct shard_reader *r, struct err *e)
{
    struct shard_about *a = &r->in.about;
    if (r->wish.has_eod) {
        a->eod_id = r->wish.eod_id;
        if (a->eod == EOD_NONE)
            a->eod = r->in.format->eod;
    }
    if (shard_reader_is_whole(r) && !r->wish.whole)
        return err_set(e, ERR_USAGE, "%s: no manifest tells where documents end: give --eod-id",
                       r->path);
    return 0;
}

bool shard_reader_is_whole(const struct shard_reader *r)
{
    const struct shard_about *a = &r->in.about;
    return r->in.format->layout->scans && a->eod == EOD_NONE && !a->row && !r->names;
}

static int open_layout(struct shard_reader *r, struct err *e)
{
    ask_manifest(r);
    if (r->in.format->layout->open(&r->in, e))
        return -1;
    r->names = docnames_open(r->path, e);
    return e->kind == ERR_NONE ? settle_eod(r, e) : -1;
}

struct shard_reader *shard_reader_open(const char *path, const struct shard_wish *w,
                                       struct err *e)
{
    char *bin = NULL;
    const struct shard_format *f = shard_detect(path, w->format, &bin, e);
    if (!f)
        return NULL;
    struct shard_reader *r = mem_zero(sizeof *r);
    r->wish = *w;
    r->path = bin;
    r->in = (struct shard_input){.format = f, .wish = &r->wish, .path = bin, .bin = {.fd = -1}};
    const char *slash = strrchr(bin, '/');
    r->name = shard_base_name(slash ? slash + 1 : bin);
    if (open_layout(r, e)) {
        err_at(e, slice_str(path), ERR_NO_POS, ERR_NO_POS);
        shard_reader_close(r);
        return NULL;
    }
    return r;
}

void shard_reader_close(struct shard_reader *r)
{
    if (!r)
        return;
    if (r->in.format->layout->close)
        r->in.format->layout->close(&r->in);
    docnames_close(r->names);
    file_close(&r->in.bin);
    manifest_free(&r->manifest);
    mem_free(r->name);
    mem_free(r->path);
    mem_free(r);
}

const struct shard_format *shard_reader_format(const struct shard_reader *r)
{
    return r->in.format;
}

const struct shard_about *shard_reader_about(const struct shard_reader *r)
{
    return &r->in.about;
}

const char *shard_reader_name(const struct shard_reader *r) { return r->name; }
const char *shard_reader_path(const struct shard_reader *r) { return r->path; }

/* ---- ids ---------------------------------------------------------------------------------- */

static int fail(struct shard_reader *r, struct err *e, enum err_kind kind, const char *what)
{
    err_set(e, kind, "%s", what);
    err_at(e, slice_str(r->path), r->doc, ERR_NO_POS);
    return -1;
}

/* Makes the chunk hold byte `at`, and as much of the present document as it can. */
static int fill(struct shard_reader *r, uint64_t at, struct err *e)
{
    const struct file *f = &r->in.bin;
    if (at >= r->chunk_at && at < r->chunk_at + r->chunk_n)
        return 0;
    if (at >= f->size)
        return fail(r, e, ERR_VERIFY, "ids lie behind the end of the file");
    uint64_t left = f->size - at;
    r->chunk_at = at;
    r->chunk_n = left < CHUNK ? (size_t)left : CHUNK;
    return file_read(f, r->chunk, r->chunk_n, at, e);
}

static int read_bin(struct shard_reader *r, uint64_t at, uint32_t *ids, size_t n, struct err *e)
{
    const unsigned w = r->in.about.width;
    while (n) {
        if (fill(r, at, e))
            return -1;
        size_t from = (size_t)(at - r->chunk_at), now = (r->chunk_n - from) / w;
        if (!now) {             /* an id lies across the chunk's end */
            r->chunk_n = 0;
            if (r->in.bin.size - at < w)
                return fail(r, e, ERR_VERIFY, "the file ends within an id");
            continue;
        }
        now = n < now ? n : now;
        if (!le_get_any(ids, r->chunk + from, now, w, r->in.is_signed))
            return fail(r, e, ERR_DATA, "a token id is negative or above 32 bits");
        at += now * w;
        ids += now;
        n -= now;
    }
    return 0;
}

/* Ids [from, from + n) of the present document. */
static int read_ids(struct shard_reader *r, uint64_t from, uint32_t *ids, size_t n, struct err *e)
{
    const struct shard_layout *l = r->in.format->layout;
    return l->read ? l->read(&r->in, r->span.at + from, ids, n, e)
                   : read_bin(r, r->span.at + from * r->in.about.width, ids, n, e);
}

/* ---- documents ---------------------------------------------------------------------------- */

/* The names' file and the shard must have the same documents. */
static int next_named(struct shard_reader *r, struct shard_doc *d, struct err *e)
{
    struct shard_doc own = {0};
    int has = docnames_next(r->names, d, e);
    if (has < 0)
        return -1;
    r->in.is_told = has && d->has_tokens;
    r->in.told = d->tokens;
    int rc = r->in.format->layout->next(&r->in, &r->span, &own, e);
    if (rc >= 0 && (rc != has || (rc && d->has_tokens && d->tokens != r->span.n)))
        return fail(r, e, ERR_VERIFY, "the file of names is of other documents");
    return rc;
}

int shard_reader_step(struct shard_reader *r, struct shard_doc *d, uint64_t *n, struct err *e)
{
    *d = (struct shard_doc){0};
    int rc = r->names ? next_named(r, d, e)
                      : r->in.format->layout->next(&r->in, &r->span, d, e);
    if (rc < 0)
        err_at(e, slice_str(r->path), r->doc + 1, ERR_NO_POS);
    if (rc <= 0)
        return rc;
    r->doc++;
    r->given = 0;
    r->first_off = r->wish.keep_eod || r->in.about.eod != EOD_FIRST;
    *n = r->span.n;
    return 1;
}

int shard_reader_piece(struct shard_reader *r, uint32_t *ids, size_t max, size_t *n,
                       struct err *e)
{
    const struct shard_about *a = &r->in.about;
    for (;;) {
        uint64_t left = r->span.n - r->given;
        size_t now = left < max ? (size_t)left : max;
        if (!now)
            return 0;
        if (read_ids(r, r->given, ids, now, e))
            return -1;
        if (r->wish.all_ids)
            ids_hash_add(r->wish.all_ids, ids, now);
        r->given += now;
        bool first = !r->first_off && ids[0] == a->eod_id;
        r->first_off = true;
        bool last = !r->wish.keep_eod && a->eod == EOD_LAST && r->given == r->span.n &&
                    ids[now - 1] == a->eod_id;
        if (first)
            memmove(ids, ids + 1, (now - 1) * sizeof *ids);
        *n = now - first - last;
        if (*n)
            return 1;
    }
}

struct shard_place shard_reader_place(const struct shard_reader *r)
{
    return (struct shard_place){r->span.at, r->span.n};
}

void shard_reader_seek(struct shard_reader *r, struct shard_place p, uint64_t document)
{
    r->span = (struct shard_span){p.at, p.n};
    r->doc = document + 1;
    r->given = 0;
    r->first_off = r->wish.keep_eod || r->in.about.eod != EOD_FIRST;
}

int shard_reader_take(struct shard_reader *r, struct arena *a, struct shard_doc *d,
                      const uint32_t **ids, size_t *n, struct err *e)
{
    const uint64_t len = r->span.n;
    if (len > r->wish.doc_max) {
        err_set(e, ERR_DATA, "a document of %llu tokens: more than memory allows",
                (unsigned long long)len);
        err_at(e, slice_str(r->path), r->doc, ERR_NO_POS);
        return -1;
    }
    uint32_t *p = arena_alloc(a, (size_t)len * sizeof *p);
    size_t more;
    int rc;
    *n = 0;
    while ((rc = shard_reader_piece(r, p + *n, (size_t)len - *n, &more, e)) == 1)
        *n += more;
    *ids = p;
    d->id = arena_copy(a, d->id);
    d->source = arena_copy(a, d->source);
    return rc;
}

int shard_reader_next(struct shard_reader *r, struct arena *a, struct shard_doc *d,
                      const uint32_t **ids, size_t *n, struct err *e)
{
    uint64_t len;
    int rc = shard_reader_step(r, d, &len, e);
    if (rc <= 0)
        return rc;
    return shard_reader_take(r, a, d, ids, n, e) ? -1 : 1;
}

int shard_reader_check(struct shard_reader *r, struct err *e)
{
    const struct shard_layout *l = r->in.format->layout;
    return l->check ? l->check(&r->in, e) : 0;
}
