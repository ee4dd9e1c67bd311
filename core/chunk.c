/* chunk - see chunk.h. */
#include "core/chunk.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include "core/mem.h"

enum { MORE_BYTES = 256 << 10, OUT_BYTES = 256 << 10, HEAD_BYTES = 16 };

void chunk_init(struct chunk *c)
{
    *c = (struct chunk){.fd = -1};
    buf_init(&c->stored, BUF_NO_LIMIT);
    buf_init(&c->decoded, BUF_NO_LIMIT);
    buf_init(&c->more, MORE_BYTES);
    err_init(&c->err);
}

void chunk_free(struct chunk *c)
{
    chunk_reset(c);
    decoder_free(c->decoder);
    buf_free(&c->stored);
    buf_free(&c->decoded);
    buf_free(&c->more);
    mem_free(c->members);
}

void chunk_reset(struct chunk *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    buf_clear(&c->stored);
    buf_clear(&c->decoded);
    buf_clear(&c->more);
    c->at = c->more_at = c->n_members = 0;
    c->resume = c->more_from = 0;
    c->ends = c->is_stream = c->done = c->inside = c->to_end = false;
    err_init(&c->err);
}

/* ---- where stored bytes come from ------------------------------------------------------------ */

static bool in_stored(const struct chunk *c) { return c->at < c->stored.n; }

static uint64_t position(const struct chunk *c)
{
    return c->fd < 0 || in_stored(c) ? c->stored_at + c->at
                                     : c->more_from - (c->more.n - c->more_at);
}

static int read_on_from(struct chunk *c, uint64_t place)
{
    if (c->fd < 0)
        c->fd = open(c->path, O_RDONLY | O_CLOEXEC);
    if (c->fd < 0)
        return err_errno(&c->err, "cannot open");
    c->at = c->stored.n;
    buf_clear(&c->more);
    c->more_at = 0;
    c->more_from = place;
    return 0;
}

/* Bytes to decode next; empty at the end of the chunk, or of the file when reading on. */
static int next_bytes(struct chunk *c, struct slice *in)
{
    if (in_stored(c)) {
        *in = slice_from(buf_slice(&c->stored), c->at);
        return 0;
    }
    *in = slice_of("", 0);
    if (c->fd < 0)
        return 0;
    if (c->more.n - c->more_at < HEAD_BYTES) {
        buf_drop_front(&c->more, c->more_at);
        c->more_at = 0;
        for (ssize_t got = 1; c->more.n < HEAD_BYTES && got > 0;) {
            size_t room = MORE_BYTES - c->more.n;
            got = pread(c->fd, buf_reserve(&c->more, room), room, (off_t)c->more_from);
            if (got < 0 && errno != EINTR)
                return err_errno(&c->err, "cannot read");
            c->more.n += got > 0 ? (size_t)got : 0;
            c->more_from += got > 0 ? (uint64_t)got : 0;
        }
    }
    *in = slice_from(buf_slice(&c->more), c->more_at);
    return 0;
}

static void consume(struct chunk *c, size_t n)
{
    if (in_stored(c))
        c->at += n;
    else
        c->more_at += n;
}

/* ---- members -------------------------------------------------------------------------------- */

static int damaged(struct chunk *c, const char *what)
{
    return err_set(&c->err, ERR_DATA, "%s data %s", codec_name(c->codec), what);
}

static bool only_zeros(struct slice s)
{
    while (s.n && !s.p[s.n - 1])
        s.n--;
    return s.n == 0;
}

static void note_member(struct chunk *c)
{
    if (c->n_members == c->cap_members) {
        c->cap_members = c->cap_members ? 2 * c->cap_members : 64;
        c->members = mem_grow_array(c->members, c->cap_members, sizeof *c->members);
    }
    c->members[c->n_members++] = (struct member_at){c->decoded.n, position(c), 0};
}

static void end_member(struct chunk *c)
{
    if (c->n_members)
        c->members[c->n_members - 1].length = position(c) - c->members[c->n_members - 1].stored;
}

static int need_decoder(struct chunk *c)
{
    if (c->decoder && c->decoder_codec == c->codec)
        return 0;
    decoder_free(c->decoder);
    c->decoder = decoder_new(c->codec, c->window_log, &c->err);
    c->decoder_codec = c->codec;
    return c->decoder ? 0 : -1;
}

/* A gzip member that lies in the chunk as a whole and decodes to no more than `limit` bytes is
 * decoded at once, two to three times as fast. Its size is not known before: room is reserved for
 * the largest, and memory that is not written costs nothing. */
static bool whole_member(struct chunk *c, struct slice in, size_t limit)
{
    size_t used, made;
    if (!in_stored(c) || c->codec != CODEC_GZIP)
        return false;
    char *to = buf_reserve(&c->decoded, limit);
    if (!decoder_whole(c->decoder, in, to, limit, &used, &made))
        return false;
    c->decoded.n += made;
    consume(c, used);
    end_member(c);
    return true;
}

/* Between members: another one of the same codec, or the end. */
static int next_member(struct chunk *c, size_t limit)
{
    struct slice in;
    bool near_cut = in_stored(c) && c->stored.n - c->at < HEAD_BYTES && !c->ends;
    if (c->fd >= 0 && !in_stored(c) && !c->to_end) {
        c->resume = position(c);        /* the member that went past the chunk has ended */
        c->done = true;
        return 0;
    }
    if (near_cut && read_on_from(c, position(c)))
        return -1;
    if (next_bytes(c, &in))
        return -1;
    c->done = in.n == 0;
    if (c->done)
        return 0;
    if (codec_recognise(in) != c->codec) {
        c->done = (c->ends || c->fd >= 0) && only_zeros(in);    /* padding, as tapes leave it */
        return c->done ? 0 : damaged(c, "is followed by other bytes");
    }
    if (need_decoder(c))
        return -1;
    note_member(c);
    if (whole_member(c, in, limit))
        return 0;
    c->inside = true;
    return decoder_begin(c->decoder, &c->err);
}

static int inside_member(struct chunk *c)
{
    struct slice in;
    size_t used, made;
    bool end;
    if (!in_stored(c) && c->fd < 0 && !c->ends && read_on_from(c, c->stored_at + c->stored.n))
        return -1;
    if (next_bytes(c, &in))
        return -1;
    bool starved = in.n == 0;
    char *to = buf_reserve(&c->decoded, OUT_BYTES);
    int rc = decoder_step(c->decoder, in, to, OUT_BYTES, &used, &made, &end);
    c->decoded.n += made;
    if (rc)
        return damaged(c, "is damaged");
    consume(c, used);
    c->inside = !end;
    if (end)
        end_member(c);
    return starved && !made && !end ? damaged(c, "ends in the middle of a member") : 0;
}

void chunk_decode(struct chunk *c, size_t limit)
{
    buf_clear(&c->decoded);
    c->n_members = 0;
    while (!c->done && c->decoded.n < limit)
        if (c->inside ? inside_member(c) : next_member(c, limit))
            c->done = true;
}

void chunk_restart(struct chunk *c, uint64_t stored, bool to_end)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    c->done = c->inside = false;
    err_init(&c->err);
    c->to_end = to_end;
    c->resume = 0;
    buf_clear(&c->decoded);
    c->n_members = 0;
    if (stored < c->stored_at + c->stored.n)
        c->at = stored - c->stored_at;
    else if (read_on_from(c, stored))
        c->done = true;
}
