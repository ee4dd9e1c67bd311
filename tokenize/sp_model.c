/* See sp_model.h. */
#include "tokenize/sp_model.h"
#include "core/mem.h"

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

static int read_piece(struct sp_model *m, struct slice s)
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
static int read_settings(struct sp_model *m, unsigned number, struct slice s)
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
        else if (number == 3 && f.number == 5)
            m->escape_spaces = f.value;
        else if (number == 2 && f.number == 24)
            m->space_behind = f.value;
    }
    return rc;
}

int sp_model_read(struct sp_model *m, struct slice s, struct err *e)
{
    struct field f;
    int rc;
    *m = (struct sp_model){.type = SP_UNIGRAM, .dummy_prefix = true, .drop_spaces = true,
                           .escape_spaces = true};
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
    return 0;
}

void sp_model_free(struct sp_model *m) { mem_free(m->v); }

bool is_sentencepiece(struct slice text)
{
    struct field f, g;
    struct slice s = text;
    if (next_field(&s, &f) != 1 || f.number != 1 || f.wire != 2)
        return false;
    s = f.bytes;
    return next_field(&s, &g) == 1 && g.number == 1 && g.wire == 2;
}
