/* Whole files by their layouts, and against the manifest. */
#include "shard/verify.h"
#include "core/mem.h"
#include "shard/file.h"
#include "shard/ids_hash.h"
#include "shard/reader.h"

enum { CHUNK = 1 << 16, IDS = 1 << 15 };

static int above(const struct shard_reader *r, uint64_t doc, const char *path, uint32_t id,
                 struct err *e)
{
    err_set(e, ERR_VERIFY, "id %lu: above the tokenizer's largest, %lu", (unsigned long)id,
            (unsigned long)shard_reader_about(r)->max_id);
    err_at(e, slice_str(path), doc, ERR_NO_POS);
    return -1;
}

struct walk {
    struct hasher *here, *all;
    uint32_t max_id;
    uint32_t ids[IDS];
};

static int one_doc(struct walk *w, struct shard_reader *r, uint64_t doc, const char *path,
                   struct err *e)
{
    size_t n;
    int rc;
    while ((rc = shard_reader_piece(r, w->ids, IDS, &n, e)) == 1) {
        uint32_t max = 0;
        for (size_t i = 0; i < n; i++)
            max = w->ids[i] > max ? w->ids[i] : max;
        if (max > w->max_id)
            return above(r, doc, path, max, e);
        ids_hash_add(w->here, w->ids, n);
        if (w->all)
            ids_hash_add(w->all, w->ids, n);
    }
    ids_hash_border(w->here);
    if (w->all)
        ids_hash_border(w->all);
    return rc;
}

static int walk_docs(struct walk *w, struct shard_reader *r, const char *path,
                     struct verify_report *out, struct err *e)
{
    struct shard_doc d;
    uint64_t n;
    int rc;
    while ((rc = shard_reader_step(r, &d, &n, e)) == 1) {
        out->documents++;
        out->tokens += n;
        if (one_doc(w, r, out->documents, path, e))
            return -1;
    }
    return rc;
}

static int walk_file(const char *path, const struct shard_wish *wish,
                     const struct shard_about *about, struct hasher *all,
                     struct verify_report *out, struct err *e)
{
    struct shard_wish mine = *wish;
    mine.all_ids = hasher_new();
    mine.whole = about != NULL;
    struct shard_reader *r = shard_reader_open(path, &mine, e);
    if (!r) {
        hasher_free(mine.all_ids);
        return -1;
    }
    struct walk *w = mem_alloc(sizeof *w);
    *w = (struct walk){.here = hasher_new(), .all = all, .max_id = UINT32_MAX};
    if (about)
        w->max_id = about->max_id;
    out->format = shard_reader_format(r);
    out->has_borders = !shard_reader_is_whole(r);
    int rc = shard_reader_check(r, e) || walk_docs(w, r, path, out, e) ? -1 : 0;
    if (!rc && about && shard_reader_about(r)->width != about->width) {
        rc = err_set(e, ERR_VERIFY, "ids of another width than the manifest says");
        err_at(e, slice_str(path), ERR_NO_POS, ERR_NO_POS);
    }
    out->content = hasher_value(w->here);
    out->ids = hasher_value(mine.all_ids);
    hasher_free(mine.all_ids);
    hasher_free(w->here);
    mem_free(w);
    shard_reader_close(r);
    return rc;
}

static int whole_hash(const struct file *f, struct hash128 *out, struct err *e)
{
    unsigned char *p = mem_alloc(CHUNK);
    struct hasher *h = hasher_new();
    int rc = 0;
    for (uint64_t at = 0; !rc && at < f->size; at += CHUNK) {
        size_t n = f->size - at < CHUNK ? (size_t)(f->size - at) : CHUNK;
        rc = file_read(f, p, n, at, e);
        if (!rc)
            hasher_add(h, p, n);
    }
    *out = hasher_value(h);
    hasher_free(h);
    mem_free(p);
    return rc;
}

static bool same(struct hash128 a, struct hash128 b) { return a.hi == b.hi && a.lo == b.lo; }

static int compare(const struct file *f, const struct shard_file *want,
                   const struct verify_report *r, struct err *e)
{
    if (want->size != r->size)
        return file_flaw(f, e, "another size than in the manifest");
    if (want->index)
        return same(want->hash, r->ids)
                   ? 0 : file_flaw(f, e, "another checksum than in the manifest");
    if (want->tokens != r->tokens || (r->has_borders && want->documents != r->documents))
        return file_flaw(f, e, "other counts than in the manifest");
    if (!same(want->hash, r->ids) ||
        (want->has_content && r->has_borders && !same(want->content, r->content)))
        return file_flaw(f, e, "another checksum of the ids than in the manifest");
    return 0;
}

int verify_file(const char *path, const struct shard_file *want, const struct shard_about *about,
                const struct shard_wish *wish, struct hasher *all, struct verify_report *out,
                struct err *e)
{
    struct file f = {.fd = -1};
    bool index = want && want->index;
    *out = (struct verify_report){0};
    int rc = index ? 0 : walk_file(path, wish, about, all, out, e);
    if (!rc)
        rc = file_open(&f, path, e);
    out->size = f.size;
    if (!rc && index)
        rc = whole_hash(&f, &out->ids, e);
    if (!rc && want)
        rc = compare(&f, want, out, e);
    file_close(&f);
    return rc;
}
