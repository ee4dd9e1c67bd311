/* tar - see tar.h. After POSIX.1-2017, pax, "ustar Interchange Format". */
#include "shard/tar.h"
#include <stdio.h>

enum { RECORDS_MAX = 1 << 20 };     /* of PAX or of a long name */

void tar_init(struct tar *t, const struct file *f)
{
    *t = (struct tar){.f = f};
    buf_init(&t->name, RECORDS_MAX);
}

void tar_free(struct tar *t)
{
    buf_free(&t->name);
}

static unsigned sum(const unsigned char *h)
{
    unsigned s = 0;
    for (int i = 0; i < TAR_BLOCK; i++)
        s += i >= 148 && i < 156 ? ' ' : h[i];
    return s;
}

/* Octal digits, or, with the top bit set, a binary number (GNU). False when neither. */
static bool number(const unsigned char *p, size_t n, uint64_t *v)
{
    *v = 0;
    if (p[0] & 0x80) {
        for (size_t i = 0; i < n; i++) {
            if (*v >> 48)
                return false;
            *v = *v << 8 | (i ? p[i] : p[i] & 0x7f);
        }
        return true;
    }
    size_t i = 0;
    while (i < n && p[i] == ' ')
        i++;
    for (; i < n && p[i] >= '0' && p[i] <= '7'; i++)
        *v = *v << 3 | (uint64_t)(p[i] - '0');
    return i == n || p[i] == ' ' || p[i] == '\0';
}

static struct slice string(const unsigned char *p, size_t n)
{
    const void *end = memchr(p, 0, n);
    return slice_of((const char *)p, end ? (size_t)((const unsigned char *)end - p) : n);
}

/* "LENGTH KEY=VALUE\n" one after another; path and size are ours. */
static bool pax(struct slice all, struct buf *name, uint64_t *size, bool *has_size)
{
    while (all.n) {
        size_t n = 0, i = 0;
        for (; i < all.n && all.p[i] >= '0' && all.p[i] <= '9' && n < RECORDS_MAX; i++)
            n = 10 * n + (size_t)(all.p[i] - '0');
        if (i == 0 || i >= all.n || all.p[i] != ' ' || n <= i + 2 || n > all.n)
            return false;
        struct slice record = slice_of(all.p + i + 1, n - i - 2), key;
        all = slice_from(all, n);
        if (!slice_next(&record, '=', &key))
            return false;
        if (slice_is(key, "path")) {
            buf_clear(name);
            buf_add_slice(name, record);
        } else if (slice_is(key, "size")) {
            *has_size = record.n > 0 && record.n < 18;
            *size = 0;
            for (size_t k = 0; *has_size && k < record.n; k++) {
                if (record.p[k] < '0' || record.p[k] > '9')
                    return false;
                *size = 10 * *size + (uint64_t)(record.p[k] - '0');
            }
        }
    }
    return true;
}

/* The content of a header for the next member: a long name ('L') or PAX records ('x'). */
static int read_more(struct tar *t, unsigned char kind, uint64_t at, uint64_t size,
                     uint64_t *next_size, bool *has_size, struct err *e)
{
    struct buf b;
    if (size > RECORDS_MAX)
        return file_flaw(t->f, e, "records of a member larger than 1 MiB");
    buf_init(&b, BUF_NO_LIMIT);
    char *p = buf_reserve(&b, (size_t)size + 1);
    int rc = file_read(t->f, p, (size_t)size, at, e);
    if (!rc && kind == 'L') {
        buf_clear(&t->name);
        buf_add_slice(&t->name, string((unsigned char *)p, (size_t)size));
    } else if (!rc && !pax(slice_of(p, (size_t)size), &t->name, next_size, has_size)) {
        rc = file_flaw(t->f, e, "damaged PAX records");
    }
    buf_free(&b);
    return rc;
}

static void take_name(struct tar *t, const unsigned char *h)
{
    struct slice prefix = string(h + 345, 155), name = string(h, 100);
    if (memcmp(h + 257, "ustar\0", 6) == 0 && prefix.n) {
        buf_add_slice(&t->name, prefix);
        buf_add_byte(&t->name, '/');
    }
    buf_add_slice(&t->name, name);
}

int tar_next(struct tar *t, struct tar_member *m, struct err *e)
{
    unsigned char h[TAR_BLOCK];
    uint64_t size, check, told = 0;
    bool has_told = false;
    buf_clear(&t->name);
    for (;;) {
        if (t->next == t->f->size)
            return 0;
        if (t->f->size - t->next < TAR_BLOCK)
            return file_flaw(t->f, e, "the file ends within a header");
        if (file_read(t->f, h, sizeof h, t->next, e))
            return -1;
        if (!h[0])
            return 0;                       /* the block of zeros at the end */
        if (!number(h + 148, 8, &check) || check != sum(h) || !number(h + 124, 12, &size))
            return file_flaw(t->f, e, "a damaged header");
        const bool regular = h[156] == '0' || h[156] == '\0' || h[156] == '7';
        if (regular && has_told)
            size = told;
        uint64_t at = t->next + TAR_BLOCK;
        if (size > t->f->size - at)
            return file_flaw(t->f, e, "a member is longer than the file");
        uint64_t end = at + (size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
        t->next = end < t->f->size ? end : t->f->size;
        if (h[156] == 'x' || h[156] == 'L') {
            if (read_more(t, h[156], at, size, &told, &has_told, e))
                return -1;
            continue;
        }
        if (!t->name.n)
            take_name(t, h);
        if (regular) {
            *m = (struct tar_member){buf_slice(&t->name), at, size};
            return 1;
        }
        buf_clear(&t->name);
        has_told = false;
    }
}

void tar_header(unsigned char block[TAR_BLOCK], struct slice name, uint64_t size)
{
    char *b = (char *)block;
    memset(block, 0, TAR_BLOCK);
    memcpy(block, name.p, name.n);
    snprintf(b + 100, 8, "%07o", 0644);
    snprintf(b + 108, 8, "%07o", 0);
    snprintf(b + 116, 8, "%07o", 0);
    snprintf(b + 124, 12, "%011llo", (unsigned long long)size);
    snprintf(b + 136, 12, "%011o", 0);
    block[156] = '0';
    memcpy(block + 257, "ustar\0" "00", 8);
    snprintf(b + 148, 8, "%06o", sum(block));
    block[155] = ' ';
}
