/* Encoding one text: segments between added tokens, normal forms, pieces, cache, merges.
 * Byte-level vocabularies go through pieces.h, in batches; others, unusual pretokenizers and texts
 * whose spans are wanted go piece by piece. */
#include "tokenize/encode.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "tokenize/load.h"
#include "tokenize/merge.h"
#include "tokenize/pieces.h"

#define ROOM 16                         /* ids that may be written behind the last */
#define FEW 256                         /* places for pieces that are not worth filling */

struct encoder {
    const struct tokenizer *t;
    struct encode_opts o;
    bool search_raw, search_normalized; /* some added token may count */
    struct pretok_work *work;
    struct steps_work *steps;
    struct merger merger;
    struct pieces *pieces;              /* with a bpe_table */
    uint32_t *ids;                      /* the result */
    size_t n, cap;
    struct encoded *texts;              /* of encoder_run_all() */
    size_t n_settled;                   /* of them; n is where their ids end */
    struct span *spans;                 /* by id */
    size_t cap_spans;
    uint32_t *lengths;                  /* of the start symbols of a piece, in bytes */
    size_t cap_lengths;
    struct norm_work norm;
    struct align_buf spare;
};

static bool may_count(const struct encode_opts *o, const struct added_set *set)
{
    for (size_t i = 0; i < set->n; i++)
        if (!set->v[i].special || o->special != SPECIAL_ORDINARY ||
            (o->parsed && o->parsed[set->v[i].id]))
            return true;
    return false;
}

struct encoder *encoder_new(const struct tokenizer *t, const struct encode_opts *o)
{
    struct encoder *e = mem_zero(sizeof *e);
    e->t = t;
    e->o = *o;
    e->search_raw = may_count(o, &t->raw);
    e->search_normalized = may_count(o, &t->normalized);
    e->work = t->pretok ? pretok_work_new(t->pretok) : NULL;
    bool places = o->spans || steps_need_places(&t->steps);
    e->steps = t->cut == CUT_STEPS ? steps_work_new(&t->steps, places) : NULL;
    if (t->table) {
        e->pieces = mem_zero(sizeof *e->pieces);
        pieces_init(e->pieces, t);
    }
    norm_work_init(&e->norm, &t->normalizer, places);
    align_init(&e->spare, places);
    e->ids = mem_alloc(ROOM * sizeof *e->ids);
    e->cap = ROOM;
    return e;
}

void encoder_free(struct encoder *e)
{
    if (!e)
        return;
    pretok_work_free(e->work);
    steps_work_free(e->steps);
    merger_free(&e->merger);
    if (e->pieces)
        pieces_free(e->pieces);
    mem_free(e->pieces);
    mem_free(e->ids);
    mem_free(e->spans);
    mem_free(e->lengths);
    norm_work_free(&e->norm);
    align_free(&e->spare);
    mem_free(e);
}

const struct span *encoder_spans(const struct encoder *e)
{
    return e->spans;
}

/* Room for n more ids. */
static uint32_t *room(struct encoder *e, size_t n)
{
    if (e->n + n > e->cap) {
        e->cap = (e->n + n) * 2 + 1024;
        e->ids = mem_grow_array(e->ids, e->cap, sizeof *e->ids);
        mem_huge(e->ids + e->n, (e->cap - e->n) * sizeof *e->ids);
    }
    return e->ids + e->n;
}

static void set_span(struct encoder *e, size_t i, uint32_t start, uint32_t end)
{
    if (i >= e->cap_spans) {
        e->cap_spans = i * 2 + 1024;
        e->spans = mem_grow_array(e->spans, e->cap_spans, sizeof *e->spans);
    }
    e->spans[i] = (struct span){start, end};
}

/* Puts down the ids of the pieces that wait, and the ends of texts among them. */
static void settle(struct encoder *e)
{
    struct pieces *p = e->pieces;
    if (!p || !p->pending)
        return;
    uint32_t *out = room(e, p->bytes + ROOM);
    size_t n = (size_t)(pieces_flush(p, out) - out);
    for (size_t i = 0; i < p->n_marks; i++)
        e->texts[e->n_settled++].n = e->n + p->marks[i].ids;
    e->n += n;
}

static void put(struct encoder *e, uint32_t id, uint32_t start, uint32_t end)
{
    settle(e);
    *room(e, 1) = id;
    if (e->o.spans)
        set_span(e, e->n, start, end);
    e->n++;
}

/* ---- one piece ---------------------------------------------------------------------------- */

/* Start symbols as they are found. An unknown token waits: the next known character puts it down,
 * and with fuse_unk those that follow are part of it. Byte tokens pass it by, as in the
 * tokenizers library. */
struct symbols {
    struct encoder *e;
    uint32_t *out;
    size_t n;
    uint32_t unknown;                   /* bytes that wait; 0: none */
};

static void add_symbol(struct symbols *s, uint32_t id, uint32_t bytes)
{
    struct encoder *e = s->e;
    if (e->o.spans) {
        if (s->n >= e->cap_lengths) {
            e->cap_lengths = s->n * 2 + 64;
            e->lengths = mem_grow_array(e->lengths, e->cap_lengths, sizeof *e->lengths);
        }
        e->lengths[s->n] = bytes;
    }
    s->out[s->n++] = id;
}

static void flush_unknown(struct symbols *s)
{
    if (s->unknown)
        add_symbol(s, s->e->t->unk, s->unknown);
    s->unknown = 0;
}

static bool add_bytes(struct symbols *s, struct slice c)
{
    const struct tokenizer *t = s->e->t;
    for (size_t i = 0; i < c.n; i++)
        if (t->fallback_id[(unsigned char)c.p[i]] == VOCAB_NONE)
            return false;
    for (size_t i = 0; i < c.n; i++)
        add_symbol(s, t->fallback_id[(unsigned char)c.p[i]], 1);
    return true;
}

/* A byte or character; id: its token or VOCAB_NONE. */
static void add_one(struct symbols *s, struct slice c, uint32_t id)
{
    const struct tokenizer *t = s->e->t;
    if (id != VOCAB_NONE) {
        flush_unknown(s);
        add_symbol(s, id, (uint32_t)c.n);
        return;
    }
    if (t->byte_fallback && add_bytes(s, c))
        return;
    if (t->unk == VOCAB_NONE)
        return;                         /* it vanishes */
    if (!t->fuse_unk)
        flush_unknown(s);
    s->unknown += (uint32_t)c.n;
}

/* Start symbols of a piece; out has room for one a byte. */
static size_t symbols(struct encoder *e, struct slice piece, uint32_t *out)
{
    const struct tokenizer *t = e->t;
    struct symbols s = {e, out, 0, 0};
    if (t->byte_level)
        for (size_t i = 0; i < piece.n; i++)
            add_one(&s, slice_of(piece.p + i, 1), t->vocab.byte_id[(unsigned char)piece.p[i]]);
    for (const char *p = piece.p, *end = p + piece.n; !t->byte_level && p < end;) {
        const char *start = p;
        utf8_next(&p, end);
        struct slice c = slice_of(start, (size_t)(p - start));
        add_one(&s, c, vocab_find(&t->vocab, c));
    }
    flush_unknown(&s);
    return s.n;
}

static size_t merge_piece(struct encoder *e, struct slice piece, uint32_t *out)
{
    if (e->t->whole_piece) {
        uint32_t id = vocab_find(&e->t->vocab, piece);
        if (id != VOCAB_NONE) {
            out[0] = id;
            return 1;
        }
    }
    return merge_ids(&e->t->vocab, &e->merger, out, symbols(e, piece, out));
}

/* Start symbols that a token was merged from. */
static size_t symbols_of(const struct tokenizer *t, uint32_t id)
{
    struct slice s = t->vocab.token[id];
    if (t->byte_level)
        return s.n;
    return id == t->unk || tokenizer_is_byte(t, id) ? 1 : utf8_count(s);
}

/* Spans of the ids from `first` on, which are those of the piece. */
static void set_spans(struct encoder *e, struct aligned piece, size_t first)
{
    size_t at = 0, symbol = 0;
    for (size_t i = first; i < e->n; i++) {
        size_t bytes = 0, n = symbols_of(e->t, e->ids[i]);
        if (e->pieces)
            bytes = n;
        for (size_t k = 0; !e->pieces && e->n - first > 1 && k < n; k++)
            bytes += e->lengths[symbol++];
        size_t end = e->n - first == 1 || at + bytes > piece.s.n ? piece.s.n : at + bytes;
        set_span(e, i, aligned_from(piece, at < piece.s.n ? at : piece.s.n - 1),
                 aligned_to(piece, end > at ? end - 1 : piece.s.n - 1));
        at = end;
    }
}

static void put_piece(struct encoder *e, struct aligned piece)
{
    uint32_t end = (uint32_t)piece.s.n;
    settle(e);
    size_t first = e->n;
    if (e->pieces) {
        pieces_add(e->pieces, piece.s, 0, &end, 1);
        settle(e);
    } else {
        e->n += merge_piece(e, piece.s, room(e, piece.s.n + ROOM));
    }
    if (e->o.spans)
        set_spans(e, piece, first);
}

/* ---- pieces of a segment ------------------------------------------------------------------ */

/* Next place at or behind `from` where a metaspace piece begins. */
static size_t next_meta(struct slice s, size_t from, bool runs)
{
    while (from < s.n) {
        from += slice_find(slice_from(s, from), SLICE(META));
        if (from >= s.n || !runs || from < 3 || memcmp(s.p + from - 3, META, 3) != 0)
            return from;
        from += 3;
    }
    return s.n;
}

/* The next ends of pieces, cut where the vocabulary allows; 0: the pattern gave up. */
static size_t part_ends(struct encoder *e, struct slice s, size_t at, uint32_t *ends, size_t max)
{
    const struct tokenizer *t = e->t;
    const struct cuts *cuts = e->pieces->cuts;
    if (t->cut == CUT_PATTERN)
        return pretok_parts(t->pretok, e->work, cuts, s, at, ends, max);
    if (cuts)
        return cuts_ends(cuts, s, at, s.n, ends, max);
    ends[0] = (uint32_t)s.n;
    return 1;
}

/* Pieces wait until there are many of them, of one text or of several. */
static enum encode_result put_batches(struct encoder *e, struct slice s)
{
    uint32_t ends[BATCH];
    struct pieces *p = e->pieces;
    for (size_t at = 0, n; at < s.n; at = ends[n - 1]) {
        if (p->pending && BATCH - p->n < FEW)
            settle(e);
        n = part_ends(e, s, at, ends, p->pending ? BATCH - p->n : BATCH);
        if (!n)
            return ENCODE_PATTERN;
        pieces_add(p, s, at, ends, n);
    }
    return ENCODE_OK;
}

/* A piece of the steps, brought back to bytes if it is in the byte-level alphabet. */
static bool put_step_piece(void *arg, struct aligned piece)
{
    struct encoder *e = arg;
    if (!e->t->steps.spelled) {
        put_piece(e, piece);
        return true;
    }
    struct align_buf *b = &e->spare;
    const char *p = piece.s.p, *end = p + piece.s.n;
    align_clear(b);
    while (p < end) {
        size_t at = (size_t)(p - piece.s.p);
        char c = (char)byte_level_byte(utf8_next(&p, end));
        align_add(b, &c, 1, aligned_from(piece, at), aligned_to(piece, at));
    }
    put_piece(e, align_view(b));
    return true;
}

static enum encode_result put_segment(struct encoder *e, struct aligned a, bool first)
{
    const struct tokenizer *t = e->t;
    size_t at = 0;
    if (t->cut == CUT_STEPS)
        return steps_run(&t->steps, e->steps, a, first, put_step_piece, e) < 0 ? ENCODE_PATTERN
                                                                               : ENCODE_OK;
    if (e->pieces && !e->o.spans)
        return put_batches(e, a.s);
    while (at < a.s.n) {
        size_t to = a.s.n;
        if (t->cut == CUT_PATTERN)
            to = pretok_next(t->pretok, e->work, a.s, at);
        else if (t->cut != CUT_NONE)
            to = next_meta(a.s, at + 1, t->cut == CUT_META_RUNS);
        if (to <= at)
            return ENCODE_PATTERN;
        put_piece(e, aligned_part(a, at, to));
        at = to;
    }
    return ENCODE_OK;
}

/* The same of a buffer: no piece may wait longer than it lasts. */
static enum encode_result put_copy(struct encoder *e, struct aligned a, bool first)
{
    enum encode_result r = put_segment(e, a, first);
    settle(e);
    return r;
}

/* What the pretokenizer does to a piece before it cuts: a space in front, U+2581 for spaces. */
static enum encode_result put_prepared(struct encoder *e, struct aligned a, bool first)
{
    const struct tokenizer *t = e->t;
    struct slice s = a.s;
    bool space = t->prefix_space && s.n && s.p[0] != ' ';
    if (!s.n || (!space && !t->metaspace))
        return put_segment(e, a, first);
    struct align_buf *b = &e->spare;
    align_clear(b);
    if (space)
        align_prepend(b, " ", 1, a);
    if (!t->metaspace) {
        align_copy(b, a, 0, s.n);
        return put_copy(e, align_view(b), first);
    }
    bool prepend = t->meta_prepend == META_ALWAYS || (t->meta_prepend == META_FIRST && first);
    if (prepend && s.p[0] != ' ' && !slice_starts(s, SLICE(META)))
        align_prepend(b, META, 3, a);
    for (size_t done = 0; done < s.n;) {
        size_t at = done + slice_find_byte(slice_from(s, done), ' ');
        align_copy(b, a, done, at - done);
        if (at < s.n)
            align_add(b, META, 3, aligned_from(a, at), aligned_to(a, at));
        done = at + 1;
    }
    return put_copy(e, align_view(b), first);
}

/* ---- added tokens ------------------------------------------------------------------------- */

typedef enum encode_result (*segment_fn)(struct encoder *, struct aligned, bool first);

static bool counts(const struct encoder *e, const struct added_token *a)
{
    return !a->special || e->o.special == SPECIAL_PARSE || (e->o.parsed && e->o.parsed[a->id]);
}

/* Cuts a text at the added tokens of a set; `between` gets what lies between. A match begins its
 * search behind the last, whatever white space that took: so the library has it. */
static enum encode_result split_added(struct encoder *e, const struct added_set *set,
                                      struct aligned a, bool first, segment_fn between)
{
    size_t done = 0, from = 0, at = 0;
    const struct added_token *t;
    while ((t = added_find(set, a.s, from, &at)) != NULL) {
        from = at + t->content.n;
        if (!counts(e, t)) {
            if (e->o.special == SPECIAL_FORBID)
                return ENCODE_SPECIAL;
            continue;
        }
        if (t->single_word && !added_stands_alone(t, a.s, at))
            continue;
        size_t start = at, stop = from;
        if (t->lstrip)
            start = added_space_before(a.s, at);
        if (start < done)
            start = at < done ? at : done;
        if (t->rstrip)
            stop = added_space_behind(a.s, stop);
        if (start > done) {
            enum encode_result r = between(e, aligned_part(a, done, start), first && done == 0);
            if (r != ENCODE_OK)
                return r;
        }
        put(e, t->id, aligned_from(a, start), aligned_to(a, stop - 1));
        done = stop;
    }
    return done < a.s.n ? between(e, aligned_part(a, done, a.s.n), first && done == 0)
                        : ENCODE_OK;
}

static enum encode_result put_raw(struct encoder *e, struct aligned a, bool first)
{
    const char *was = a.s.p;
    enum encode_result r;
    if (normalize(&e->t->normalizer, &e->norm, &a) < 0)
        return ENCODE_PATTERN;
    if (!e->search_normalized && e->o.special != SPECIAL_FORBID)
        r = put_prepared(e, a, first);
    else
        r = split_added(e, &e->t->normalized, a, first, put_prepared);
    if (a.s.p != was)
        settle(e);                      /* no piece may wait longer than the buffer lasts */
    return r;
}

/* ---- texts -------------------------------------------------------------------------------- */

static enum encode_result put_text(struct encoder *e, struct slice text)
{
    const struct tokenizer *t = e->t;
    struct aligned a = {text, 0, NULL, NULL};
    enum encode_result r = ENCODE_OK;
    if (text.n >= (size_t)1 << 31)
        return ENCODE_LARGE;
    for (size_t i = 0; e->o.add_special && i < t->n_before; i++)
        put(e, t->before[i], 0, 0);
    if (e->search_raw || e->o.special == SPECIAL_FORBID)
        r = split_added(e, &t->raw, a, true, put_raw);
    else if (text.n)
        r = put_raw(e, a, true);
    for (size_t i = 0; e->o.add_special && i < t->n_after; i++)
        put(e, t->after[i], (uint32_t)text.n, (uint32_t)text.n);
    return r;
}

static void end_text(struct encoder *e)
{
    struct pieces *p = e->pieces;
    if (!p) {
        e->texts[e->n_settled++].n = e->n;
        return;
    }
    if (p->pending && p->n_marks == BATCH)
        settle(e);
    pieces_mark(p);
}

void encoder_run_all(struct encoder *e, const struct slice *texts, size_t n, struct encoded *out)
{
    e->n = e->n_settled = 0;
    e->texts = out;
    for (size_t i = 0; i < n; i++) {
        out[i].result = put_text(e, texts[i]);
        end_text(e);
    }
    settle(e);
    for (size_t i = 0, at = 0, end; i < n; i++, at = end) {
        end = out[i].n;
        out[i].ids = e->ids + at;
        out[i].n = out[i].result == ENCODE_OK ? end - at : 0;
    }
}

enum encode_result encoder_run(struct encoder *e, struct slice text, const uint32_t **ids,
                               size_t *n)
{
    struct encoded one;
    encoder_run_all(e, &text, 1, &one);
    *ids = one.ids;
    *n = one.n;
    return one.result;
}
