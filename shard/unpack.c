/* The bytes of a file for random access: the file, or, when it is packed whole, an unnamed copy. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "core/codec.h"
#include "core/input.h"
#include "core/mem.h"
#include "shard/layout.h"
#include "shard/reader.h"

enum { CHUNK = 1 << 17 };

static int unnamed(const char *folder, struct err *e)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/tokmill-shard-XXXXXX", folder ? folder : "/tmp");
    int fd = n > 0 && (size_t)n < sizeof path ? mkstemp(path) : -1;
    if (fd < 0)
        return err_errno(e, "cannot make a temporary file in %s", folder ? folder : "/tmp");
    unlink(path);
    return fd;
}

static int put(int fd, const char *p, size_t n, struct err *e)
{
    while (n) {
        ssize_t k = write(fd, p, n);
        if (k < 0)
            return err_errno(e, "cannot write to the temporary file");
        p += k;
        n -= (size_t)k;
    }
    return 0;
}

/* Refuses more than `max` bytes: packed bytes may claim any size. */
static int unpack(const char *path, int fd, uint64_t max, uint64_t *size, struct err *e)
{
    struct input *in = input_open(path, INPUT_WINDOW_DEFAULT, e);
    char *chunk = mem_alloc(CHUNK);
    long n = in ? 0 : -1;
    *size = 0;
    while (in && (n = input_read(in, chunk, CHUNK, e)) > 0) {
        *size += (uint64_t)n;
        if (*size > max)
            n = err_set(e, ERR_DATA, "unpacks to more than %llu bytes", (unsigned long long)max);
        if (n < 0 || put(fd, chunk, (size_t)n, e)) {
            n = -1;
            break;
        }
    }
    mem_free(chunk);
    input_close(in);
    return n < 0 ? -1 : 0;
}

/* Content alone does not tell: a table of 559,903 samples begins as a gzip file does. */
static bool named_packed(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct slice name = slice_str(slash ? slash + 1 : path);
    return slice_find(name, SLICE(".zst")) < name.n || slice_ends(name, SLICE(".gz")) ||
           slice_ends(name, SLICE(".tgz"));
}

int layout_open_bin(struct shard_input *in, uint64_t max, struct err *e)
{
    unsigned char head[16] = {0};
    struct file *f = &in->bin;
    if (file_open(f, in->path, e) ||
        file_read(f, head, f->size < sizeof head ? (size_t)f->size : sizeof head, 0, e))
        return -1;
    enum codec c = codec_recognise(slice_of((const char *)head, sizeof head));
    if (!max || !named_packed(in->path) || (c != CODEC_ZSTD && c != CODEC_GZIP))
        return 0;
    int fd = unnamed(in->wish->tmp, e);
    if (fd < 0)
        return -1;
    close(f->fd);
    f->fd = fd;
    uint64_t limit = in->wish->tmp_max && in->wish->tmp_max < max ? in->wish->tmp_max : max;
    return unpack(in->path, fd, limit, &f->size, e);
}
