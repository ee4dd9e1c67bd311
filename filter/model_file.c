#include "filter/model_file.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/input.h"

static int read_whole(struct model_file *f, const char *path, struct err *e)
{
    struct input *in = input_open(path, INPUT_WINDOW_MAX, e);
    long got = -1;
    while (in) {
        char *room = buf_reserve(&f->memory, 1 << 20);
        got = input_read(in, room, 1 << 20, e);
        if (got <= 0)
            break;
        f->memory.n += (size_t)got;
    }
    input_close(in);
    f->bytes = buf_slice(&f->memory);
    return got < 0 ? -1 : 0;
}

/* True when the file is a plain one and now mapped. */
static bool map_plain(struct model_file *f, const char *path)
{
    struct err ignored;
    struct stat st;
    err_init(&ignored);
    struct input *in = input_open(path, INPUT_WINDOW_MAX, &ignored);
    bool plain = in && input_is_plain(in);
    input_close(in);
    int fd = plain ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return false;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
        void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (p != MAP_FAILED) {
            f->map = p;
            f->map_n = (size_t)st.st_size;
            f->bytes = slice_of(p, f->map_n);
        }
    }
    close(fd);
    return f->map != NULL;
}

int model_file_open(struct model_file *f, const char *path, struct err *e)
{
    *f = (struct model_file){{"", 0}, NULL, 0, {0}};
    buf_init(&f->memory, BUF_NO_LIMIT);
    if (map_plain(f, path))
        return 0;
    if (read_whole(f, path, e)) {
        err_at(e, slice_str(path), ERR_NO_POS, ERR_NO_POS);
        return -1;
    }
    return 0;
}

void model_file_close(struct model_file *f)
{
    if (f->map)
        munmap(f->map, f->map_n);
    f->map = NULL;
    buf_free(&f->memory);
}

const char *cursor_take(struct cursor *c, uint64_t n)
{
    const char *p = c->p;
    if (c->bad || n > cursor_left(c)) {
        c->bad = true;
        c->p = c->end;
        return NULL;
    }
    c->p += n;
    return p;
}

uint8_t cursor_u8(struct cursor *c)
{
    const char *p = cursor_take(c, 1);
    return p ? (uint8_t)*p : 0;
}

int32_t cursor_i32(struct cursor *c)
{
    const char *p = cursor_take(c, 4);
    int32_t v = 0;
    if (p)
        memcpy(&v, p, sizeof v);
    return v;
}

int64_t cursor_i64(struct cursor *c)
{
    const char *p = cursor_take(c, 8);
    int64_t v = 0;
    if (p)
        memcpy(&v, p, sizeof v);
    return v;
}

struct slice cursor_str(struct cursor *c)
{
    const char *nul = cursor_left(c) ? memchr(c->p, 0, cursor_left(c)) : NULL;
    if (!nul) {
        c->bad = true;
        c->p = c->end;
        return (struct slice){"", 0};
    }
    struct slice s = {c->p, (size_t)(nul - c->p)};
    c->p = nul + 1;
    return s;
}
