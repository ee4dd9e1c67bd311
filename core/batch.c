/* batch - see batch.h. */
#include "core/batch_internal.h"
#include <stdio.h>
#include "core/mem.h"

static const struct slice no_key = {"", 0};

void batch_init(struct batch *b, size_t n_steps)
{
    *b = (struct batch){.serial = 0};
    arena_init(&b->arena);
    chunk_init(&b->chunk);
    buf_init(&b->block, BUF_NO_LIMIT);
    buf_init(&b->out, BUF_NO_LIMIT);
    b->tally = mem_array(n_steps, sizeof *b->tally);
    b->rejects = mem_array(n_steps, sizeof *b->rejects);
    b->attributes = mem_array(n_steps, sizeof *b->attributes);
    for (size_t i = 0; i < n_steps; i++) {
        tally_init(&b->tally[i]);
        buf_init(&b->rejects[i].text, BUF_NO_LIMIT);
        buf_init(&b->attributes[i].text, BUF_NO_LIMIT);
    }
    err_init(&b->err);
}

void batch_free(struct batch *b, size_t n_steps)
{
    for (size_t i = 0; i < n_steps; i++) {
        tally_free(&b->tally[i]);
        buf_free(&b->rejects[i].text);
        buf_free(&b->attributes[i].text);
    }
    mem_free(b->tally);
    mem_free(b->rejects);
    mem_free(b->attributes);
    mem_free(b->pieces);
    mem_free(b->docs);
    mem_free(b->notices);
    mem_free(b->ends);
    mem_free(b->units);
    chunk_free(&b->chunk);
    buf_free(&b->block);
    buf_free(&b->out);
    arena_free(&b->arena);
}

/* Buffers keep their memory, unless one record made them much larger than the rest. */
static void reset_buf(struct buf *b)
{
    if (b->cap > 16 << 20)
        buf_free(b);
    buf_clear(b);
}

static void reset_side(struct side_text *s)
{
    reset_buf(&s->text);
    s->n = 0;
}

void batch_reset(struct batch *b, size_t n_steps)
{
    arena_reset(&b->arena);
    reset_buf(&b->block);
    reset_buf(&b->out);
    b->n = b->n_pieces = b->n_notices = 0;
    b->first_index = 0;
    for (size_t i = 0; i < n_steps; i++) {
        tally_reset(&b->tally[i]);
        reset_side(&b->rejects[i]);
        reset_side(&b->attributes[i]);
    }
    err_init(&b->err);
}

struct arena *batch_arena(struct batch *b) { return &b->arena; }

struct doc *batch_add(struct batch *b)
{
    if (b->n == b->cap) {
        b->cap = b->cap ? 2 * b->cap : 64;
        b->docs = mem_grow_array(b->docs, b->cap, sizeof *b->docs);
    }
    b->docs[b->n] = (struct doc){.arena = &b->arena, .fields = b->fields};
    return &b->docs[b->n++];
}

void batch_place(struct batch *b, uint64_t record, uint64_t at, uint64_t length)
{
    struct doc *d = &b->docs[b->n - 1];
    d->record = record;
    d->at = at;
    d->length = length;
}

void batch_undo(struct batch *b) { b->n--; }

struct piece *batch_piece(struct batch *b)
{
    if (b->n_pieces == b->cap_pieces) {
        b->cap_pieces = b->cap_pieces ? 2 * b->cap_pieces : 8;
        b->pieces = mem_grow_array(b->pieces, b->cap_pieces, sizeof *b->pieces);
    }
    return memset(&b->pieces[b->n_pieces++], 0, sizeof *b->pieces);
}

void batch_notice(struct batch *b, const char *kind, uint64_t record, uint64_t offset,
                  struct slice raw, const char *text, bool damaged)
{
    if (b->n_notices == b->cap_notices) {
        b->cap_notices = b->cap_notices ? 2 * b->cap_notices : 8;
        b->notices = mem_grow_array(b->notices, b->cap_notices, sizeof *b->notices);
    }
    b->notices[b->n_notices++] = (struct notice){
        b->step, kind, arena_copy(&b->arena, b->file), arena_copy(&b->arena, raw),
        arena_copy(&b->arena, slice_str(text)), record, offset, damaged};
    tally_add(&b->tally[b->step], TALLY_BAD, slice_str(kind), no_key, 1, raw.n);
}

static void count_in(struct batch *b)
{
    if (b->bad_counts_in)
        tally_add(&b->tally[b->step], TALLY_IN, no_key, no_key, 1, 0);
}

void batch_bad(struct batch *b, const char *kind, uint64_t record, uint64_t offset,
               struct slice raw, const char *fmt, ...)
{
    char text[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    batch_notice(b, kind, record, offset, raw, text, false);
    count_in(b);
}

void batch_damaged(struct batch *b, const char *kind, uint64_t record, uint64_t offset,
                   const char *fmt, ...)
{
    char text[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    batch_notice(b, kind, record, offset, no_key, text, true);
    count_in(b);
}

void batch_pass(struct batch *b, const char *type)
{
    tally_add(&b->tally[b->step], TALLY_PASSED, slice_str(type), no_key, 1, 0);
}

void batch_repaired(struct batch *b, uint64_t n)
{
    if (n)
        tally_add(&b->tally[b->step], TALLY_REPAIRED, no_key, no_key, n, 0);
}
