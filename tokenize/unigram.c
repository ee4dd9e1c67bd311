/* See unigram.h. The pieces are in a tree of bytes, its edges in one hash table. */
#include "tokenize/unigram.h"
#include "core/docs.h"
#include "core/hash.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "tokenize/sp_model.h"

#define META "\xE2\x96\x81"
#define NO_PIECE UINT32_MAX
#define UNKNOWN_PENALTY 10.0f

struct edge {
    uint64_t key;                   /* node << 8 | byte, plus 1; 0: free */
    uint32_t node, piece;           /* where it leads; the piece that ends there, or NO_PIECE */
};

struct unigram {
    struct edge *edges;
    uint64_t mask;                  /* slots - 1 */
    float *score;                   /* by piece */
    float unknown;
    bool dummy_prefix, drop_spaces, escape_spaces, space_behind;
    uint32_t *units;                /* normalizer: a double array */
    size_t n_units;
    struct buf replacements;        /* NUL-ended strings that its values point to */
};

struct unigram_best {               /* the best cut of the text up to here */
    float score;
    uint32_t start;                 /* of its last piece; NO_PIECE: none ends here */
    bool unknown;
};

/* ---- the tree of pieces ------------------------------------------------------------------- */

static struct edge *edge_at(const struct unigram *u, uint32_t node, unsigned char byte)
{
    uint64_t key = ((uint64_t)node << 8 | byte) + 1, i = hash_mix(key) & u->mask;
    while (u->edges[i].key && u->edges[i].key != key)
        i = (i + 1) & u->mask;
    return &u->edges[i];
}

static void add_piece(struct unigram *u, struct slice text, uint32_t id, uint32_t *nodes)
{
    uint32_t node = 0;
    for (size_t i = 0; i < text.n; i++) {
        unsigned char byte = (unsigned char)text.p[i];
        struct edge *e = edge_at(u, node, byte);
        if (!e->key)
            *e = (struct edge){((uint64_t)node << 8 | byte) + 1, ++*nodes, NO_PIECE};
        if (i + 1 == text.n)
            e->piece = id;
        node = e->node;
    }
}

static int build_tree(struct unigram *u, const struct sp_model *m, struct err *e)
{
    uint64_t bytes = 0, slots = 1024;
    uint32_t nodes = 0;
    float least = 0;
    bool any = false;
    for (size_t i = 0; i < m->n; i++) {
        const struct piece_info *p = &m->v[i];
        if (p->type == PIECE_USER || p->type == PIECE_BYTE)
            return err_set(e, ERR_USAGE, "user-defined and byte pieces of a SentencePiece unigram "
                           "model are not supported");
        bytes += p->text.n;
        if (p->type == PIECE_NORMAL) {
            least = any && least < p->score ? least : p->score;
            any = true;
        }
    }
    while (slots < 2 * bytes)
        slots *= 2;
    if (bytes > UINT32_MAX / 4)
        return err_set(e, ERR_USAGE, "a SentencePiece model too large");
    u->edges = mem_array(slots, sizeof *u->edges);
    u->mask = slots - 1;
    u->score = mem_array(m->n, sizeof *u->score);
    u->unknown = least - UNKNOWN_PENALTY;
    for (size_t i = 0; i < m->n; i++) {
        u->score[i] = m->v[i].score;
        if (m->v[i].type == PIECE_NORMAL)
            add_piece(u, m->v[i].text, (uint32_t)i, &nodes);
    }
    return 0;
}

/* ---- the normalizer ----------------------------------------------------------------------- */

/* The rules: size of a double array, the array (as the Darts-clone library makes it), and the
 * strings its values point to, little-endian. */
static int read_rules(struct unigram *u, struct slice map, struct err *e)
{
    const unsigned char *p = (const unsigned char *)map.p;
    if (!map.n)
        return 0;
    uint32_t size = map.n < 4 ? 0 : (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
                                        (uint32_t)p[3] << 24;
    if (map.n < 4 || size > map.n - 4 || size % 4 || !size)
        return err_set(e, ERR_DATA, "a damaged SentencePiece normalizer");
    u->n_units = size / 4;
    u->units = mem_array(u->n_units, sizeof *u->units);
    for (size_t i = 0; i < u->n_units; i++) {
        const unsigned char *q = p + 4 + 4 * i;
        u->units[i] = (uint32_t)q[0] | (uint32_t)q[1] << 8 | (uint32_t)q[2] << 16 |
                      (uint32_t)q[3] << 24;
    }
    buf_add_slice(&u->replacements, slice_from(map, 4 + size));
    buf_add_byte(&u->replacements, '\0');
    return 0;
}

/* The longest rule at the start of s: its length in bytes, 0 if there is none. */
static size_t longest_rule(const struct unigram *u, struct slice s, uint32_t *value)
{
    size_t found = 0, at = 0;
    if (!u->n_units)
        return 0;
    uint32_t unit = u->units[0];
    for (size_t i = 0; i < s.n; i++) {
        at ^= (size_t)(unit >> 10) << ((unit & 1u << 9) >> 6);
        at ^= (unsigned char)s.p[i];
        if (at >= u->n_units || (u->units[at] & 0x800000FFu) != (unsigned char)s.p[i])
            break;
        unit = u->units[at];
        size_t leaf = at ^ ((size_t)(unit >> 10) << ((unit & 1u << 9) >> 6));
        if (unit >> 8 & 1 && leaf < u->n_units) {
            *value = u->units[leaf] & 0x7FFFFFFFu;
            found = i + 1;
        }
    }
    return found;
}

/* The next bit of text normalized, and how much of s it stands for. */
static struct slice normal_prefix(const struct unigram *u, struct slice s, size_t *used)
{
    uint32_t value = 0;
    const char *p = s.p;
    *used = longest_rule(u, s, &value);
    if (*used && value < u->replacements.n)
        return slice_str(u->replacements.p + value);
    utf8_next(&p, s.p + s.n);
    *used = (size_t)(p - s.p);
    return slice_upto(s, *used);
}

static void add_spaced(const struct unigram *u, struct slice s, struct buf *out)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == ' ' && u->escape_spaces)
            buf_add_str(out, META);
        else
            buf_add_byte(out, s.p[i]);
}

static struct slice without_first_spaces(struct slice s)
{
    while (s.n && s.p[0] == ' ')
        s = slice_from(s, 1);
    return s;
}

static void drop_last_spaces(const struct unigram *u, struct buf *out)
{
    struct slice space = u->escape_spaces ? SLICE(META) : SLICE(" ");
    while (slice_ends(buf_slice(out), space))
        out->n -= space.n;
}

static void normalize(const struct unigram *u, struct slice text, struct buf *out)
{
    size_t used;
    struct slice bit;
    bool spaced = u->drop_spaces;
    buf_clear(out);
    while (u->drop_spaces && text.n) {
        bit = normal_prefix(u, text, &used);
        if (!slice_is(bit, " "))
            break;
        text = slice_from(text, used);
    }
    if (!text.n)
        return;
    if (u->dummy_prefix && !u->space_behind)
        add_spaced(u, SLICE(" "), out);
    for (; text.n; text = slice_from(text, used)) {
        bit = normal_prefix(u, text, &used);
        if (spaced)
            bit = without_first_spaces(bit);
        if (!bit.n)
            continue;
        add_spaced(u, bit, out);
        spaced = u->drop_spaces && bit.p[bit.n - 1] == ' ';
    }
    if (u->drop_spaces)
        drop_last_spaces(u, out);
    if (u->dummy_prefix && u->space_behind)
        add_spaced(u, SLICE(" "), out);
}

/* ---- cutting ------------------------------------------------------------------------------ */

static void offer(struct unigram_best *b, float score, uint32_t start, bool unknown)
{
    if (b->start == NO_PIECE || score > b->score)
        *b = (struct unigram_best){score, start, unknown};
}

static size_t char_length(unsigned char lead)
{
    return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

static void find_best(const struct unigram *u, struct slice s, struct unigram_best *best)
{
    for (size_t i = 0; i <= s.n; i++)
        best[i] = (struct unigram_best){0, NO_PIECE, false};
    for (size_t at = 0, length; at < s.n; at += length) {
        float till = best[at].score;
        bool single = false;
        uint32_t node = 0;
        length = char_length((unsigned char)s.p[at]);
        length = length < s.n - at ? length : s.n - at;
        for (size_t i = at; i < s.n; i++) {
            const struct edge *e = edge_at(u, node, (unsigned char)s.p[i]);
            if (!e->key)
                break;
            node = e->node;
            if (e->piece == NO_PIECE)
                continue;
            offer(&best[i + 1], u->score[e->piece] + till, (uint32_t)at, false);
            single |= i + 1 - at == length;
        }
        if (!single)
            offer(&best[at + length], u->unknown + till, (uint32_t)at, true);
    }
}

static void reserve(struct unigram_work *w, size_t n)
{
    if (n <= w->cap)
        return;
    w->cap = n + n / 2;
    w->best = mem_grow_array(w->best, w->cap, sizeof *w->best);
    w->ends = mem_grow_array(w->ends, w->cap, sizeof *w->ends);
}

void unigram_pieces(const struct unigram *u, struct slice text, struct unigram_work *w,
                    struct buf *out)
{
    normalize(u, text, &w->normal);
    struct slice s = buf_slice(&w->normal);
    size_t n = 0;
    bool before = false, first = true;
    if (!s.n)
        return;
    reserve(w, s.n + 1);
    find_best(u, s, w->best);
    for (uint32_t end = (uint32_t)s.n; end; end = w->best[end].start)
        w->ends[n++] = end;
    while (n--) {
        const struct unigram_best *b = &w->best[w->ends[n]];
        if (!first && !(before && b->unknown))
            buf_add_byte(out, ' ');
        buf_add(out, s.p + b->start, w->ends[n] - b->start);
        before = b->unknown;
        first = false;
    }
}

/* ---- loading ------------------------------------------------------------------------------ */

struct unigram *unigram_parse(struct slice file, struct err *e)
{
    struct sp_model m = {0};
    struct unigram *u = mem_zero(sizeof *u);
    buf_init(&u->replacements, BUF_NO_LIMIT);
    int rc = is_sentencepiece(file) ? sp_model_read(&m, file, e)
                                    : err_set(e, ERR_DATA, "no SentencePiece model");
    if (!rc && m.type != SP_UNIGRAM)
        rc = err_set(e, ERR_USAGE, "a SentencePiece model of another type than unigram");
    u->dummy_prefix = m.dummy_prefix;
    u->drop_spaces = m.drop_spaces;
    u->escape_spaces = m.escape_spaces;
    u->space_behind = m.space_behind;
    if (!rc)
        rc = read_rules(u, m.charsmap, e);
    if (!rc)
        rc = build_tree(u, &m, e);
    sp_model_free(&m);
    if (rc) {
        unigram_free(u);
        return NULL;
    }
    return u;
}

struct unigram *unigram_load(const char *path, struct err *e)
{
    struct buf b;
    struct unigram *u = NULL;
    buf_init(&b, (size_t)1 << 30);
    if (!docs_read_file(path, &b, e))
        u = unigram_parse(buf_slice(&b), e);
    if (!u)
        err_at(e, slice_str(path), ERR_NO_POS, ERR_NO_POS);
    buf_free(&b);
    return u;
}

void unigram_free(struct unigram *u)
{
    if (!u)
        return;
    mem_free(u->edges);
    mem_free(u->score);
    mem_free(u->units);
    buf_free(&u->replacements);
    mem_free(u);
}

size_t unigram_memory(const struct unigram *u)
{
    return (u->mask + 1) * sizeof *u->edges + u->n_units * sizeof *u->units + u->replacements.n;
}

void unigram_work_init(struct unigram_work *w)
{
    *w = (struct unigram_work){.best = NULL};
    buf_init(&w->normal, BUF_NO_LIMIT);
}

void unigram_work_free(struct unigram_work *w)
{
    buf_free(&w->normal);
    mem_free(w->best);
    mem_free(w->ends);
}
