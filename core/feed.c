/* feed - see feed.h. */
#include "core/feed.h"
#include <sys/stat.h>
#include "core/entries.h"
#include "core/input.h"
#include "core/mem.h"

enum { BATCH_BYTES = 1 << 20, HEAD_BYTES = 64 << 10, BATCH_PIECES = 4096 };

struct feed {
    const struct chain *chain;
    const struct stage *source;
    const void *conf;
    size_t next_input;              /* index of the operand to open next */
    struct input *in;               /* split sources: the one being read */
    struct entries *entries;        /* whole-file sources */
    struct buf carry;               /* decoded, not yet cut off */
    struct hasher *hash;            /* of the operand at hand, when the chain keeps account */
    struct buf head, name, file;    /* file: bytes of one entry */
    bool skipping;                  /* in an oversize record, up to the next newline */
    uint64_t record, offset;        /* of carry's first byte */
    uint64_t stored_done, stored_size;
    struct step *pull;
    struct job *job;
    bool pull_end;
    struct spool *spool;
    struct spool_cursor *cursor;
    uint64_t block;
};

static struct feed *new_feed(void)
{
    struct feed *f = mem_zero(sizeof *f);
    buf_init(&f->carry, BUF_NO_LIMIT);
    buf_init(&f->head, HEAD_BYTES);
    buf_init(&f->name, 1 << 16);
    buf_init(&f->file, BUF_NO_LIMIT);
    return f;
}

static uint64_t total_size(const struct opt_list *inputs)
{
    uint64_t sum = 0;
    struct stat st;
    for (size_t i = 0; i < inputs->n; i++)
        if (!stat(inputs->v[i], &st) && S_ISREG(st.st_mode))
            sum += (uint64_t)st.st_size;
    return sum;
}

struct feed *feed_inputs(const struct chain *c, const struct stage *source, const void *conf)
{
    struct feed *f = new_feed();
    f->chain = c;
    f->source = source;
    f->conf = conf;
    f->stored_size = total_size(&c->inputs);
    return f;
}

struct feed *feed_pull(struct step *s, struct job *j)
{
    struct feed *f = new_feed();
    f->pull = s;
    f->job = j;
    return f;
}

struct feed *feed_spool(struct spool *docs)
{
    struct feed *f = new_feed();
    f->spool = docs;
    f->cursor = spool_cursor_new();
    return f;
}

void feed_free(struct feed *f)
{
    if (!f)
        return;
    input_close(f->in);
    entries_close(f->entries);
    if (f->cursor)
        spool_cursor_free(f->cursor);
    hasher_free(f->hash);
    buf_free(&f->carry);
    buf_free(&f->head);
    buf_free(&f->name);
    buf_free(&f->file);
    mem_free(f);
}

void feed_position(const struct feed *f, uint64_t *stored_at, uint64_t *stored_size)
{
    *stored_at = f->stored_done + (f->in ? input_stored_at(f->in) : 0);
    *stored_size = f->stored_size;
}

static bool has_operand(const struct feed *f)
{
    size_t n = f->chain->inputs.n;
    return f->next_input < (n ? n : 1) && !f->chain->no_units;
}

/* The operand at hand; standard input when there is none. NULL behind the last one. */
static const char *next_operand(struct feed *f)
{
    size_t n = f->chain->inputs.n;
    if (!has_operand(f))
        return NULL;
    return n ? f->chain->inputs.v[f->next_input++] : (f->next_input++, "-");
}

static void set_name(struct feed *f, const char *path)
{
    const struct chain_opts *o = &f->chain->o;
    buf_clear(&f->name);
    buf_add_slice(&f->name, chain_input_name(path, o->input_root, o->input_name));
}

/* The content of the operand at hand goes into the account that its unit's mark gives of it. */
static void see(struct feed *f, struct slice bytes)
{
    if (!f->chain->seen)
        return;
    if (!f->hash)
        f->hash = hasher_new();
    hasher_add(f->hash, bytes.p, bytes.n);
    f->chain->seen[f->next_input - 1].bytes += bytes.n;
}

static void seen_whole(struct feed *f)
{
    if (!f->chain->seen)
        return;
    see(f, slice_of("", 0));
    struct input_seen *seen = &f->chain->seen[f->next_input - 1];
    seen->hash = hasher_value(f->hash);
    seen->whole = true;
    hasher_free(f->hash);
    f->hash = NULL;
}

/* ---- inputs cut at record ends -------------------------------------------------------------- */

static int open_next(struct feed *f, struct err *e)
{
    const char *path = next_operand(f);
    if (!path)
        return 0;
    set_name(f, path);
    buf_clear(&f->carry);
    buf_clear(&f->head);
    f->record = 1;
    f->offset = 0;
    f->skipping = false;
    f->in = input_open(path, (int)f->chain->o.window_log, e);
    return f->in ? 1 : -1;
}

static void close_input(struct feed *f)
{
    f->stored_done += input_stored_at(f->in);
    input_close(f->in);
    f->in = NULL;
}

/* Reads until carry holds `wanted` bytes. 1: more may come; 0: end of input; -1: error. */
static int read_upto(struct feed *f, size_t wanted, struct err *e)
{
    while (f->carry.n < wanted) {
        char *to = buf_reserve(&f->carry, 256 << 10);
        long n = input_read(f->in, to, 256 << 10, e);
        if (n <= 0)
            return (int)n;
        if (f->head.n < HEAD_BYTES) {
            size_t room = HEAD_BYTES - f->head.n;
            buf_add(&f->head, to, (size_t)n < room ? (size_t)n : room);
        }
        see(f, slice_of(to, (size_t)n));
        f->carry.n += (size_t)n;
    }
    return 1;
}

/* Moves the first `used` bytes of carry into the batch as one piece. */
static void cut_piece(struct feed *f, struct batch *b, size_t used, uint64_t records)
{
    struct buf block = b->block;
    b->block = f->carry;
    f->carry = block;
    buf_clear(&f->carry);
    buf_add(&f->carry, b->block.p + used, b->block.n - used);
    b->block.n = used;
    struct piece *p = batch_piece(b);
    p->name = arena_copy(&b->arena, buf_slice(&f->name));
    p->head = arena_copy(&b->arena, buf_slice(&f->head));
    p->fallback_source = p->name;
    p->bytes = buf_slice(&b->block);
    p->record = f->record;
    p->offset = f->offset;
    f->record += records;
    f->offset += used;
}

static void forget(struct feed *f, size_t n)
{
    buf_drop_front(&f->carry, n);
    f->offset += n;
}

/* A record longer than --max-record: noted as bad once, then passed over to the next newline. */
static void skip_oversize(struct feed *f, struct batch *b)
{
    if (!f->skipping) {
        b->file = buf_slice(&f->name);
        batch_bad(b, "oversize", f->record, f->offset, slice_upto(buf_slice(&f->carry), 256),
                  "record larger than --max-record (%llu bytes)",
                  (unsigned long long)f->chain->max_record);
    }
    size_t nl = slice_find_byte(buf_slice(&f->carry), '\n');
    f->skipping = nl == f->carry.n;
    forget(f, nl + !f->skipping);
    f->record += !f->skipping;
}

static int next_pieces(struct feed *f, struct batch *b)
{
    size_t wanted = BATCH_BYTES;
    for (;;) {
        int more;
        size_t used = 0;
        uint64_t records = 0;
        if (!f->in && (more = open_next(f, &b->err)) <= 0)
            return more < 0;
        struct err read_err;
        err_init(&read_err);
        more = read_upto(f, wanted, &read_err);
        if (f->skipping)
            skip_oversize(f, b);
        if (!f->skipping && f->carry.n &&
            f->source->source.split(f->conf, buf_slice(&f->carry), more == 0, &used, &records,
                                    &b->err)) {
            err_at(&b->err, buf_slice(&f->name), f->record, f->offset);
            return 1;
        }
        if (more == 0 && !f->skipping && used < f->carry.n)
            used = f->carry.n;
        if (used)
            cut_piece(f, b, used, records);
        else if (more > 0 && f->carry.n > f->chain->max_record)
            skip_oversize(f, b);
        if (more < 0) {
            b->file = buf_slice(&f->name);
            if (read_err.kind == ERR_DATA)
                batch_damaged(b, "container", f->record, read_err.offset, "%s", read_err.text);
            else
                b->err = read_err;
        }
        b->input = f->next_input - 1;
        if (more == 0)
            seen_whole(f);
        if (more <= 0)
            close_input(f);
        if (used || more < 0 || b->n_notices)
            return 1;
        if (more > 0)
            wanted = f->skipping ? BATCH_BYTES : 2 * wanted;
        else
            wanted = BATCH_BYTES;
    }
}

/* ---- whole files ---------------------------------------------------------------------------- */

/* The pieces' bytes lie one after the other in block, which may move until it is complete. */
static void add_entry(struct feed *f, struct batch *b, struct slice name)
{
    struct piece *p = batch_piece(b);
    p->name = arena_copy(&b->arena, name);
    p->fallback_source = p->name;
    p->record = 1;
    p->bytes.n = f->file.n;
    buf_add_slice(&b->block, buf_slice(&f->file));
}

static void settle_entries(struct batch *b)
{
    size_t at = 0;
    for (size_t i = 0; i < b->n_pieces; i++) {
        struct piece *p = &b->pieces[i];
        p->bytes.p = b->block.p ? b->block.p + at : "";
        p->head = slice_upto(p->bytes, HEAD_BYTES);
        at += p->bytes.n;
    }
}

static int next_entry(struct feed *f, struct batch *b)
{
    struct slice name = {"", 0};
    struct err e;
    if (!f->entries) {
        const char *path = next_operand(f);
        if (!path)
            return 0;
        set_name(f, path);
        f->entries = entries_open(path, f->chain->o.input_root, (int)f->chain->o.window_log,
                                  f->chain->max_record);
    }
    err_init(&e);
    int rc = entries_next(f->entries, &name, &f->file, &e);
    if (slice_is(name, "-"))
        name = buf_slice(&f->name);
    b->file = name.n ? name : buf_slice(&f->name);
    b->input = f->next_input - 1;
    if (rc == 1)
        see(f, buf_slice(&f->file));
    if (rc == 1)
        add_entry(f, b, name);
    if (rc == 2)
        batch_bad(b, "oversize", 1, 0, slice_of("", 0), "file larger than --max-record");
    if (rc < 0 && e.kind == ERR_DATA)
        batch_damaged(b, "container", ERR_NO_POS, e.offset, "%s", e.text);
    else if (rc < 0)
        b->err = e;
    if (rc == 0)
        seen_whole(f);
    if (rc <= 0) {
        entries_close(f->entries);
        f->entries = NULL;
    }
    return rc <= 0 && f->chain->unit_of_input ? 0 : 1;
}

static int next_entries(struct feed *f, struct batch *b)
{
    /* An operand without files gives nothing; where units matter, a batch is of one operand. */
    do {
        int rc = 1;
        while (rc && b->block.n < BATCH_BYTES && b->n_pieces < BATCH_PIECES &&
               b->err.kind == ERR_NONE)
            rc = next_entry(f, b);
    } while (!b->n_pieces && !b->n_notices && b->err.kind == ERR_NONE &&
             (f->entries || has_operand(f)));
    settle_entries(b);
    return b->n_pieces || b->n_notices || b->err.kind != ERR_NONE;
}

/* ---- spool and pull ------------------------------------------------------------------------- */

static int next_block(struct feed *f, struct batch *b)
{
    struct slice bytes;
    uint64_t count;
    if (f->block == spool_blocks(f->spool))
        return 0;
    if (spool_block(f->spool, f->cursor, f->block++, &bytes, &b->first_index, &count, &b->err))
        return 1;
    buf_add_slice(&b->block, bytes);
    struct piece *p = batch_piece(b);
    p->bytes = buf_slice(&b->block);
    p->name = SLICE("spool");
    p->record = 1;
    return 1;
}

static int pull_more(struct feed *f, struct batch *b)
{
    if (f->pull_end)
        return 0;
    f->job->arena = &b->arena;
    f->job->err = &b->err;
    f->job->tally = &b->tally[b->step];
    if (f->pull->stage->pull(f->pull->conf, f->job, b, &f->pull_end))
        f->pull_end = true;
    return b->n || b->n_notices || b->err.kind != ERR_NONE || !f->pull_end;
}

int feed_next(struct feed *f, struct batch *b)
{
    if (f->spool)
        return next_block(f, b);
    if (f->pull)
        return pull_more(f, b);
    return f->source->source.entries ? next_entries(f, b) : next_pieces(f, b);
}
