/* SentencePiece .model files of type BPE, as Llama 1 and 2 and the first Mistral models have them.
 *
 * The file is a protocol buffer (sentencepiece_model.proto). Merging takes the two neighbours whose
 * joined string is the piece of highest score, leftmost first: a rank file whose ranks are the
 * order of scores. Refused: other model types, a normalizer that changes characters or drops
 * spaces, user-defined and unused pieces. */
#include <stdlib.h>
#include "core/mem.h"
#include "tokenize/load.h"

enum { PIECE_NORMAL = 1, PIECE_UNKNOWN, PIECE_CONTROL, PIECE_USER, PIECE_UNUSED, PIECE_BYTE };

struct field {
    unsigned number, wire;
    uint64_t value;                     /* varint and fixed */
    struct slice bytes;
};

static bool varint(struct slice *s, uint64_t *v)
{
    *v = 0;
    for (unsigned shift = 0; s->n && shift < 64; shift += 7) {
        unsigned char c = (unsigned char)*s->p;
        *s = slice_from(*s, 1);
        *v |= (uint64_t)(c & 127) << shift;
        if (c < 128)
            return true;
    }
    return false;
}

/* 1: a field; 0: the end; -1: damaged. */
static int next_field(struct slice *s, struct field *f)
{
    uint64_t tag, n;
    if (!s->n)
        return 0;
    if (!varint(s, &tag))
        return -1;
    *f = (struct field){(unsigned)(tag >> 3), tag & 7, 0, {NULL, 0}};
    if (f->wire == 0)
        return varint(s, &f->value) ? 1 : -1;
    if (f->wire == 2)
        n = 0;
    else
        n = f->wire == 1 ? 8 : f->wire == 5 ? 4 : UINT64_MAX;
    if ((f->wire == 2 && !varint(s, &n)) || n > s->n)
        return -1;
    f->bytes = slice_upto(*s, n);
    *s = slice_from(*s, n);
    if (f->wire != 2)
        for (size_t i = 0; i < n; i++)
            f->value |= (uint64_t)(unsigned char)f->bytes.p[i] << 8 * i;
    return 1;
}

struct piece_info {
    struct slice text;
    float score;
    unsigned type;
    uint32_t id;
};

struct model {
    struct piece_info *v;
    size_t n, cap;
    uint64_t type;                      /* 1 unigram, 2 BPE */
    bool byte_fallback, dummy_prefix, drop_spaces;
    bool has_settings;                  /* they follow the pieces; a cut file lacks them */
    struct slice charsmap;
};

static int read_piece(struct model *m, struct slice s)
{
    struct field f;
    int rc;
    struct piece_info p = {{"", 0}, 0, PIECE_NORMAL, (uint32_t)m->n};
    while ((rc = next_field(&s, &f)) > 0) {
        uint32_t bits = (uint32_t)f.value;
        if (f.number == 1)
            p.text = f.bytes;
        else if (f.number == 2)
            memcpy(&p.score, &bits, sizeof bits);
        else if (f.number == 3)
            p.type = (unsigned)f.value;
    }
    if (m->n == m->cap) {
        m->cap = m->cap ? m->cap * 2 : 4096;
        m->v = mem_grow_array(m->v, m->cap, sizeof *m->v);
    }
    m->v[m->n++] = p;
    return rc;
}

/* Trainer (2) and normalizer (3) settings. */
static int read_settings(struct model *m, unsigned number, struct slice s)
{
    struct field f;
    int rc;
    while ((rc = next_field(&s, &f)) > 0) {
        if (number == 2 && f.number == 3)
            m->type = f.value;
        else if (number == 2 && f.number == 35)
            m->byte_fallback = f.value;
        else if (number == 3 && f.number == 2)
            m->charsmap = f.bytes;
        else if (number == 3 && f.number == 3)
            m->dummy_prefix = f.value;
        else if (number == 3 && f.number == 4)
            m->drop_spaces = f.value;
    }
    return rc;
}

static int read_model(struct model *m, struct slice s, struct err *e)
{
    struct field f;
    int rc;
    while ((rc = next_field(&s, &f)) > 0) {
        if (f.number == 1 && f.wire == 2)
            rc = read_piece(m, f.bytes);
        else if ((f.number == 2 || f.number == 3) && f.wire == 2)
            rc = read_settings(m, f.number, f.bytes);
        m->has_settings = m->has_settings || f.number == 3;
        if (rc < 0)
            break;
    }
    if (rc < 0 || !m->n || !m->has_settings)
        return err_set(e, ERR_DATA, "a damaged SentencePiece model");
    if (m->type != 2)
        return err_set(e, ERR_USAGE, "a SentencePiece model of another type than BPE is not "
                       "supported");
    if (m->charsmap.n || m->drop_spaces)
        return err_set(e, ERR_USAGE, "a SentencePiece normalizer that changes text is not "
                       "supported");
    return 0;
}

bool is_sentencepiece(struct slice text)
{
    struct field f, g;
    struct slice s = text;
    if (next_field(&s, &f) != 1 || f.number != 1 || f.wire != 2)
        return false;
    s = f.bytes;
    return next_field(&s, &g) == 1 && g.number == 1 && g.wire == 2;
}

static int by_score(const void *a, const void *b)
{
    const struct piece_info *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->id < y->id ? -1 : 1;
}

static int add_pieces(struct tokenizer *t, struct model *m, struct err *e)
{
    struct added_token *added = mem_array(m->n, sizeof *added);
    size_t n = 0;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < m->n; i++) {
        const struct piece_info *p = &m->v[i];
        if (p->type == PIECE_USER || p->type == PIECE_UNUSED) {
            rc = err_set(e, ERR_USAGE, "user-defined and unused SentencePiece pieces are not "
                         "supported");
            break;
        }
        bool control = p->type == PIECE_CONTROL || p->type == PIECE_UNKNOWN;
        rc = vocab_add(&t->vocab, i, p->text, p->type == PIECE_NORMAL, e);
        if (control && rc == 0)
            added[n++] = (struct added_token){.content = t->vocab.token[i], .id = (uint32_t)i,
                                              .special = true};
        if (p->type == PIECE_UNKNOWN)
            t->unk = (uint32_t)i;
        unsigned byte;
        char name[8] = "";
        memcpy(name, p->text.p, p->text.n < 7 ? p->text.n : 7);
        if (p->type == PIECE_BYTE && (byte = (unsigned)strtoul(name + 1, NULL, 16)) < 256)
            t->fallback_id[byte] = (uint32_t)i;
    }
    if (rc == 0)
        rc = tokenizer_set_added(t, added, n, e);
    mem_free(added);
    return rc;
}

static void add_pairs(struct vocab *v, struct model *m)
{
    qsort(m->v, m->n, sizeof *m->v, by_score);
    for (uint32_t rank = 0; rank < m->n; rank++) {
        struct slice s = m->v[rank].text;
        for (size_t cut = 1; m->v[rank].type == PIECE_NORMAL && cut < s.n; cut++) {
            uint32_t left = vocab_find(v, slice_upto(s, cut));
            uint32_t right = vocab_find(v, slice_from(s, cut));
            if (left != VOCAB_NONE && right != VOCAB_NONE)
                vocab_add_pair(v, left, right, rank, m->v[rank].id);
        }
    }
}

int load_sentencepiece(struct tokenizer *t, struct slice text, struct err *e)
{
    struct model m = {.type = 1, .dummy_prefix = true, .drop_spaces = true};
    struct normalizer *n = &t->normalizer;
    int rc = read_model(&m, text, e);
    if (rc == 0)
        rc = add_pieces(t, &m, e);
    if (rc == 0) {
        t->format = "SentencePiece";
        t->byte_fallback = t->fallback_decodes = m.byte_fallback;
        t->fuse_unk = true;
        t->cut = CUT_NONE;
        if (m.dummy_prefix)
            n->v[n->n++] = (struct norm_op){NORM_PREPEND, {"", 0}, SLICE(META), NULL, false, false};
        n->v[n->n++] = (struct norm_op){NORM_REPLACE, SLICE(" "), SLICE(META),
                                        matcher_new_string(SLICE(" ")), false, false};
        t->decode_strip = m.dummy_prefix ? DECODE_STRIP_ONE : DECODE_STRIP_NONE;
        add_pairs(&t->vocab, &m);
        vocab_finish(&t->vocab);
    }
    mem_free(m.v);
    return rc;
}
