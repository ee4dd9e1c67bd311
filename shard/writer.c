/* Cuts a stream of documents into shard files. Rolls between documents only: several trainers
 * want a file to begin with a whole document. */
#include "shard/writer.h"
#include <stdio.h>
#include <unistd.h>
#include "core/mem.h"
#include "shard/ids_hash.h"
#include "shard/manifest.h"
#include "shard/packed.h"
#include "shard/docnames.h"

struct shard_writer {
    struct shard_plan plan;
    struct shard_sink *sink;        /* the file being written, or NULL */
    struct docnames_out *names;     /* beside it, or NULL */
    struct packer *packer;          /* or NULL */
    struct packed *packed;          /* beside the file, instead of names */
    struct hasher *file_content, *content;
    char *tokenizer, *folder, *prefix;
    uint64_t tokens, documents;     /* of that file */
    unsigned long serial;
    struct shard_manifest done;
    struct shard_manifest old;      /* of an earlier run in this folder */
    bool old_gone;
};

static int add_row(void *to, const struct pack_row *r, struct err *e);

/* To the format a sequence is a document without an end-of-document id of its own. */
static void start_packing(struct shard_writer *w)
{
    struct pack_plan *p = &w->plan.pack;
    p->eod = w->plan.about.eod;
    p->eod_id = w->plan.about.eod_id;
    w->plan.about.eod = EOD_NONE;
    w->packer = pack_new(p, add_row, w);
}

struct shard_writer *shard_writer_new(const struct shard_plan *p, struct err *e)
{
    if (output_mkdir(p->folder, e))
        return NULL;
    struct shard_writer *w = mem_zero(sizeof *w);
    w->plan = *p;
    w->plan.folder = w->folder = mem_strdup(p->folder);
    w->plan.prefix = w->prefix = mem_strdup(p->prefix);
    w->tokenizer = mem_alloc(p->about.tokenizer.n + 1);
    if (p->about.tokenizer.n)
        memcpy(w->tokenizer, p->about.tokenizer.p, p->about.tokenizer.n);
    w->plan.about.tokenizer = slice_of(w->tokenizer, p->about.tokenizer.n);
    if (w->plan.size == UINT64_MAX)
        w->plan.size = p->format->tokens;
    if (p->pack.mode)
        start_packing(w);
    w->content = hasher_new();
    /* A damaged old manifest is no reason to refuse: it is about to be replaced. */
    struct err ignored;
    err_init(&ignored);
    if (manifest_read(w->folder, &w->old, &ignored) < 0) {
        manifest_free(&w->old);
        w->old = (struct shard_manifest){0};
    }
    return w;
}

/* llm.c's loaders glob and sort NAME_000000.bin; the others get a number only when cut. */
static char *file_path(const struct shard_writer *w)
{
    const struct shard_format *f = w->plan.format;
    char number[32] = "";
    if (f == &shard_llmc)
        snprintf(number, sizeof number, "_%06lu", w->serial);
    else if (w->plan.size || w->plan.docs)
        snprintf(number, sizeof number, "-%05lu", w->serial);
    const char *suffix = w->plan.level && f->packed_suffix ? f->packed_suffix : f->suffix;
    size_t n = strlen(w->prefix) + strlen(number) + strlen(suffix) + 1;
    char *name = mem_alloc(n);
    snprintf(name, n, "%s%s%s", w->prefix, number, suffix);
    char *path = manifest_path(w->folder, name);
    mem_free(name);
    return path;
}

static int open_beside(struct shard_writer *w, const char *path, struct err *e)
{
    const struct shard_format *f = w->plan.format;
    if (w->packer) {
        w->packed = packed_open(f, path, w->plan.pack.length, w->plan.loss_mask, e);
        return w->packed ? 0 : -1;
    }
    if (f->names_docs || w->plan.no_names)
        return 0;
    w->names = docnames_create(path, e);
    return w->names ? 0 : -1;
}

static int open_file(struct shard_writer *w, struct err *e)
{
    const struct shard_format *f = w->plan.format;
    char *path = file_path(w);
    w->sink = f->open(path, &w->plan.about, w->plan.level, e);
    if (w->sink && open_beside(w, path, e)) {
        f->abort(w->sink);
        w->sink = NULL;
    }
    w->tokens = w->documents = 0;
    w->file_content = hasher_new();
    w->serial++;
    mem_free(path);
    return w->sink ? 0 : -1;
}

static void forget_old(struct shard_writer *w)
{
    static const char *const marks[] = {"manifest.json", "index.json"};
    if (w->old_gone)
        return;
    for (int i = 0; i <= (w->plan.format->index != NULL); i++) {
        char *path = manifest_path(w->folder, marks[i]);
        unlink(path);
        mem_free(path);
    }
    w->old_gone = true;
}

static int close_file(struct shard_writer *w, struct err *e)
{
    struct shard_sink *s = w->sink;
    struct docnames_out *names = w->names;
    struct packed *packed = w->packed;
    const size_t at = w->done.files.n;
    forget_old(w);
    w->done.documents += w->documents;
    w->done.tokens += w->tokens;
    w->sink = NULL;
    w->names = NULL;
    w->packed = NULL;
    if (w->plan.format->commit(s, &w->done.files, e)) {
        docnames_abort(names);
        packed_abort(packed);
        return -1;
    }
    w->done.files.v[at].content = hasher_value(w->file_content);
    w->done.files.v[at].has_content = true;
    hasher_free(w->file_content);
    w->file_content = NULL;
    return packed  ? packed_commit(packed, &w->done.files, w->documents, w->tokens, e)
           : names ? docnames_commit(names, &w->done.files, w->documents, w->tokens, e) : 0;
}

/* Whether the file has no room for n more tokens. */
static bool full(const struct shard_writer *w, uint64_t n)
{
    const struct shard_format *f = w->plan.format;
    uint64_t max = w->plan.size && w->plan.size < f->tokens_max ? w->plan.size : f->tokens_max;
    uint64_t docs = w->plan.docs && w->plan.docs < f->docs_max ? w->plan.docs : f->docs_max;
    return w->documents && (w->tokens + n > max || w->documents >= docs);
}

static void add_content(struct hasher *h, const uint32_t *ids, size_t n)
{
    ids_hash_add(h, ids, n);
    ids_hash_border(h);
}

static int add_name(struct shard_writer *w, const struct shard_doc *d, uint64_t tokens,
                    struct err *e)
{
    struct shard_doc named = *d;
    named.tokens = tokens;
    return docnames_add(w->names, &named, e);
}

static int add(struct shard_writer *w, const uint32_t *ids, size_t n, const struct shard_doc *d,
               struct err *e)
{
    const struct shard_format *f = w->plan.format;
    const struct shard_about *a = &w->plan.about;
    uint64_t all = (uint64_t)n + (a->eod != EOD_NONE);
    if (all > f->doc_max)
        return err_set(e, ERR_DATA, "a document of %llu tokens; %s takes %lu",
                       (unsigned long long)all, f->name, (unsigned long)f->doc_max);
    if (w->sink && full(w, all)) {
        if (!w->plan.size && !w->plan.docs)
            return err_set(e, ERR_DATA, "more than one %s file can hold: give --size", f->name);
        if (close_file(w, e))
            return -1;
    }
    if (!w->sink && open_file(w, e))
        return -1;
    if ((a->eod == EOD_FIRST && f->add(w->sink, &a->eod_id, 1, e)) ||
        f->add(w->sink, ids, n, e) ||
        (a->eod == EOD_LAST && f->add(w->sink, &a->eod_id, 1, e)) || f->end_doc(w->sink, d, e) ||
        (w->names && add_name(w, d, all, e)))
        return -1;
    add_content(w->file_content, ids, n);
    add_content(w->content, ids, n);
    w->tokens += all;
    w->documents++;
    return 0;
}

int shard_writer_add(struct shard_writer *w, const uint32_t *ids, size_t n,
                     const struct shard_doc *d, struct err *e)
{
    return w->packer ? pack_add(w->packer, ids, n, d, e) : add(w, ids, n, d, e);
}

static int add_row(void *to, const struct pack_row *r, struct err *e)
{
    struct shard_writer *w = to;
    const struct shard_doc d = {.id = r->n_parts ? r->parts[0].doc.id : slice_of("", 0)};
    return add(w, r->ids, w->plan.pack.length, &d, e) || packed_add(w->packed, r, e) ? -1 : 0;
}

static bool listed(const struct shard_files *files, const char *name)
{
    for (size_t i = 0; i < files->n; i++)
        if (strcmp(files->v[i].name, name) == 0)
            return true;
    return false;
}

/* Files of the earlier run that this one did not write again. */
static void remove_old(struct shard_writer *w)
{
    for (size_t i = 0; i < w->old.files.n; i++)
        if (!listed(&w->done.files, w->old.files.v[i].name)) {
            char *path = manifest_path(w->folder, w->old.files.v[i].name);
            unlink(path);
            mem_free(path);
        }
}

/* What the format itself wants a folder to have, written over all files. */
static int write_index(struct shard_writer *w, struct err *e)
{
    const struct shard_format *f = w->plan.format;
    if (!f->index)
        return 0;
    struct buf b;
    char *path = manifest_path(w->folder, "index.json");
    buf_init(&b, BUF_NO_LIMIT);
    f->index(&w->plan.about, w->plan.level, &w->done.files, &b);
    int rc = output_whole(path, buf_slice(&b), e);
    if (!rc) {
        struct shard_file *x = shard_files_add(&w->done.files, path);
        x->size = b.n;
        x->documents = w->done.documents;
        x->tokens = w->done.tokens;
        x->index = true;
        x->hash = hash128(buf_slice(&b));
    }
    buf_free(&b);
    mem_free(path);
    return rc;
}

int shard_writer_finish(struct shard_writer *w, struct err *e)
{
    if (w->packer && pack_finish(w->packer, e))
        return -1;
    if (!w->sink && !w->done.files.n && open_file(w, e))
        return -1;                  /* no documents: one empty, valid file */
    if (w->sink && close_file(w, e))
        return -1;
    w->done.format = w->plan.format;
    w->done.about = w->plan.about;
    if (w->packer) {
        w->done.pack = w->plan.pack;
        w->done.packed = *pack_counts(w->packer);
    }
    w->done.content = hasher_value(w->content);
    w->done.has_content = true;
    if (write_index(w, e) || manifest_write(w->folder, &w->done, e))
        return -1;
    remove_old(w);
    return 0;
}

const struct pack_counts *shard_writer_packed(const struct shard_writer *w)
{
    return w->packer ? pack_counts(w->packer) : NULL;
}

const struct shard_manifest *shard_writer_done(const struct shard_writer *w) { return &w->done; }

void shard_writer_free(struct shard_writer *w)
{
    if (!w)
        return;
    if (w->sink)
        w->plan.format->abort(w->sink);
    docnames_abort(w->names);
    packed_abort(w->packed);
    pack_free(w->packer);
    hasher_free(w->file_content);
    hasher_free(w->content);
    manifest_free(&w->done);
    manifest_free(&w->old);
    mem_free(w->tokenizer);
    mem_free(w->folder);
    mem_free(w->prefix);
    mem_free(w);
}
