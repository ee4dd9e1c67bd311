/* temp - see temp.h. */
#include "core/temp.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "core/mem.h"

enum { BUFFER = 256 << 10 };

struct temp {
    int fd;
    uint64_t size, max;             /* size counts what is still in the buffer */
    size_t n;
    char *buffer;
};

struct temp *temp_new(const char *folder, uint64_t max, struct err *e)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/tokmill-XXXXXX", folder ? folder : "/tmp");
    if (n < 0 || (size_t)n >= sizeof path) {
        err_set(e, ERR_IO, "name of the temporary folder is too long");
        return NULL;
    }
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0) {
        err_errno(e, "cannot make a temporary file in %s", folder ? folder : "/tmp");
        return NULL;
    }
    unlink(path);
    struct temp *t = mem_zero(sizeof *t);
    t->fd = fd;
    t->max = max;
    t->buffer = mem_alloc(BUFFER);
    return t;
}

static int write_all(int fd, const char *p, size_t n, struct err *e)
{
    while (n > 0) {
        ssize_t k = write(fd, p, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return err_errno(e, "temporary file");
        p += k;
        n -= (size_t)k;
    }
    return 0;
}

int temp_seal(struct temp *t, struct err *e)
{
    size_t n = t->n;
    t->n = 0;
    return write_all(t->fd, t->buffer, n, e);
}

int temp_add(struct temp *t, const void *p, size_t n, struct err *e)
{
    if (t->max && t->size + n > t->max)
        return err_set(e, ERR_NOMEM, "temporary space: more than %" PRIu64 " bytes are needed, "
                       "--tmp-max is %" PRIu64, t->size, t->max);
    t->size += n;
    if (t->n + n > BUFFER && temp_seal(t, e))
        return -1;
    if (n > BUFFER)
        return write_all(t->fd, p, n, e);
    memcpy(t->buffer + t->n, p, n);
    t->n += n;
    return 0;
}

uint64_t temp_size(const struct temp *t) { return t->size; }

int temp_read(const struct temp *t, uint64_t at, void *to, size_t n, struct err *e)
{
    char *p = to;
    while (n > 0) {
        ssize_t k = pread(t->fd, p, n, (off_t)at);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return err_errno(e, "temporary file");
        if (k == 0)
            return err_set(e, ERR_IO, "temporary file: it became shorter");
        p += k;
        at += (uint64_t)k;
        n -= (size_t)k;
    }
    return 0;
}

void temp_free(struct temp *t)
{
    if (!t)
        return;
    close(t->fd);
    mem_free(t->buffer);
    mem_free(t);
}
