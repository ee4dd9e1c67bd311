/* splitter - see splitter.h. */
#include "core/splitter.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/input.h"
#include "core/lines.h"
#include "core/mem.h"

enum { PLAIN_BYTES = 1 << 20, STORED_BYTES = 256 << 10, STORED_MAX = 8 << 20,
       HEAD_BYTES = 64 << 10, NAME_CHECK_BYTES = 4 << 10 };

struct splitter {
    const struct chain *chain;
    const struct stage *source;
    const void *conf;
    /* reading: splitter_next() */
    size_t next_input;              /* index of the operand to open next */
    int fd;                         /* of an input that can be cut, or -1 */
    enum codec codec;
    uint64_t at;                    /* stored bytes handed out */
    struct input *stream;           /* one that cannot */
    uint64_t stream_from;
    uint64_t stored_done;
    /* joining: splitter_join() */
    size_t input;                   /* the operand at hand; SIZE_MAX: none yet */
    bool dead;                      /* damaged: nothing of it counts any more */
    uint64_t resume;                /* a chunk that starts before this place was cut wrongly */
    struct buf carry;               /* decoded, not yet cut off */
    size_t try_at;                  /* do not split again before carry has this many bytes */
    bool skipping;                  /* in an oversize record, up to the next newline */
    uint64_t record, offset;        /* of carry's first byte */
    struct member_at last_member;   /* of the piece before */
    uint64_t decoded_at;            /* place in the decoded input of the round at hand */
    struct hasher *hash;            /* of the content, when the chain keeps account */
    struct buf head, name;
};

struct splitter *splitter_new(const struct chain *c, const struct stage *source, const void *conf)
{
    struct splitter *s = mem_zero(sizeof *s);
    s->chain = c;
    s->source = source;
    s->conf = conf;
    s->fd = -1;
    s->input = SIZE_MAX;
    buf_init(&s->carry, BUF_NO_LIMIT);
    buf_init(&s->head, HEAD_BYTES);
    buf_init(&s->name, 1 << 16);
    return s;
}

void splitter_free(struct splitter *s)
{
    if (!s)
        return;
    if (s->fd >= 0)
        close(s->fd);
    input_close(s->stream);
    hasher_free(s->hash);
    buf_free(&s->carry);
    buf_free(&s->head);
    buf_free(&s->name);
    mem_free(s);
}

/* ---- reading -------------------------------------------------------------------------------- */

static const char *path_of(const struct splitter *s, size_t input)
{
    return s->chain->inputs.n ? s->chain->inputs.v[input] : "-";
}

static bool is_open(const struct splitter *s) { return s->fd >= 0 || s->stream; }

static int read_at(int fd, struct buf *out, size_t n, uint64_t at, struct err *e)
{
    char *to = buf_reserve(out, n);
    while (n) {
        ssize_t got = pread(fd, to, n, (off_t)at);
        if (got < 0 && errno != EINTR)
            return err_errno(e, "cannot read");
        if (got == 0)
            return 0;               /* the end of the file */
        if (got > 0) {
            to += got;
            n -= (size_t)got;
            at += (uint64_t)got;
            out->n += (size_t)got;
        }
    }
    return 1;
}

static int open_stream(struct splitter *s, const char *path, uint64_t from, struct err *e)
{
    s->stream = input_open_at(path, from, (int)s->chain->o.window_log, e);
    s->stream_from = from;
    return s->stream ? 0 : -1;
}

/* Regular files of codecs with members are cut; everything else is a stream. */
static int open_input(struct splitter *s, const char *path, struct err *e)
{
    struct stat st;
    struct buf head;
    int rc = 0;
    s->at = 0;
    if (!strcmp(path, "-") || stat(path, &st) || !S_ISREG(st.st_mode))
        return open_stream(s, path, 0, e);
    s->fd = open(path, O_RDONLY | O_CLOEXEC);
    buf_init(&head, NAME_CHECK_BYTES);
    if (s->fd < 0)
        rc = err_errno(e, "cannot open");
    else if (read_at(s->fd, &head, NAME_CHECK_BYTES, 0, e) < 0)
        rc = -1;
    s->codec = codec_recognise(buf_slice(&head));
    bool in_order = s->codec != CODEC_PLAIN &&
                    (!codec_can_cut(s->codec) || codec_has_dictionary(buf_slice(&head)));
    if (!rc && s->codec == CODEC_PLAIN)
        rc = input_check_plain(path, buf_slice(&head), e);
    buf_free(&head);
    err_at(e, rc ? slice_str(path) : slice_of("", 0), ERR_NO_POS, ERR_NO_POS);
    if (!rc && in_order) {
        close(s->fd);
        s->fd = -1;
        rc = open_stream(s, path, 0, e);
    }
    return rc;
}

static void close_input(struct splitter *s)
{
    s->stored_done += s->stream ? input_stored_at(s->stream) + s->stream_from : s->at;
    input_close(s->stream);
    if (s->fd >= 0)
        close(s->fd);
    s->stream = NULL;
    s->fd = -1;
}

static int next_of_stream(struct splitter *s, struct chunk *c, struct err *e)
{
    c->stored_at = s->stream_from;
    c->is_stream = true;
    while (c->decoded.n < PLAIN_BYTES) {
        size_t room = PLAIN_BYTES - c->decoded.n;
        long n = input_read(s->stream, buf_reserve(&c->decoded, room), room, &c->err);
        if (n <= 0) {
            c->ends = true;
            break;
        }
        c->decoded.n += (size_t)n;
    }
    c->done = true;
    if (c->err.kind != ERR_NONE && c->err.kind != ERR_DATA)
        *e = c->err;
    return 0;
}

/* Whole members, as the codec can tell; a member larger than STORED_MAX makes the rest a stream. */
static int next_members(struct splitter *s, struct chunk *c, struct err *e)
{
    for (size_t want = STORED_BYTES;; want *= 2) {
        int more = read_at(s->fd, &c->stored, want - c->stored.n, s->at + c->stored.n, e);
        if (more < 0)
            return -1;
        size_t cut = more ? codec_cut(s->codec, buf_slice(&c->stored)) : c->stored.n;
        c->ends = !more;
        if (cut || !more) {
            c->stored.n = cut;
            return 0;
        }
        if (want >= STORED_MAX)
            break;
    }
    buf_clear(&c->stored);
    close(s->fd);
    s->fd = -1;
    return open_stream(s, c->path, s->at, e) ? -1 : next_of_stream(s, c, e);
}

static int next_plain(struct splitter *s, struct chunk *c, struct err *e)
{
    int more = read_at(s->fd, &c->decoded, PLAIN_BYTES, s->at, e);
    c->done = true;
    c->ends = more == 0;
    return more < 0 ? -1 : 0;
}

int splitter_next(struct splitter *s, struct batch *b)
{
    struct chunk *c = &b->chunk;
    size_t n = s->chain->inputs.n ? s->chain->inputs.n : 1;
    chunk_reset(c);
    if (!is_open(s)) {
        if (s->next_input >= n || s->chain->no_units)
            return 0;
        if (open_input(s, path_of(s, s->next_input++), &b->err))
            return 1;
    }
    b->input = c->input = s->next_input - 1;
    c->path = path_of(s, c->input);
    c->codec = s->codec;
    c->window_log = (int)s->chain->o.window_log;
    c->stored_at = s->at;
    int rc = s->stream ? next_of_stream(s, c, &b->err)
             : s->codec == CODEC_PLAIN ? next_plain(s, c, &b->err)
                                       : next_members(s, c, &b->err);
    if (rc)
        err_at(&b->err, slice_str(c->path), ERR_NO_POS, ERR_NO_POS);
    s->at += c->stored.n + (s->codec == CODEC_PLAIN ? c->decoded.n : 0);
    if (c->ends || rc)
        close_input(s);
    return 1;
}

uint64_t splitter_stored_at(const struct splitter *s)
{
    return s->stored_done + (s->stream ? s->stream_from + input_stored_at(s->stream)
                             : s->fd >= 0 ? s->at : 0);
}

/* ---- joining -------------------------------------------------------------------------------- */

static void begin_input(struct splitter *s, const struct chunk *c)
{
    const struct chain_opts *o = &s->chain->o;
    s->input = c->input;
    s->dead = s->skipping = false;
    s->resume = 0;
    s->record = 1;
    s->offset = 0;
    s->last_member = (struct member_at){0, 0, 0};
    s->try_at = 0;
    buf_clear(&s->carry);
    buf_clear(&s->head);
    buf_clear(&s->name);
    buf_add_slice(&s->name, chain_input_name(c->path, o->input_root, o->input_name));
    hasher_free(s->hash);
    s->hash = s->chain->seen ? hasher_new() : NULL;
}

/* A chunk cut where no member starts is decoded anew from where one does. A stream that began there
 * is read anew to its end; what the feed decoded of it does not count. */
static void realign(struct splitter *s, struct chunk *c, size_t limit)
{
    uint64_t behind = c->stored_at + c->stored.n;
    if (c->codec == CODEC_PLAIN || c->stored_at >= s->resume)
        return;
    if (c->is_stream || s->resume < behind || c->ends) {
        chunk_restart(c, s->resume, c->is_stream);
        chunk_decode(c, limit);
        s->resume = 0;
    } else {
        buf_clear(&c->decoded);
        err_init(&c->err);
        c->done = true;
    }
}

/* The content goes into the account that the unit's mark gives of its inputs. */
static void see(struct splitter *s, const struct chunk *c, bool at_end)
{
    if (!s->hash)
        return;
    struct input_seen *seen = &s->chain->seen[c->input];
    hasher_add(s->hash, c->decoded.p, c->decoded.n);
    seen->bytes += c->decoded.n;
    seen->hash = hasher_value(s->hash);
    seen->whole = at_end;
}

static void skip_oversize(struct splitter *s, struct batch *b)
{
    s->skipping = lines_skip_oversize(b, &s->carry, s->skipping, s->chain->max_record,
                                      &s->record, &s->offset);
    s->try_at = 0;
}

static void swap_bufs(struct buf *a, struct buf *b)
{
    struct buf t = *a;
    *a = *b;
    *b = t;
}

/* The piece may begin in a member of the chunk before: the last one of that stands in front. */
static void give_members(struct splitter *s, struct batch *b, struct piece *p,
                         const struct member_at *members, size_t n)
{
    struct member_at *v = arena_alloc(&b->arena, (n + 1) * sizeof *v);
    v[0] = s->last_member;
    for (size_t i = 0; i < n; i++)
        v[i + 1] = (struct member_at){members[i].decoded + s->decoded_at, members[i].stored,
                                      members[i].length};
    p->members = v;
    p->n_members = n + 1;
    s->last_member = v[n];
}

/* Moves the first `used` bytes of carry into the batch as one piece. */
static void cut_piece(struct splitter *s, struct batch *b, size_t used, uint64_t records)
{
    swap_bufs(&b->block, &s->carry);
    buf_clear(&s->carry);
    buf_add(&s->carry, b->block.p + used, b->block.n - used);
    b->block.n = used;
    struct piece *p = batch_piece(b);
    p->name = arena_copy(&b->arena, buf_slice(&s->name));
    p->path = path_of(s, s->input);
    p->head = arena_copy(&b->arena, buf_slice(&s->head));
    p->fallback_source = p->name;
    p->bytes = buf_slice(&b->block);
    p->record = s->record;
    p->offset = s->offset;
    p->max_record = s->chain->max_record;
    p->is_stored_plain = b->chunk.codec == CODEC_PLAIN && !b->chunk.is_stream;
    if (s->chain->o.origin == ORIGIN_FULL && !p->is_stored_plain && !b->chunk.is_stream)
        give_members(s, b, p, b->chunk.members, b->chunk.n_members);
    s->record += records;
    s->offset += used;
    s->try_at = 0;
}

/* Bytes to have before splitting again: a long record must not be searched again and again. */
static size_t next_try(const struct splitter *s)
{
    size_t twice = 2 * s->carry.n, most = s->chain->max_record + 1;
    return twice < most ? twice : most;
}

static int split(struct splitter *s, struct batch *b, bool at_end)
{
    size_t used = 0;
    uint64_t records = 0;
    if (s->skipping)
        skip_oversize(s, b);
    if (s->skipping || !s->carry.n || (s->carry.n < s->try_at && !at_end))
        return 0;
    if (s->source->source.split(s->conf, buf_slice(&s->carry), at_end, &used, &records, &b->err)) {
        err_at(&b->err, buf_slice(&s->name), s->record, s->offset);
        return -1;
    }
    if (at_end && used < s->carry.n)
        used = s->carry.n;
    if (used)
        cut_piece(s, b, used, records);
    else if (s->carry.n > s->chain->max_record)
        skip_oversize(s, b);
    else
        s->try_at = next_try(s);
    return 0;
}

static void add_head(struct splitter *s, const struct chunk *c)
{
    if (s->head.n < HEAD_BYTES)
        buf_add_slice(&s->head, slice_upto(buf_slice(&c->decoded), HEAD_BYTES - s->head.n));
}

void splitter_join(struct splitter *s, struct batch *b, size_t limit)
{
    struct chunk *c = &b->chunk;
    if (b->err.kind != ERR_NONE)
        return;
    if (s->input != c->input)
        begin_input(s, c);
    if (s->dead) {
        c->done = true;
        return;
    }
    realign(s, c, limit);
    bool damaged = c->err.kind != ERR_NONE, at_end = (c->ends || c->to_end) && c->done && !damaged;
    b->file = buf_slice(&s->name);
    add_head(s, c);
    see(s, c, at_end);
    s->decoded_at = s->offset + s->carry.n;
    uint64_t decoded = s->decoded_at + c->decoded.n;
    if (s->carry.n)
        buf_add_slice(&s->carry, buf_slice(&c->decoded));
    else
        swap_bufs(&s->carry, &c->decoded);
    if (c->resume)
        s->resume = c->resume;
    if (split(s, b, at_end))
        return;
    if (c->err.kind == ERR_DATA)
        batch_damaged(b, "container", s->record, decoded, "%s", c->err.text);
    else if (damaged)
        b->err = c->err;
    s->dead = damaged || (c->to_end && c->done);
}
