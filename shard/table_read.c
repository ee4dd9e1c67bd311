/* Reading files that begin with a table of their samples; see table.h. */
#include "core/mem.h"
#include "shard/file.h"
#include "shard/le.h"
#include "shard/table.h"

enum { PAGE = 4096, HEAD_MAX = 1 << 20 };

struct table {
    const struct file *f;
    uint32_t n, next;
    uint64_t at;                        /* place of sample `next` */
    unsigned char page[4 * PAGE];       /* the table's entries from a multiple of PAGE on */
    uint64_t page_of;                   /* its number; UINT64_MAX: none */
};

static int entry(struct table *t, uint64_t i, uint64_t *place, struct err *e)
{
    if (i / PAGE != t->page_of) {
        uint64_t left = (uint64_t)t->n + 1 - i / PAGE * PAGE;
        if (file_read(t->f, t->page, 4 * (left < PAGE ? left : PAGE), 4 + 4 * (i / PAGE * PAGE),
                      e))
            return -1;
        t->page_of = i / PAGE;
    }
    *place = le_get32(t->page + 4 * (i % PAGE));
    return 0;
}

struct table *table_read(const struct file *f, struct err *e)
{
    unsigned char v[4];
    if (f->size < 8) {
        file_flaw(f, e, "too short for a table of samples");
        return NULL;
    }
    if (file_read(f, v, sizeof v, 0, e))
        return NULL;
    struct table *t = mem_alloc(sizeof *t);
    *t = (struct table){.f = f, .n = le_get32(v), .page_of = UINT64_MAX};
    uint64_t table_end = 8 + 4 * (uint64_t)t->n;
    if (table_end > f->size) {
        file_flaw(f, e, "the number of samples contradicts the size");
    } else if (!entry(t, 0, &t->at, e)) {
        if (t->at >= table_end && t->at <= f->size)
            return t;
        file_flaw(f, e, "the first sample lies outside of the file");
    }
    mem_free(t);
    return NULL;
}

int table_head(struct table *t, struct buf *head, struct err *e)
{
    uint64_t from = 8 + 4 * (uint64_t)t->n, n = t->at - from;
    if (n > HEAD_MAX)
        return file_flaw(t->f, e, "the head is larger than 1 MiB");
    char *p = buf_reserve(head, (size_t)n);
    head->n += (size_t)n;
    return file_read(t->f, p, (size_t)n, from, e);
}

int table_next(struct table *t, uint64_t *from, uint64_t *to, struct err *e)
{
    if (t->next == t->n)
        return t->at == t->f->size ? 0 : file_flaw(t->f, e, "bytes behind the last sample");
    *from = t->at;
    if (entry(t, (uint64_t)t->next + 1, to, e))
        return -1;
    if (*to < *from || *to > t->f->size)
        return file_flaw(t->f, e, "a sample ends before it begins, or behind the file");
    t->at = *to;
    t->next++;
    return 1;
}

void table_close(struct table *t) { mem_free(t); }
