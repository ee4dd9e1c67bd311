/* input - see input.h. */
#include "core/input.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/codec.h"
#include "core/mem.h"

enum { BLOCK = 256 << 10 };

struct input {
    int fd;
    bool close_fd, eof;         /* eof: nothing more to read from fd */
    enum codec codec;
    struct decoder *decoder;
    bool inside;                /* in the middle of a member */
    bool started;               /* a codec was chosen */
    char *path;
    uint64_t size, at, decoded; /* stored size, stored bytes read, decoded bytes given */
    size_t from, n;             /* unread stored bytes: block[from..n) */
    char block[BLOCK];
};

static int fill(struct input *in, struct err *e)
{
    if (in->eof)
        return 0;
    if (in->from) {
        memmove(in->block, in->block + in->from, in->n - in->from);
        in->n -= in->from;
        in->from = 0;
    }
    while (in->n < BLOCK) {
        ssize_t got = read(in->fd, in->block + in->n, BLOCK - in->n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_errno(e, "cannot read");
        if (got == 0)
            in->eof = true;
        in->n += (size_t)got;
        in->at += (uint64_t)got;
        if (got == 0 || in->n >= BLOCK / 2 || in->inside || in->started)
            break;
    }
    return 0;
}

static struct slice unread(const struct input *in)
{
    return slice_of(in->block + in->from, in->n - in->from);
}

static int damaged(struct input *in, struct err *e, const char *what)
{
    err_set(e, ERR_DATA, "%s data %s", codec_name(in->codec), what);
    err_at(e, slice_str(in->path), ERR_NO_POS, in->decoded);
    return -1;
}

static bool only_zeros(const char *p, size_t n)
{
    while (n && !p[n - 1])
        n--;
    return n == 0;
}

/* Between members: what follows must be another one of the same codec, or the end. */
static int next_member(struct input *in, bool *end, struct err *e)
{
    if (in->n - in->from < 16 && fill(in, e))
        return -1;
    size_t left = in->n - in->from;
    *end = left == 0;
    if (*end)
        return 0;
    if (codec_recognise(unread(in)) == in->codec) {
        in->inside = true;
        return decoder_begin(in->decoder, e);
    }
    if (in->eof && only_zeros(in->block + in->from, left)) {    /* padding, as tapes leave it */
        in->from = in->n;
        *end = true;
        return 0;
    }
    return damaged(in, e, "is followed by other bytes");
}

long input_read(struct input *in, void *p, size_t n, struct err *e)
{
    size_t used, made;
    bool member_end, at_end;
    for (;;) {
        if (in->codec != CODEC_PLAIN && !in->inside) {
            if (next_member(in, &at_end, e))
                return -1;
            if (at_end)
                return 0;
        }
        if (in->from == in->n && fill(in, e))
            return -1;
        if (in->codec == CODEC_PLAIN && in->from == in->n)
            return 0;
        bool starved = in->from == in->n;
        if (decoder_step(in->decoder, unread(in), p, n, &used, &made, &member_end))
            return damaged(in, e, "is damaged");
        in->from += used;
        in->decoded += made;
        if (member_end)
            in->inside = false;
        if (made)
            return (long)made;
        if (starved && in->eof && in->inside)
            return damaged(in, e, "ends in the middle of a member");
    }
}

struct input *input_open(const char *path, int window_log, struct err *e)
{
    bool standard = !path || !strcmp(path, "-");
    struct input *in = mem_zero(sizeof *in);
    struct stat st;
    in->path = mem_strdup(standard ? "standard input" : path);
    in->close_fd = !standard;
    in->fd = standard ? 0 : open(path, O_RDONLY | O_CLOEXEC);
    if (in->fd < 0)
        err_errno(e, "cannot open");
    else if (!fstat(in->fd, &st) && S_ISREG(st.st_mode))
        in->size = (uint64_t)st.st_size;
    if (in->fd >= 0 && !fill(in, e)) {
        in->codec = codec_recognise(unread(in));
        in->started = true;
        if ((in->decoder = decoder_new(in->codec, window_log, e)))
            return in;
    }
    err_at(e, slice_str(in->path), ERR_NO_POS, ERR_NO_POS);
    input_close(in);
    return NULL;
}

bool input_is_plain(const struct input *in) { return in->codec == CODEC_PLAIN; }
uint64_t input_stored_size(const struct input *in) { return in->size; }
uint64_t input_stored_at(const struct input *in) { return in->at; }

void input_close(struct input *in)
{
    if (!in)
        return;
    if (in->close_fd && in->fd >= 0)
        close(in->fd);
    decoder_free(in->decoder);
    mem_free(in->path);
    mem_free(in);
}

struct slice input_base_name(struct slice name)
{
    static const char *const suffixes[] = {".gz", ".zst", ".bz2", ".xz", ".zstd", ".bz"};
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (slice_ends(name, slice_str(suffixes[i])) && name.n > strlen(suffixes[i]))
            return slice_upto(name, name.n - strlen(suffixes[i]));
    return name;
}
