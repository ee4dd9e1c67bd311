/* feed - see feed.h. */
#include "core/feed.h"
#include <sys/stat.h>
#include "core/entries.h"
#include "core/input.h"
#include "core/lines.h"
#include "core/mem.h"
#include "core/splitter.h"

enum { BATCH_BYTES = 1 << 20, ROUND_BYTES = 4 << 20, HEAD_BYTES = 64 << 10, BATCH_PIECES = 4096 };

struct feed {
    const struct chain *chain;
    const struct stage *source;
    const void *conf;
    size_t next_input;              /* index of the operand to open next */
    struct splitter *splitter;      /* inputs cut at record ends */
    struct entries *entries;        /* whole-file sources */
    struct hasher *hash;            /* of the operand at hand, when the chain keeps account */
    bool by_records;                /* files are cut by source.split */
    bool in_file;                   /* one of them is open, not at its end */
    struct buf name, entry;         /* of the operand; of the file in it */
    struct buf file;                /* its bytes; by records: those not given yet */
    uint64_t record, offset;        /* of file.p[0] in it */
    bool skipping;                  /* in an oversize record, up to the next newline */
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
    buf_init(&f->name, 1 << 16);
    buf_init(&f->entry, 1 << 16);
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
    if (!source->source.entries)
        f->splitter = splitter_new(c, source, conf);
    else
        f->by_records = source->source.by_records && source->source.by_records(conf);
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
    splitter_free(f->splitter);
    entries_close(f->entries);
    if (f->cursor)
        spool_cursor_free(f->cursor);
    hasher_free(f->hash);
    buf_free(&f->name);
    buf_free(&f->entry);
    buf_free(&f->file);
    mem_free(f);
}

void feed_position(const struct feed *f, uint64_t *stored_at, uint64_t *stored_size)
{
    *stored_at = f->splitter ? splitter_stored_at(f->splitter) : f->stored_done;
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

/* ---- whole files ---------------------------------------------------------------------------- */

/* The pieces' bytes lie one after the other in block, which may move until it is complete. */
static void add_entry(struct feed *f, struct batch *b, struct slice name, size_t n)
{
    struct piece *p = batch_piece(b);
    p->name = arena_copy(&b->arena, name);
    p->fallback_source = p->name;
    p->record = f->record;
    p->offset = f->offset;
    p->max_record = f->by_records ? f->chain->max_record : 0;
    p->bytes.n = n;
    buf_add(&b->block, f->file.p, n);
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

/* Whole: the file's bytes are one piece, or it is too large. */
static int whole_file(struct feed *f, struct batch *b, struct slice name, struct err *e)
{
    uint64_t most = f->chain->max_record;
    buf_clear(&f->file);
    int rc = entries_read(f->entries, &f->file, most + 1, e);
    see(f, buf_slice(&f->file));
    if (rc >= 0 && f->file.n > most)
        batch_bad(b, "oversize", 1, 0, slice_of("", 0), "file larger than --max-record");
    else if (rc >= 0)
        add_entry(f, b, name, f->file.n);
    return rc < 0 ? -1 : 0;
}

static void skip_oversize(struct feed *f, struct batch *b)
{
    f->skipping = lines_skip_oversize(b, &f->file, f->skipping, f->chain->max_record,
                                      &f->record, &f->offset);
}

/* By records: the next stretch of the file, cut at the end of a record; what is left over stays in
 * f->file. 1: the file goes on. */
static int part_of_file(struct feed *f, struct batch *b, struct slice name, struct err *e)
{
    size_t had = f->file.n, used = 0;
    uint64_t records = 0;
    int more = entries_read(f->entries, &f->file, had + BATCH_BYTES, e);
    if (more < 0)
        return -1;
    see(f, slice_from(buf_slice(&f->file), had));
    if (f->skipping)
        skip_oversize(f, b);
    if (!f->skipping && f->source->source.split(f->conf, buf_slice(&f->file), !more, &used,
                                                &records, e))
        return -1;
    if (used)
        add_entry(f, b, name, used);
    f->record += records;
    f->offset += used;
    buf_drop_front(&f->file, used);
    if (f->file.n > f->chain->max_record)
        skip_oversize(f, b);
    return more;
}

/* 1: there is a file at hand, open; 0: the operand has ended; -1: error. */
static int open_entry(struct feed *f, struct slice *name, struct err *e)
{
    int rc = 1;
    if (!f->in_file) {
        rc = entries_next(f->entries, name, e);
        if (slice_is(*name, "-"))
            *name = buf_slice(&f->name);
        buf_clear(&f->entry);
        buf_add_slice(&f->entry, *name);
        buf_clear(&f->file);
        f->record = 1;
        f->offset = 0;
        f->skipping = false;
    }
    *name = buf_slice(&f->entry);
    return rc;
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
        f->entries = entries_open(path, f->chain->o.input_root, (int)f->chain->o.window_log);
    }
    err_init(&e);
    int rc = open_entry(f, &name, &e);
    b->file = name.n ? name : buf_slice(&f->name);
    b->input = f->next_input - 1;
    if (rc == 0)
        seen_whole(f);
    if (rc == 1) {
        int more = f->by_records ? part_of_file(f, b, name, &e) : whole_file(f, b, name, &e);
        f->in_file = more > 0;
        rc = more < 0 ? -1 : 1;
    }
    if (rc < 0 && e.kind == ERR_DATA)
        batch_damaged(b, "container", ERR_NO_POS, e.offset, "%s", e.text);
    else if (rc < 0)
        b->err = e;
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
    return f->splitter ? splitter_next(f->splitter, b) : next_entries(f, b);
}

void feed_decode(struct feed *f, struct batch *b)
{
    if (f->splitter && !b->chunk.done && b->err.kind == ERR_NONE)
        chunk_decode(&b->chunk, ROUND_BYTES);
}

void feed_join(struct feed *f, struct batch *b)
{
    if (f->splitter)
        splitter_join(f->splitter, b, ROUND_BYTES);
}

bool feed_needs_join(const struct feed *f) { return f->splitter != NULL; }
