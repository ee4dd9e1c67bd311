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
    char *path, *tmp;           /* tmp NULL: path is no file, written directly */
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

static void release(struct output *o)
{
    cleanup_forget(o->slot);
    mem_free(o->path);
    mem_free(o->tmp);
    mem_free(o);
}

/* The file that is to be replaced: the target of a link, else the path itself. */
static char *final_name(const char *path)
{
    struct stat st;
    char *target = !lstat(path, &st) && S_ISLNK(st.st_mode) ? realpath(path, NULL) : NULL;
    char *name = mem_strdup(target ? target : path);
    free(target);
    return name;
}

static int open_file(struct output *o, struct err *e)
{
    struct stat st;
    bool exists = !stat(o->path, &st);
    if (exists && S_ISDIR(st.st_mode))
        return err_set(e, ERR_USAGE, "is a folder");
    if (exists && !S_ISREG(st.st_mode)) {
        o->fd = open(o->path, O_WRONLY | O_CLOEXEC);
    } else {
        o->tmp = temporary_name(o->path);
        if (cleanup_holds(o->tmp))
            return err_set(e, ERR_USAGE, "two outputs of one command have this name");
        cleanup_sweep(o->path);
        o->slot = cleanup_add(o->tmp);
        o->fd = open(o->tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (o->fd < 0 && errno == EEXIST && !unlink(o->tmp))     /* of an earlier process */
            o->fd = open(o->tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    }
    return o->fd < 0 ? err_errno(e, "cannot create") : 0;
}

struct output *output_open(const char *path, struct err *e)
{
    struct output *o = mem_alloc(sizeof *o);
    o->path = final_name(path);
    o->tmp = NULL;
    o->size = o->n = 0;
    o->slot = -1;
    if (!open_file(o, e))
        return o;
    err_at(e, slice_str(path), ERR_NO_POS, ERR_NO_POS);
    release(o);
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

int output_commit(struct output *o, struct err *e)
{
    int rc = flush(o, e);
    if (!rc && fsync(o->fd) && errno != EINVAL)
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
    release(o);
}

static int make_folder(const char *path)
{
    struct stat st;
    if (!mkdir(path, 0777))
        return 0;
    if (errno != EEXIST || stat(path, &st))
        return -1;
    errno = ENOTDIR;
    return S_ISDIR(st.st_mode) ? 0 : -1;
}

int output_whole(const char *path, struct slice bytes, struct err *e)
{
    if (!path || !strcmp(path, "-"))
        return write_all(STDOUT_FILENO, bytes.p, bytes.n) ? err_errno(e, "standard output") : 0;
    struct output *o = output_open(path, e);
    if (!o)
        return -1;
    if (!output_write(o, bytes.p, bytes.n, e))
        return output_commit(o, e);
    output_abort(o);
    return -1;
}

int output_mkdir(const char *path, struct err *e)
{
    char *p = mem_strdup(path);
    int rc = 0;
    for (char *slash = p + 1; !rc; slash++) {
        slash = strchr(slash, '/');
        if (slash)
            *slash = '\0';
        if (make_folder(p)) {
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
