/* Reads with pread(): a file cut short under us is an error and not a signal, as with a mapping. */
#include "shard/file.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/mem.h"

int file_open(struct file *f, const char *path, struct err *e)
{
    struct stat st;
    f->path = mem_strdup(path);
    f->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (f->fd < 0 || fstat(f->fd, &st))
        return err_errno(e, "%s: cannot open", path);
    if (!S_ISREG(st.st_mode))
        return err_set(e, ERR_IO, "%s: not a regular file", path);
    f->size = (uint64_t)st.st_size;
    return 0;
}

void file_close(struct file *f)
{
    if (f->fd >= 0)
        close(f->fd);
    mem_free(f->path);
    *f = (struct file){.fd = -1};
}

int file_flaw(const struct file *f, struct err *e, const char *what)
{
    err_set(e, ERR_VERIFY, "%s", what);
    err_at(e, slice_str(f->path), ERR_NO_POS, ERR_NO_POS);
    return -1;
}

int file_read(const struct file *f, void *p, size_t n, uint64_t at, struct err *e)
{
    char *to = p;
    while (n) {
        ssize_t k = pread(f->fd, to, n, (off_t)at);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return err_errno(e, "%s: cannot read", f->path);
        if (k == 0)
            return file_flaw(f, e, "the file ends early");
        to += k;
        at += (uint64_t)k;
        n -= (size_t)k;
    }
    return 0;
}
