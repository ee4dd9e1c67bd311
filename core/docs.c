/* docs - see docs.h. */
#include "core/docs.h"
#include "core/input.h"
#include "core/mem.h"

struct docs {
    struct input *in;
    char *path;
    const struct doc_fields *fields;
    struct buf carry;
    size_t at;                      /* of the next line in carry */
    uint64_t record, offset, next;  /* number of the next line; where the last and the next begin */
    bool end;
};

enum { MAX_LINE = 1 << 30 };

struct docs *docs_open(const char *path, const struct doc_fields *f, struct err *e)
{
    struct input *in = input_open(path, INPUT_WINDOW_DEFAULT, e);
    if (!in)
        return NULL;
    struct docs *r = mem_zero(sizeof *r);
    r->in = in;
    r->path = mem_strdup(path);
    r->fields = f ? f : &doc_fields_default;
    r->record = 1;
    buf_init(&r->carry, MAX_LINE);
    return r;
}

/* 1: *line is the next line; 0: end. */
static int next_line(struct docs *r, struct slice *line, struct err *e)
{
    size_t searched = 0;
    for (;;) {
        struct slice rest = slice_from(buf_slice(&r->carry), r->at);
        const char *nl = rest.n > searched
                             ? memchr(rest.p + searched, '\n', rest.n - searched) : NULL;
        if (nl || (r->end && rest.n)) {
            *line = slice_upto(rest, nl ? (size_t)(nl - rest.p) : rest.n);
            r->at += line->n + (nl != NULL);
            return 1;
        }
        if (r->end)
            return 0;
        searched = rest.n;
        buf_drop_front(&r->carry, r->at);
        r->at = 0;
        char *to = buf_reserve(&r->carry, 256 << 10);
        if (!to)
            return err_set(e, ERR_DATA, "line longer than 1 GiB");
        long n = input_read(r->in, to, 256 << 10, e);
        if (n < 0)
            return -1;
        r->end = n == 0;
        r->carry.n += (size_t)n;
    }
}

int docs_next_line(struct docs *r, struct slice *line, uint64_t *record, struct err *e)
{
    int rc;
    do {
        r->offset = r->next;
        *line = slice_of("", 0);
        rc = next_line(r, line, e);
        *record = r->record++;
        r->next += line->n + 1;
    } while (rc > 0 && !slice_trim(*line).n);
    if (rc < 0)
        err_at(e, slice_str(r->path), *record, r->offset);
    return rc;
}

int docs_next(struct docs *r, struct arena *a, struct doc *d, struct err *e)
{
    const char *kind;
    size_t at;
    uint64_t repaired = 0, record;
    struct slice line;
    int rc = docs_next_line(r, &line, &record, e);
    if (rc <= 0)
        return rc;
    struct slice kept = arena_copy(a, line);
    struct slice id = arena_fmt(a, "%s:%llu", r->path, (unsigned long long)record);
    d->index = record - 1;
    if (!doc_parse(d, a, kept, r->fields, id, &kind, &at, &repaired))
        return 1;
    err_at(e, slice_str(r->path), record, r->offset + at);
    return err_set(e, ERR_DATA, "%s", kind);
}

void docs_close(struct docs *r)
{
    if (!r)
        return;
    input_close(r->in);
    buf_free(&r->carry);
    mem_free(r->path);
    mem_free(r);
}

int docs_read_file(const char *path, struct buf *out, struct err *e)
{
    struct input *in = input_open(path, INPUT_WINDOW_DEFAULT, e);
    long n = in ? 1 : -1;
    while (n > 0) {
        char *to = buf_reserve(out, 256 << 10);
        n = to ? input_read(in, to, 256 << 10, e) : err_set(e, ERR_DATA, "file too large");
        out->n += n > 0 ? (size_t)n : 0;
    }
    input_close(in);
    err_at(e, n < 0 ? slice_str(path) : slice_of("", 0), ERR_NO_POS, ERR_NO_POS);
    return n < 0 ? -1 : 0;
}
