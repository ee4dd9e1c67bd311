/* ends - see ends.h. Both kinds of file are read as a stream. */
#include "shard/ends.h"
#include <sys/stat.h>
#include "core/input.h"
#include "core/mem.h"
#include "shard/le.h"

enum { CHUNK = 1 << 15 };

struct ends {
    struct input *in;
    char *path;
    bool rows;                  /* text rows, not u64 */
    uint64_t last;
    size_t at, n;
    unsigned char bytes[CHUNK];
};

static char *path_of(const struct shard_format *f, const char *bin)
{
    size_t n = strlen(bin) - strlen(f->suffix), m = strlen(f->ends);
    char *p = mem_alloc(n + m + 1);
    memcpy(p, bin, n);
    memcpy(p + n, f->ends, m + 1);
    return p;
}

bool ends_exist(const struct shard_format *f, const char *bin)
{
    struct stat st;
    if (!f->ends || !slice_ends(slice_str(bin), slice_str(f->suffix)))
        return false;
    char *path = path_of(f, bin);
    bool is = stat(path, &st) == 0;
    mem_free(path);
    return is;
}

struct ends *ends_open(const struct shard_format *f, const char *bin, struct err *e)
{
    char *path = path_of(f, bin);
    struct input *in = input_open(path, INPUT_WINDOW_DEFAULT, e);
    if (!in) {
        mem_free(path);
        return NULL;
    }
    struct ends *x = mem_zero(sizeof *x);
    x->in = in;
    x->path = path;
    x->rows = f == &shard_olmo;
    return x;
}

void ends_close(struct ends *x)
{
    if (!x)
        return;
    input_close(x->in);
    mem_free(x->path);
    mem_free(x);
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

/* A number up to a comma or, for the last one that counts, the row's end. */
static int field(struct ends *x, uint64_t *v, int *stop, struct err *e)
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

static int next_row(struct ends *x, uint64_t *end, struct err *e)
{
    uint64_t start;
    int stop, rc = field(x, &start, &stop, e);
    if (rc <= 0)
        return rc;
    if (stop != ',' || field(x, end, &stop, e) <= 0)
        return e->kind == ERR_NONE ? flaw(x, e, "a row has no end") : -1;
    if (start != x->last)
        return flaw(x, e, "a document does not begin where the one before ends");
    while (stop >= 0 && stop != '\n')
        stop = byte(x, e);
    return stop == -2 ? -1 : 1;
}

int ends_next(struct ends *x, uint64_t *n, struct err *e)
{
    uint64_t end;
    int rc = x->rows ? next_row(x, &end, e) : next_u64(x, &end, e);
    if (rc <= 0)
        return rc;
    if (end < x->last)
        return flaw(x, e, "a document ends before it begins");
    *n = end - x->last;
    x->last = end;
    return 1;
}

int ends_total(const struct shard_format *f, const char *bin, uint64_t *documents,
               uint64_t *tokens, struct err *e)
{
    struct ends *x = ends_open(f, bin, e);
    uint64_t n;
    int rc = x ? 1 : -1;
    *documents = *tokens = 0;
    while (rc == 1)
        if ((rc = ends_next(x, &n, e)) == 1) {
            ++*documents;
            *tokens += n;
        }
    ends_close(x);
    return rc;
}
