/* output - see output.h. The temporary name is unique among hosts, processes and restarts; a list
 * of the open ones lets core/cli.c remove them on a signal. */
#include "core/output.h"
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/mem.h"
#include "core/cleanup.h"

struct output {
    int fd;
    char *path, *tmp;           /* tmp NULL: path is a device or pipe, written to as it is */
    uint64_t size;
    int slot;                   /* in the clean-up list */
    size_t n;
    char bytes[256 << 10];
};

static char *temporary_name(const char *path)
{
    char host[64] = "host";
    const char *job = getenv("SLURM_JOB_ID"), *restart = getenv("SLURM_RESTART_COUNT");
    gethostname(host, sizeof host - 1);
    size_t n = strlen(path) + 200;
    char *tmp = mem_alloc(n);
    snprintf(tmp, n, "%s.tmp.%.40s.%ld.%.20s.%.10s", path, host, (long)getpid(),
             job ? job : "0", restart ? restart : "0");
    return tmp;
}

/* Devices, pipes and sockets (/dev/null, /dev/stdout, a FIFO) are written to, never replaced. */
static bool is_special(const char *path)
{
    struct stat st;
    return !stat(path, &st) && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

/* A link stays one: the file it leads to is replaced. */
static char *resolve(const char *path)
{
    struct stat st;
    char *real = !lstat(path, &st) && S_ISLNK(st.st_mode) ? realpath(path, NULL) : NULL;
    char *out = mem_strdup(real ? real : path);
    free(real);
    return out;
}

struct output *output_open(const char *path, struct err *e)
{
    struct output *o = mem_alloc(sizeof *o);
    bool special = is_special(path);
    o->path = special ? mem_strdup(path) : resolve(path);
    o->tmp = special ? NULL : temporary_name(o->path);
    o->size = o->n = 0;
    o->slot = -1;
    if (!special) {
        cleanup_sweep(o->path);
        o->slot = cleanup_add(o->tmp);
    }
    o->fd = special ? open(path, O_WRONLY | O_CLOEXEC)
                    : open(o->tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (o->fd >= 0)
        return o;
    err_at(e, slice_str(path), ERR_NO_POS, ERR_NO_POS);
    err_errno(e, "cannot create");
    cleanup_forget(o->slot);
    mem_free(o->path);
    mem_free(o->tmp);
    mem_free(o);
    return NULL;
}

static int write_all(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t got = write(fd, p, n);
        if (got < 0 && errno != EINTR)
            return -1;
        if (got > 0) {
            p += got;
            n -= (size_t)got;
        }
    }
    return 0;
}

static int failed(struct output *o, struct err *e, const char *what)
{
    err_errno(e, "%s", what);
    err_at(e, slice_str(o->path), ERR_NO_POS, ERR_NO_POS);
    return -1;
}

static int flush(struct output *o, struct err *e)
{
    if (write_all(o->fd, o->bytes, o->n))
        return failed(o, e, "cannot write");
    o->n = 0;
    return 0;
}

int output_write(struct output *o, const void *p, size_t n, struct err *e)
{
    o->size += n;
    if (n > sizeof o->bytes - o->n) {
        if (flush(o, e))
            return -1;
        if (n >= sizeof o->bytes)
            return write_all(o->fd, p, n) ? failed(o, e, "cannot write") : 0;
    }
    if (n)
        memcpy(o->bytes + o->n, p, n);
    o->n += n;
    return 0;
}

int output_pwrite(struct output *o, const void *p, size_t n, uint64_t at, struct err *e)
{
    const char *from = p;
    if (flush(o, e))
        return -1;
    while (n) {
        ssize_t got = pwrite(o->fd, from, n, (off_t)at);
        if (got < 0 && errno != EINTR)
            return failed(o, e, "cannot write");
        if (got > 0) {
            from += got;
            n -= (size_t)got;
            at += (uint64_t)got;
        }
    }
    return 0;
}

uint64_t output_size(const struct output *o) { return o->size; }

static int sync_folder(const char *path)
{
    char *folder = mem_strdup(path);
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = '\0';
    int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    mem_free(folder);
    if (fd < 0)
        return -1;
    int rc = fsync(fd);
    close(fd);
    return rc && errno != EINVAL ? -1 : 0;
}

static void release(struct output *o)
{
    mem_free(o->path);
    mem_free(o->tmp);
    mem_free(o);
}

int output_commit(struct output *o, struct err *e)
{
    int rc = flush(o, e);
    if (!rc && o->tmp && fsync(o->fd) && errno != EINVAL)
        rc = failed(o, e, "cannot sync");
    int fd = o->fd;
    o->fd = -1;
    if (close(fd) && !rc)
        rc = failed(o, e, "cannot close");
    if (!rc && o->tmp && rename(o->tmp, o->path))
        rc = failed(o, e, "cannot rename into place");
    if (!rc && o->tmp && sync_folder(o->path))
        rc = failed(o, e, "cannot sync the folder");
    if (rc) {
        output_abort(o);
        return -1;
    }
    cleanup_forget(o->slot);
    release(o);
    return 0;
}

void output_abort(struct output *o)
{
    if (!o)
        return;
    if (o->fd >= 0)
        close(o->fd);
    if (o->tmp)
        unlink(o->tmp);
    cleanup_forget(o->slot);
    release(o);
}

int output_mkdir(const char *path, struct err *e)
{
    char *p = mem_strdup(path);
    int rc = 0;
    for (char *slash = p + 1; !rc; slash++) {
        slash = strchr(slash, '/');
        if (slash)
            *slash = '\0';
        if (mkdir(p, 0777) && errno != EEXIST) {
            err_at(e, slice_str(p), ERR_NO_POS, ERR_NO_POS);
            rc = err_errno(e, "cannot make folder");
        }
        if (!slash)
            break;
        *slash = '/';
    }
    mem_free(p);
    return rc;
}
