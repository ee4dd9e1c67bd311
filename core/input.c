/* input - see input.h. */
#include "core/input.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/codec.h"
#include "core/mem.h"
#include "core/utf8.h"

enum { BLOCK = 256 << 10, MAGIC_MAX = 16 };

struct input {
    int fd;
    bool close_fd, eof;         /* eof: nothing more to read from fd */
    enum codec codec;
    struct decoder *decoder;
    bool inside;                /* in the middle of a member */
    bool broken;                /* damage met, to be told when what came before it was given */
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

/* Enough stored bytes to recognise a magic number, unless the file ends before. */
static int fill_magic(struct input *in, struct err *e)
{
    while (in->n - in->from < MAGIC_MAX && !in->eof)
        if (fill(in, e))
            return -1;
    return 0;
}

/* Zeros up to the end of the file are padding, as tapes and block devices leave it. */
static int skip_padding(struct input *in, struct err *e)
{
    while (in->n > in->from && only_zeros(in->block + in->from, in->n - in->from)) {
        in->from = in->n;
        if (fill_magic(in, e))
            return -1;
    }
    return in->n > in->from ? damaged(in, e, "is followed by other bytes") : 0;
}

/* Between members: what follows must be another one of the same codec, or the end. */
static int next_member(struct input *in, bool *end, struct err *e)
{
    if (fill_magic(in, e))
        return -1;
    size_t left = in->n - in->from;
    *end = !left || codec_recognise(unread(in)) != in->codec;
    if (*end)
        return skip_padding(in, e);
    in->inside = true;
    return decoder_begin(in->decoder, e);
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
        if (in->broken)
            return damaged(in, e, "is damaged");
        in->broken = decoder_step(in->decoder, unread(in), p, n, &used, &made, &member_end) != 0;
        in->decoded += made;
        if (in->broken && !made)
            continue;
        in->from += used;
        if (member_end)
            in->inside = false;
        if (made)
            return (long)made;
        if (starved && in->eof && in->inside)
            return damaged(in, e, "ends in the middle of a member");
    }
}

static const struct { struct slice suffix; enum codec codec; } suffixes[] = {
    {{".gz", 3}, CODEC_GZIP}, {{".zst", 4}, CODEC_ZSTD}, {{".bz2", 4}, CODEC_BZIP2},
    {{".xz", 3}, CODEC_XZ}, {{".lz4", 4}, CODEC_LZ4}, {{".zstd", 5}, CODEC_ZSTD},
    {{".bz", 3}, CODEC_BZIP2}};

static bool looks_like_text(struct slice s)
{
    size_t good = utf8_valid_upto(s);
    if (s.n - good > 3)                         /* the block may end inside a character */
        return false;
    for (size_t i = 0; i < good; i++)
        if ((unsigned char)s.p[i] < ' ' && !memchr("\t\n\v\f\r", s.p[i], 5))
            return false;
    return true;
}

int input_check_plain(const char *path, struct slice head, struct err *e)
{
    struct slice name = slice_str(path);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        if (!slice_ends(name, suffixes[i].suffix) || name.n == suffixes[i].suffix.n)
            continue;
        bool cut = head.n < 4 || (head.n < 10 && slice_starts(head, SLICE("BZh")));
        if (cut || !looks_like_text(head))
            return err_set(e, ERR_DATA, "named %s, but is no %s data", suffixes[i].suffix.p,
                           codec_name(suffixes[i].codec));
        return 0;
    }
    return 0;
}

struct input *input_open(const char *path, int window_log, struct err *e)
{
    return input_open_at(path, 0, window_log, e);
}

struct input *input_open_at(const char *path, uint64_t from, int window_log, struct err *e)
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
    if (in->fd >= 0 && from && lseek(in->fd, (off_t)from, SEEK_SET) < 0)
        err_errno(e, "cannot seek");
    else if (in->fd >= 0 && !fill(in, e)) {
        in->codec = codec_recognise(unread(in));
        in->started = true;
        if ((in->codec != CODEC_PLAIN || !input_check_plain(in->path, unread(in), e)) &&
            (in->decoder = decoder_new(in->codec, window_log, e)))
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
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (slice_ends(name, suffixes[i].suffix) && name.n > suffixes[i].suffix.n)
            return slice_upto(name, name.n - suffixes[i].suffix.n);
    return name;
}
