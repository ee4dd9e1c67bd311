/* Encoding one text: segments between added tokens, normal forms, pieces, cache, merges.
 * Byte-level vocabularies go through pieces.h, in batches; others merge piece by piece. */
#include "tokenize/encode.h"
#include <stdlib.h>
#include <utf8proc.h>
#include "core/mem.h"
#include "core/utf8.h"
#include "tokenize/load.h"
#include "tokenize/merge.h"
#include "tokenize/pieces.h"

#define ROOM 16                         /* ids that may be written behind the last */

struct encoder {
    const struct tokenizer *t;
    enum special_mode mode;
    bool add_special;
    struct pretok_work *work;
    struct merger merger;
    struct pieces *pieces;              /* with a bpe_table */
    uint32_t *ids;                      /* the result */
    size_t n, cap;
    struct buf norm, spare;
};

struct encoder *encoder_new(const struct tokenizer *t, enum special_mode mode, bool add_special)
{
    struct encoder *e = mem_zero(sizeof *e);
    e->t = t;
    e->mode = mode;
    e->add_special = add_special;
    e->work = t->pretok ? pretok_work_new(t->pretok) : NULL;
    if (t->table) {
        e->pieces = mem_zero(sizeof *e->pieces);
        pieces_init(e->pieces, t);
    }
    buf_init(&e->norm, BUF_NO_LIMIT);
    buf_init(&e->spare, BUF_NO_LIMIT);
    return e;
}

void encoder_free(struct encoder *e)
{
    if (!e)
        return;
    pretok_work_free(e->work);
    merger_free(&e->merger);
    if (e->pieces)
        pieces_free(e->pieces);
    mem_free(e->pieces);
    mem_free(e->ids);
    buf_free(&e->norm);
    buf_free(&e->spare);
    mem_free(e);
}

/* Room for n more ids. */
static uint32_t *room(struct encoder *e, size_t n)
{
    if (e->n + n > e->cap) {
        e->cap = (e->n + n) * 2 + 1024;
        e->ids = mem_grow_array(e->ids, e->cap, sizeof *e->ids);
    }
    return e->ids + e->n;
}

static void put(struct encoder *e, uint32_t id)
{
    *room(e, 1) = id;
    e->n++;
}

/* ---- one piece ---------------------------------------------------------------------------- */

/* A character that is no token: its bytes, or the unknown token, or nothing. */
static size_t unknown(const struct tokenizer *t, struct slice c, uint32_t *out, bool *after_unk)
{
    if (t->byte_fallback) {
        bool whole = true;
        for (size_t i = 0; i < c.n; i++)
            whole = whole && t->fallback_id[(unsigned char)c.p[i]] != VOCAB_NONE;
        if (whole) {
            for (size_t i = 0; i < c.n; i++)
                out[i] = t->fallback_id[(unsigned char)c.p[i]];
            *after_unk = false;
            return c.n;
        }
    }
    if (t->unk == VOCAB_NONE || (t->fuse_unk && *after_unk))
        return 0;
    *after_unk = true;
    out[0] = t->unk;
    return 1;
}

/* Start symbols of a piece; out has room for one a byte. */
static size_t symbols(const struct tokenizer *t, struct slice piece, uint32_t *out)
{
    const struct vocab *v = &t->vocab;
    size_t n = 0;
    bool after_unk = false;
    if (t->byte_level) {
        for (size_t i = 0; i < piece.n; i++) {
            uint32_t id = v->byte_id[(unsigned char)piece.p[i]];
            if (id != VOCAB_NONE) {
                out[n++] = id;
                after_unk = false;
            } else if (t->unk != VOCAB_NONE && !(t->fuse_unk && after_unk)) {
                out[n++] = t->unk;
                after_unk = true;
            }
        }
        return n;
    }
    const char *p = piece.p, *end = p + piece.n;
    while (p < end) {
        const char *start = p;
        utf8_next(&p, end);
        struct slice c = slice_of(start, (size_t)(p - start));
        uint32_t id = vocab_find(v, c);
        if (id != VOCAB_NONE) {
            out[n++] = id;
            after_unk = false;
        } else {
            n += unknown(t, c, out + n, &after_unk);
        }
    }
    return n;
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
    return merge_ids(&e->t->vocab, &e->merger, out, symbols(e->t, piece, out));
}

/* ---- cached pieces -------------------------------------------------------------------------- */

/* `end` is the end of readable memory behind the piece. */
static void put_piece(struct encoder *e, struct slice piece)
{
    e->n += merge_piece(e, piece, room(e, piece.n));
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
static size_t part_ends(struct encoder *e, struct slice s, size_t at, uint32_t ends[BATCH])
{
    const struct tokenizer *t = e->t;
    const struct cuts *cuts = e->pieces->cuts;
    if (t->cut == CUT_PATTERN)
        return pretok_parts(t->pretok, e->work, cuts, s, at, ends, BATCH);
    if (cuts)
        return cuts_ends(cuts, s, at, s.n, ends, BATCH);
    ends[0] = (uint32_t)s.n;
    return 1;
}

static enum encode_result put_batches(struct encoder *e, struct slice s)
{
    uint32_t ends[BATCH];
    for (size_t at = 0, n; at < s.n; at = ends[n - 1]) {
        n = part_ends(e, s, at, ends);
        if (!n)
            return ENCODE_PATTERN;
        uint32_t *out = room(e, ends[n - 1] - at + ROOM);
        e->n += (size_t)(pieces_encode(e->pieces, s, at, ends, n, out) - out);
    }
    return ENCODE_OK;
}

static enum encode_result put_segment(struct encoder *e, struct slice s)
{
    const struct tokenizer *t = e->t;
    size_t at = 0;
    if (e->pieces)
        return put_batches(e, s);
    while (at < s.n) {
        size_t to = s.n;
        if (t->cut == CUT_PATTERN)
            to = pretok_next(t->pretok, e->work, s, at);
        else if (t->cut != CUT_NONE)
            to = next_meta(s, at + 1, t->cut == CUT_META_RUNS);
        if (to <= at)
            return ENCODE_PATTERN;
        put_piece(e, slice_of(s.p + at, to - at));
        at = to;
    }
    return ENCODE_OK;
}

/* What the pretokenizer does to a piece before it cuts: a space in front, U+2581 for spaces. */
static enum encode_result put_prepared(struct encoder *e, struct slice s, bool first)
{
    const struct tokenizer *t = e->t;
    bool space = t->prefix_space && s.n && s.p[0] != ' ';
    if (!s.n || (!space && !t->metaspace))
        return put_segment(e, s);
    struct buf *b = &e->spare;
    buf_clear(b);
    if (space)
        buf_add_byte(b, ' ');
    if (!t->metaspace) {
        buf_add_slice(b, s);
        return put_segment(e, buf_slice(b));
    }
    bool prepend = t->meta_prepend == META_ALWAYS || (t->meta_prepend == META_FIRST && first);
    if (prepend && s.p[0] != ' ' && !slice_starts(s, SLICE(META)))
        buf_add_str(b, META);
    while (s.n) {
        size_t at = slice_find_byte(s, ' ');
        buf_add_slice(b, slice_upto(s, at));
        if (at < s.n)
            buf_add_str(b, META);
        s = slice_from(s, at + 1);
    }
    return put_segment(e, buf_slice(b));
}

/* ---- added tokens ------------------------------------------------------------------------- */

static const struct added_token *added_at(const struct added_set *set, struct slice s, size_t at)
{
    unsigned char first = (unsigned char)s.p[at];
    for (uint32_t i = set->first[first]; i < set->first[first + 1]; i++)
        if (slice_starts(slice_from(s, at), set->v[i].content))
            return &set->v[i];
    return NULL;
}

/* First added token at or behind `from`; its place in *at. */
static const struct added_token *find_added(const struct added_set *set, struct slice s,
                                            size_t from, size_t *at)
{
    if (!set->n)
        return NULL;
    for (size_t i = from; i < s.n; i++) {
        unsigned two = (unsigned)(unsigned char)s.p[i] << 8 |
                       (i + 1 < s.n ? (unsigned char)s.p[i + 1] : 0u);
        if (!(set->two[two >> 3] & 1u << (two & 7)))
            continue;
        const struct added_token *a = added_at(set, s, i);
        if (a) {
            *at = i;
            return a;
        }
    }
    return NULL;
}

static bool ascii_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

typedef enum encode_result (*segment_fn)(struct encoder *, struct slice, bool first);

/* Cuts s at the added tokens of a set; `between` gets what lies between. */
static enum encode_result split_added(struct encoder *e, const struct added_set *set,
                                      struct slice s, bool first, segment_fn between)
{
    size_t done = 0, at = 0;
    const struct added_token *a;
    while ((a = find_added(set, s, done, &at)) != NULL) {
        if (a->special && e->mode == SPECIAL_FORBID)
            return ENCODE_SPECIAL;
        size_t start = at, stop = at + a->content.n;
        while (a->lstrip && start > done && ascii_space(s.p[start - 1]))
            start--;
        while (a->rstrip && stop < s.n && ascii_space(s.p[stop]))
            stop++;
        if (start > done) {
            enum encode_result r = between(e, slice_of(s.p + done, start - done),
                                           first && done == 0);
            if (r != ENCODE_OK)
                return r;
        }
        put(e, a->id);
        done = stop;
    }
    return done < s.n ? between(e, slice_from(s, done), first && done == 0) : ENCODE_OK;
}

/* ---- normal forms ------------------------------------------------------------------------- */

/* Everything below U+0300 is its own NFC. */
static bool needs_nfc(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0xCC)
            return true;
    return false;
}

static void nfc(struct slice s, struct buf *out)
{
    utf8proc_uint8_t *made = NULL;
    utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n, &made,
                                      UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    if (n >= 0)
        buf_add(out, made, (size_t)n);
    else
        buf_add_slice(out, s);
    free(made);
}

static void replace_all(struct slice s, const struct norm_op *op, struct buf *out)
{
    while (s.n) {
        size_t at = slice_find(s, op->from);
        buf_add_slice(out, slice_upto(s, at));
        if (at >= s.n)
            break;
        buf_add_slice(out, op->to);
        s = slice_from(s, at + op->from.n);
    }
}

/* The normalized text: s itself or in e->norm. */
static struct slice normalize(struct encoder *e, struct slice s)
{
    for (size_t i = 0; i < e->t->n_norm && s.n; i++) {
        const struct norm_op *op = &e->t->norm[i];
        if (op->kind == NORM_NFC && !needs_nfc(s))
            continue;
        buf_clear(&e->spare);
        if (op->kind == NORM_NFC) {
            nfc(s, &e->spare);
        } else if (op->kind == NORM_PREPEND) {
            buf_add_slice(&e->spare, op->to);
            buf_add_slice(&e->spare, s);
        } else {
            replace_all(s, op, &e->spare);
        }
        struct buf swap = e->norm;
        e->norm = e->spare;
        e->spare = swap;
        s = buf_slice(&e->norm);
    }
    return s;
}

static enum encode_result put_raw(struct encoder *e, struct slice s, bool first)
{
    const struct added_set *set = e->mode == SPECIAL_ORDINARY ? &e->t->normalized_plain
                                                              : &e->t->normalized;
    return split_added(e, set, normalize(e, s), first, put_prepared);
}

enum encode_result encoder_run(struct encoder *e, struct slice text, const uint32_t **ids,
                               size_t *n)
{
    const struct tokenizer *t = e->t;
    e->n = 0;
    *ids = NULL;
    *n = 0;
    if (text.n >= (size_t)1 << 31)
        return ENCODE_LARGE;
    for (size_t i = 0; e->add_special && i < t->n_before; i++)
        put(e, t->before[i]);
    enum encode_result r = split_added(e, e->mode == SPECIAL_ORDINARY ? &t->raw_plain : &t->raw,
                                       text, true, put_raw);
    for (size_t i = 0; e->add_special && i < t->n_after; i++)
        put(e, t->after[i]);
    *ids = e->ids;
    *n = e->n;
    return r;
}

/* ---- decoding ----------------------------------------------------------------------------- */

int tokenizer_decode(const struct tokenizer *t, const uint32_t *ids, size_t n, bool skip_special,
                     struct buf *out, uint32_t *bad)
{
    const struct slice *bytes = t->decoded ? t->decoded : t->vocab.token;
    bool strip = t->strip_first_space;
    for (size_t i = 0; i < n; i++) {
        if (ids[i] >= t->vocab.n_ids || !t->vocab.token[ids[i]].p) {
            *bad = ids[i];
            return -1;
        }
        if (t->special[ids[i]]) {
            if (!skip_special)
                buf_add_slice(out, bytes[ids[i]]);
            continue;
        }
        struct slice s = bytes[ids[i]];
        if (strip && s.n && s.p[0] == ' ')
            s = slice_from(s, 1);
        strip = false;
        buf_add_slice(out, s);
    }
    return 0;
}
