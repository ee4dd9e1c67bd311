/* ends - see ends.h. Both kinds of table are read as streams, in constant memory. */
#include "shard/ends.h"
#include "core/buf.h"
#include "core/input.h"
#include "core/mem.h"
#include "shard/le.h"

enum { CHUNK = 1 << 15, FIELD_MAX = 1 << 16 };

struct ends {
    struct input *in;
    char *path;
    bool rows;                  /* text rows, not u64 */
    uint64_t last;              /* token where the document before ends */
    struct buf id, source;      /* of a row */
    size_t at, n;
    unsigned char bytes[CHUNK];
};

void ends_close(struct ends *x)
{
    if (!x)
        return;
    input_close(x->in);
    buf_free(&x->id);
    buf_free(&x->source);
    mem_free(x->path);
    mem_free(x);
}

struct ends *ends_open(const char *path, bool rows, struct err *e)
{
    struct input *in = input_open(path, INPUT_WINDOW_DEFAULT, e);
    if (!in)
        return NULL;
    struct ends *x = mem_zero(sizeof *x);
    x->in = in;
    x->path = mem_strdup(path);
    x->rows = rows;
    buf_init(&x->id, FIELD_MAX);
    buf_init(&x->source, FIELD_MAX);
    return x;
}

static int flaw(const struct ends *x, struct err *e, const char *what)
{
    err_set(e, ERR_VERIFY, "%s", what);
    err_at(e, slice_str(x->path), ERR_NO_POS, ERR_NO_POS);
    return -1;
}

/* The next byte, -1 at the end, -2 on error. */
static int byte(struct ends *x, struct err *e)
{
    if (x->at == x->n) {
        long got = input_read(x->in, x->bytes, sizeof x->bytes, e);
        if (got <= 0)
            return got < 0 ? -2 : -1;
        x->n = (size_t)got;
        x->at = 0;
    }
    return x->bytes[x->at++];
}

static int next_u64(struct ends *x, uint64_t *end, struct err *e)
{
    unsigned char v[8];
    for (int i = 0; i < 8; i++) {
        int c = byte(x, e);
        if (c == -2)
            return -1;
        if (c < 0)
            return i ? flaw(x, e, "the index ends within a number") : 0;
        v[i] = (unsigned char)c;
    }
    *end = le_get64(v);
    return 1;
}

/* ---- rows --------------------------------------------------------------------------------- */

/* A number up to a comma or the row's end. */
static int number(struct ends *x, uint64_t *v, int *stop, struct err *e)
{
    int digits = 0, c;
    *v = 0;
    while ((c = byte(x, e)) >= '0' && c <= '9' && digits++ < 18)
        *v = 10 * *v + (uint64_t)(c - '0');
    *stop = c;
    if (c == -2)
        return -1;
    if (!digits && c == -1)
        return 0;
    return digits && digits < 19 && (c == ',' || c == '\n' || c == '\r' || c == -1)
               ? 1 : flaw(x, e, "a row does not begin with two numbers");
}

/* A field of text after RFC 4180, up to a comma or the row's end; too much of it is cut. */
static int field(struct ends *x, struct buf *b, int *stop, struct err *e)
{
    int c = byte(x, e);
    bool quoted = c == '"';
    if (quoted)
        c = byte(x, e);
    for (; c >= 0 && (quoted || (c != ',' && c != '\n')); c = byte(x, e)) {
        if (quoted && c == '"') {
            c = byte(x, e);
            quoted = c == '"';
            if (!quoted && (c < 0 || c == ',' || c == '\n'))
                break;
        }
        if (c != '\r')
            buf_add_byte(b, (char)c);
    }
    *stop = c;
    return c == -2 ? -1 : 0;
}

static int row_names(struct ends *x, int stop, struct shard_doc *d, struct err *e)
{
    struct buf rest;
    buf_clear(&x->id);
    buf_clear(&x->source);
    buf_init(&rest, 32);
    if ((stop == ',' && field(x, &x->id, &stop, e)) ||
        (stop == ',' && field(x, &x->source, &stop, e)) ||
        (stop == ',' && field(x, &rest, &stop, e))) {
        buf_free(&rest);
        return -1;
    }
    for (size_t i = 0; i < rest.n && rest.p[i] >= '0' && rest.p[i] <= '9' && i < 18; i++)
        d->place = 10 * d->place + (uint64_t)(rest.p[i] - '0');
    buf_free(&rest);
    d->id = buf_slice(&x->id);
    d->source = buf_slice(&x->source);
    while (stop >= 0 && stop != '\n')
        stop = byte(x, e);
    return stop == -2 ? -1 : 0;
}

static int next_row(struct ends *x, uint64_t *end, struct shard_doc *d, struct err *e)
{
    uint64_t start;
    int stop, rc = number(x, &start, &stop, e);
    if (rc <= 0)
        return rc;
    if (stop != ',' || number(x, end, &stop, e) <= 0)
        return e->kind == ERR_NONE ? flaw(x, e, "a row has no end") : -1;
    if (start != x->last)
        return flaw(x, e, "a document does not begin where the one before ends");
    return row_names(x, stop, d, e) ? -1 : 1;
}

uint64_t ends_last(const struct ends *x) { return x->last; }

int ends_next(struct ends *x, uint64_t *n, struct shard_doc *d, struct err *e)
{
    uint64_t end;
    int rc = x->rows ? next_row(x, &end, d, e) : next_u64(x, &end, e);
    if (rc <= 0)
        return rc;
    if (end < x->last)
        return flaw(x, e, "a document ends before it begins");
    *n = end - x->last;
    x->last = end;
    return 1;
}
