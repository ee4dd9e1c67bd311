/* pool - see pool.h. */
#include "shard/pool.h"
#include "core/mem.h"
#include "shard/layout.h"

struct member {
    char *path, *name;
    const struct shard_format *format;
    struct shard_reader *reader;    /* NULL: not open now */
    uint64_t used;                  /* when it was last asked for */
    uint64_t first;                 /* its first document, of all */
    uint64_t stored;                /* tokens */
};

struct doc_at {
    uint64_t at;                    /* place of its first id, as its layout counts */
    uint32_t n;                     /* ids, with the end-of-document id */
    uint32_t name;                  /* bytes of its id */
};

struct pool {
    struct shard_wish wish;
    struct member *files;
    size_t n_files, n_open;
    uint64_t clock;
    struct doc_at *docs;
    uint64_t n_docs, cap_docs, tokens;
    struct buf names;               /* ids back to back */
    uint64_t *name_at;              /* of every 64th document, in names */
    struct buf tokenizer;           /* of the first file */
};

enum { STRIDE = 64 };

void pool_close(struct pool *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->n_files; i++) {
        shard_reader_close(p->files[i].reader);
        mem_free(p->files[i].path);
        mem_free(p->files[i].name);
    }
    mem_free(p->files);
    mem_free(p->docs);
    mem_free(p->name_at);
    buf_free(&p->names);
    buf_free(&p->tokenizer);
    mem_free(p);
}

uint64_t pool_docs(const struct pool *p) { return p->n_docs; }
uint64_t pool_tokens(const struct pool *p) { return p->tokens; }

/* The one asked for longest ago gives way. */
static void make_room(struct pool *p)
{
    struct member *oldest = NULL;
    if (p->n_open < POOL_OPEN)
        return;
    for (size_t i = 0; i < p->n_files; i++)
        if (p->files[i].reader && (!oldest || p->files[i].used < oldest->used))
            oldest = &p->files[i];
    shard_reader_close(oldest->reader);
    oldest->reader = NULL;
    p->n_open--;
}

static struct shard_reader *reader_of(struct pool *p, struct member *f, struct err *e)
{
    f->used = ++p->clock;
    if (f->reader)
        return f->reader;
    make_room(p);
    f->reader = shard_reader_open(f->path, &p->wish, e);
    p->n_open += f->reader != NULL;
    /* a second time: some formats know the type of ids from the first document on only */
    if (f->reader && f->name && shard_reader_step(f->reader, &(struct shard_doc){0},
                                                  &(uint64_t){0}, e) < 0)
        return NULL;
    return f->reader;
}

static int add_doc(struct pool *p, const struct shard_reader *r, const struct shard_doc *d,
                   struct err *e)
{
    struct shard_place at = shard_reader_place(r);
    if (p->n_docs == p->cap_docs) {
        p->cap_docs = p->cap_docs ? 2 * p->cap_docs : 4096;
        p->docs = mem_grow_array(p->docs, p->cap_docs, sizeof *p->docs);
        p->name_at = mem_grow_array(p->name_at, p->cap_docs / STRIDE, sizeof *p->name_at);
    }
    if (at.n > UINT32_MAX || d->id.n > UINT32_MAX)
        return err_set(e, ERR_DATA, "a document of more than 2^32 tokens");
    if (p->n_docs % STRIDE == 0)
        p->name_at[p->n_docs / STRIDE] = p->names.n;
    p->docs[p->n_docs++] = (struct doc_at){at.at, (uint32_t)at.n, (uint32_t)d->id.n};
    buf_add_slice(&p->names, d->id);
    return 0;
}

static int walk(struct pool *p, struct member *f, struct err *e)
{
    struct shard_reader *r = reader_of(p, f, e);
    struct shard_doc d;
    uint64_t n, border;
    int rc;
    if (!r)
        return -1;
    const struct shard_about *a = shard_reader_about(r);
    f->name = mem_strdup(shard_reader_name(r));
    f->format = shard_reader_format(r);
    f->first = p->n_docs;
    border = a->eod != EOD_NONE && !p->wish.keep_eod;
    if (!p->tokenizer.n)
        buf_add_slice(&p->tokenizer, a->tokenizer);
    while ((rc = shard_reader_step(r, &d, &n, e)) == 1) {
        if (add_doc(p, r, &d, e))
            return -1;
        p->tokens += n - (n && border);
        f->stored += n;
    }
    return rc;
}

struct pool *pool_open(const struct shard_paths *paths, const struct shard_wish *w,
                       struct err *e)
{
    struct pool *p = mem_zero(sizeof *p);
    int rc = 0;
    p->wish = *w;
    p->n_files = paths->n;
    p->files = mem_array(paths->n ? paths->n : 1, sizeof *p->files);
    buf_init(&p->names, BUF_NO_LIMIT);
    buf_init(&p->tokenizer, BUF_NO_LIMIT);
    for (size_t i = 0; !rc && i < paths->n; i++) {
        p->files[i].path = mem_strdup(paths->v[i]);
        rc = walk(p, &p->files[i], e);
    }
    if (!rc)
        return p;
    pool_close(p);
    return NULL;
}

static struct member *file_of(struct pool *p, uint64_t i)
{
    size_t low = 0, high = p->n_files;
    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;
        if (p->files[mid].first <= i)
            low = mid;
        else
            high = mid;
    }
    return &p->files[low];
}

size_t pool_files(const struct pool *p) { return p->n_files; }
const struct shard_format *pool_format(const struct pool *p, size_t file)
{
    return p->files[file].format;
}

const char *pool_path(const struct pool *p, size_t file) { return p->files[file].path; }
uint64_t pool_file_tokens(const struct pool *p, size_t file) { return p->files[file].stored; }

static struct slice name_of(const struct pool *p, uint64_t i)
{
    uint64_t at = p->name_at[i / STRIDE];
    for (uint64_t k = i / STRIDE * STRIDE; k < i; k++)
        at += p->docs[k].name;
    return slice_of(p->names.p + at, p->docs[i].name);
}

int pool_get(struct pool *p, uint64_t i, struct arena *a, const uint32_t **ids, size_t *n,
             struct slice *id, struct slice *tokenizer, struct err *e)
{
    struct member *f = file_of(p, i);
    struct shard_reader *r = reader_of(p, f, e);
    struct shard_doc d = {.id = p->docs[i].name ? name_of(p, i) : slice_of("", 0)};
    if (!r)
        return -1;
    shard_reader_seek(r, (struct shard_place){p->docs[i].at, p->docs[i].n}, i - f->first);
    if (shard_reader_take(r, a, &d, ids, n, e))
        return -1;
    *id = d.id.n ? d.id : arena_fmt(a, "%s:%llu", f->name, (unsigned long long)(i - f->first));
    *tokenizer = buf_slice(&p->tokenizer);
    return 0;
}
