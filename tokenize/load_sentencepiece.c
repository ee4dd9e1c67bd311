/* SentencePiece .model files of type BPE, as Llama 1 and 2 and the first Mistral models have them.
 *
 * Merging takes the two neighbours whose joined string is the piece of highest score, leftmost
 * first: a rank file whose ranks are the order of scores. Refused: other model types, a normalizer
 * that changes characters, unused pieces. */
#include <stdlib.h>
#include "core/mem.h"
#include "tokenize/load.h"
#include "tokenize/sp_model.h"

/* Other types of models, and normalizers, are refused here. */
static int check_model(const struct sp_model *m, struct err *e)
{
    if (m->type != SP_BPE)
        return err_set(e, ERR_USAGE, "a SentencePiece model of another type than BPE is not "
                       "supported");
    if (m->charsmap.n)
        return err_set(e, ERR_USAGE, "a SentencePiece normalizer that changes characters is not "
                       "supported");
    if (!m->escape_spaces || m->space_behind)
        return err_set(e, ERR_USAGE, "a SentencePiece model that does not put U+2581 for a space, "
                       "or has it behind words, is not supported");
    return 0;
}

static int by_score(const void *a, const void *b)
{
    const struct piece_info *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->id < y->id ? -1 : 1;
}

static int add_pieces(struct tokenizer *t, struct sp_model *m, struct err *e)
{
    struct added_token *added = mem_array(m->n, sizeof *added);
    size_t n = 0;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < m->n; i++) {
        const struct piece_info *p = &m->v[i];
        if (p->type == PIECE_UNUSED) {
            rc = err_set(e, ERR_USAGE, "unused SentencePiece pieces are not supported");
            break;
        }
        bool control = p->type == PIECE_CONTROL || p->type == PIECE_UNKNOWN;
        rc = vocab_add(&t->vocab, i, p->text, p->type == PIECE_NORMAL, e);
        if (control && rc == 0)
            added[n++] = (struct added_token){.content = t->vocab.token[i], .id = (uint32_t)i,
                                              .special = true};
        if (p->type == PIECE_USER && rc == 0)       /* found in the normalized text, whole */
            added[n++] = (struct added_token){.content = t->vocab.token[i], .id = (uint32_t)i,
                                              .normalized = true, .as_spelled = true};
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

static void add_pairs(struct vocab *v, struct sp_model *m)
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

static int add_replace(struct normalizer *n, const char *regex, struct slice from,
                       struct slice to, struct err *e)
{
    struct matcher *m = regex ? matcher_new_pcre2(slice_str(regex), e) : matcher_new_string(from);
    if (m)
        n->v[n->n++] = (struct norm_op){NORM_REPLACE, from, to, m, false, false};
    return m ? 0 : -1;
}

/* Extra spaces go, then one is put in front, then each becomes U+2581. */
static int set_normalizer(struct tokenizer *t, const struct sp_model *m, struct err *e)
{
    struct normalizer *n = &t->normalizer;
    struct slice none = {"", 0};
    if (m->drop_spaces && (add_replace(n, "\\A +|[ \\x{2581}]+\\z", none, none, e) < 0 ||
                           add_replace(n, "  +", none, SLICE(" "), e) < 0))
        return -1;
    if (m->dummy_prefix)
        n->v[n->n++] = (struct norm_op){NORM_PREPEND, none, SLICE(META), NULL, false, false};
    t->decode_strip = m->drop_spaces ? DECODE_STRIP_LEADING
                    : m->dummy_prefix ? DECODE_STRIP_ONE : DECODE_STRIP_NONE;
    return add_replace(n, NULL, SLICE(" "), SLICE(META), e);
}

int load_sentencepiece(struct tokenizer *t, struct slice text, struct err *e)
{
    struct sp_model m;
    int rc = sp_model_read(&m, text, e);
    if (rc == 0)
        rc = check_model(&m, e);
    if (rc == 0)
        rc = set_normalizer(t, &m, e);
    if (rc == 0)
        rc = add_pieces(t, &m, e);
    if (rc == 0) {
        t->format = "SentencePiece";
        t->byte_fallback = t->fallback_decodes = m.byte_fallback;
        t->fuse_unk = true;
        t->cut = CUT_NONE;
        add_pairs(&t->vocab, &m);
        vocab_finish(&t->vocab);
    }
    sp_model_free(&m);
    return rc;
}
