/* part - see part.h. */
#include "dedup/part.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/buf.h"
#include "core/json.h"
#include "core/mem.h"
#include "core/output.h"

static const char magic[8] = {'t', 'o', 'k', 'm', 'i', 'l', 'l', '\n'};
enum { HEAD = 16, BUFFER = 256 << 10 };

struct row {                        /* of the table */
    uint64_t offset, bytes, hi, lo;
};

struct end {
    uint64_t info_at, info_bytes, sections, hi, lo;
    char magic[8];
};

/* ---- writing -------------------------------------------------------------------------------- */

struct part_writer {
    struct output *out;
    struct hasher *hasher;          /* of the section at hand */
    struct row *rows;
    size_t n, cap;
    uint64_t section_at;
};

struct part_writer *part_create(const char *path, const char *kind, struct err *e)
{
    char head[HEAD] = {0};
    memcpy(head, magic, sizeof magic);
    memcpy(head + sizeof magic, kind, strnlen(kind, HEAD - sizeof magic));
    struct output *out = output_open(path, e);
    if (!out)
        return NULL;
    struct part_writer *w = mem_zero(sizeof *w);
    w->out = out;
    w->hasher = hasher_new();
    w->section_at = HEAD;
    if (!output_write(out, head, HEAD, e))
        return w;
    part_abort(w);
    return NULL;
}

int part_add(struct part_writer *w, const void *p, size_t n, struct err *e)
{
    hasher_add(w->hasher, p, n);
    return output_write(w->out, p, n, e);
}

void part_end_section(struct part_writer *w)
{
    struct hash128 h = hasher_value(w->hasher);
    uint64_t end = output_size(w->out);
    if (w->n == w->cap) {
        w->cap = w->cap ? 2 * w->cap : 64;
        w->rows = mem_grow_array(w->rows, w->cap, sizeof *w->rows);
    }
    w->rows[w->n++] = (struct row){w->section_at, end - w->section_at, h.hi, h.lo};
    w->section_at = end;
    hasher_free(w->hasher);
    w->hasher = hasher_new();
}

static void release(struct part_writer *w)
{
    hasher_free(w->hasher);
    mem_free(w->rows);
    mem_free(w);
}

int part_commit(struct part_writer *w, struct slice info, struct err *e)
{
    struct end end = {.info_at = w->section_at, .info_bytes = info.n, .sections = w->n};
    hasher_add(w->hasher, info.p, info.n);
    hasher_add(w->hasher, w->rows, w->n * sizeof *w->rows);
    struct hash128 h = hasher_value(w->hasher);
    end.hi = h.hi;
    end.lo = h.lo;
    memcpy(end.magic, magic, sizeof magic);
    struct output *out = w->out;
    int rc = output_write(out, info.p, info.n, e) ||
             output_write(out, w->rows, w->n * sizeof *w->rows, e) ||
             output_write(out, &end, sizeof end, e);
    release(w);
    if (!rc)
        return output_commit(out, e);
    output_abort(out);
    return -1;
}

void part_abort(struct part_writer *w)
{
    if (!w)
        return;
    output_abort(w->out);
    release(w);
}

/* ---- reading -------------------------------------------------------------------------------- */

struct part {
    int fd;
    char *path;
    struct buf tail;                /* info, then the table */
    struct end end;
    const struct row *rows;
};

static int flaw(const struct part *p, struct err *e, const char *what)
{
    err_at(e, slice_str(p->path), ERR_NO_POS, ERR_NO_POS);
    return err_set(e, ERR_VERIFY, "%s: remove it and run its rank again", what);
}

static int read_all(const struct part *p, char *to, uint64_t n, uint64_t at, struct err *e)
{
    while (n) {
        ssize_t k = pread(p->fd, to, n, (off_t)at);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return err_errno(e, "%s: cannot read", p->path);
        if (k == 0)
            return flaw(p, e, "ends early");
        to += k;
        at += (uint64_t)k;
        n -= (uint64_t)k;
    }
    return 0;
}

/* The table's sections lie end to end between head and info. */
static bool rows_fit(const struct part *p)
{
    uint64_t at = HEAD;
    for (uint64_t i = 0; i < p->end.sections; i++) {
        const struct row *r = &p->rows[i];
        if (r->offset != at || r->bytes > p->end.info_at - at)
            return false;
        at += r->bytes;
    }
    return at == p->end.info_at;
}

static bool info_is_json(struct slice info)
{
    size_t at;
    return info.n && info.p[0] == '{' && !json_check(info, &at);
}

static int read_tail(struct part *p, uint64_t size, struct err *e)
{
    struct end *end = &p->end;
    if (size < HEAD + sizeof *end || read_all(p, (char *)end, sizeof *end, size - sizeof *end, e))
        return flaw(p, e, "is too short");
    uint64_t room = size - HEAD - sizeof *end;
    if (memcmp(end->magic, magic, sizeof magic) || end->info_at < HEAD ||
        end->info_at - HEAD > room)
        return flaw(p, e, "is damaged at its end");
    room -= end->info_at - HEAD;
    if (end->sections > room / sizeof *p->rows ||
        end->info_bytes != room - end->sections * sizeof *p->rows)
        return flaw(p, e, "is damaged at its end");
    uint64_t n = end->info_bytes + end->sections * sizeof *p->rows;
    char *to = buf_reserve(&p->tail, n + 8);
    if (read_all(p, to, n, end->info_at, e))
        return -1;
    p->tail.n = n;
    struct hash128 h = hash128(buf_slice(&p->tail));
    struct row *rows = mem_array(end->sections + 1, sizeof *rows);  /* aligned */
    memcpy(rows, to + end->info_bytes, end->sections * sizeof *rows);
    p->rows = rows;
    if (h.hi != end->hi || h.lo != end->lo || !rows_fit(p) || !info_is_json(part_info(p)))
        return flaw(p, e, "is damaged: its table's checksum differs");
    return 0;
}

static int check_head(const struct part *p, const char *kind, struct err *e)
{
    char head[HEAD], want[HEAD - sizeof magic] = {0};
    memcpy(want, kind, strnlen(kind, sizeof want));
    if (read_all(p, head, HEAD, 0, e))
        return -1;
    if (!memcmp(head, magic, sizeof magic) && !memcmp(head + sizeof magic, want, sizeof want))
        return 0;
    err_at(e, slice_str(p->path), ERR_NO_POS, ERR_NO_POS);
    return err_set(e, ERR_USAGE, "holds no %.8s", kind);
}

struct part *part_open(const char *path, const char *kind, struct err *e)
{
    struct stat st;
    struct part *p = mem_zero(sizeof *p);
    p->path = mem_strdup(path);
    buf_init(&p->tail, BUF_NO_LIMIT);
    p->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (p->fd < 0 || fstat(p->fd, &st))
        err_errno(e, "%s: cannot open", path);
    else if (!check_head(p, kind, e) && !read_tail(p, (uint64_t)st.st_size, e))
        return p;
    part_close(p);
    return NULL;
}

void part_close(struct part *p)
{
    if (!p)
        return;
    if (p->fd >= 0)
        close(p->fd);
    mem_free((struct row *)(uintptr_t)p->rows);
    buf_free(&p->tail);
    mem_free(p->path);
    mem_free(p);
}

struct slice part_info(const struct part *p) { return slice_of(p->tail.p, p->end.info_bytes); }
uint64_t part_sections(const struct part *p) { return p->end.sections; }
uint64_t part_bytes(const struct part *p, uint64_t section) { return p->rows[section].bytes; }
struct hash128 part_hash(const struct part *p) { return (struct hash128){p->end.hi, p->end.lo}; }

struct part_cursor {
    const struct part *of;
    uint64_t section, at, left;     /* in the file, behind the buffer; not yet handed out */
    struct hasher *hasher;
    struct buf buffer;
    size_t used;
};

struct part_cursor *part_cursor_new(void)
{
    struct part_cursor *c = mem_zero(sizeof *c);
    buf_init(&c->buffer, BUF_NO_LIMIT);
    return c;
}

void part_cursor_free(struct part_cursor *c)
{
    if (!c)
        return;
    hasher_free(c->hasher);
    buf_free(&c->buffer);
    mem_free(c);
}

static int check_section(const struct part_cursor *c, struct err *e)
{
    struct hash128 h = hasher_value(c->hasher);
    const struct row *r = &c->of->rows[c->section];
    return h.hi == r->hi && h.lo == r->lo ? 0 : flaw(c->of, e, "is damaged: a checksum differs");
}

int part_seek(struct part_cursor *c, const struct part *p, uint64_t section, struct err *e)
{
    if (section >= p->end.sections)
        return flaw(p, e, "lacks a section");
    c->of = p;
    c->section = section;
    c->at = p->rows[section].offset;
    c->left = p->rows[section].bytes;
    buf_clear(&c->buffer);
    c->used = 0;
    hasher_free(c->hasher);
    c->hasher = hasher_new();
    return c->left ? 0 : check_section(c, e);
}

uint64_t part_left(const struct part_cursor *c) { return c->left; }

static int fill(struct part_cursor *c, size_t n, struct err *e)
{
    uint64_t behind = c->left - (c->buffer.n - c->used);
    buf_drop_front(&c->buffer, c->used);
    c->used = 0;
    uint64_t more = n - c->buffer.n > BUFFER ? n - c->buffer.n : BUFFER;
    more = more < behind ? more : behind;
    char *to = buf_reserve(&c->buffer, more);
    if (read_all(c->of, to, more, c->at, e))
        return -1;
    hasher_add(c->hasher, to, more);
    c->buffer.n += more;
    c->at += more;
    return more == behind ? check_section(c, e) : 0;
}

int part_read(struct part_cursor *c, size_t n, const void **bytes, struct err *e)
{
    if (n > c->left)
        return flaw(c->of, e, "is damaged: a record is cut off");
    if (c->buffer.n - c->used < n && fill(c, n, e))
        return -1;
    *bytes = c->buffer.p + c->used;
    c->used += n;
    c->left -= n;
    return 0;
}
