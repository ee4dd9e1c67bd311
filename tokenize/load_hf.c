/* Hugging Face's tokenizer.json, model type BPE: the model and its added tokens.
 * The last of equal merges wins; empty prefix and suffix equal null; added tokens take the model's
 * id if the model has them, else they are numbered on. */
#include "tokenize/load_hf.h"
#include "core/mem.h"
#include "core/utf8.h"

struct slice load_get(struct slice object, const char *path)
{
    return object.p && object.n && object.p[0] == '{' ? json_find(object, slice_str(path), NULL)
                                                      : (struct slice){NULL, 0};
}

bool load_is_null(struct slice v)
{
    return !v.p || slice_is(v, "null");
}

bool load_is_true(struct slice v)
{
    return v.p && slice_is(v, "true");
}

struct slice load_text(struct load *l, struct slice v)
{
    uint64_t repaired = 0;
    return v.p && json_is_string(v) ? json_string(v, l->a, &repaired) : (struct slice){"", 0};
}

struct slice load_type(struct load *l, struct slice v)
{
    return load_text(l, load_get(v, "type"));
}

int load_refuse(struct load *l, const char *what, struct slice type)
{
    return err_set(l->e, ERR_USAGE, "%s '%.*s' of a tokenizer.json is not supported", what,
                   (int)(type.n < 60 ? type.n : 60), type.p);
}

int load_each(struct load *l, struct slice v, const char *list,
              int (*one)(struct load *, struct slice))
{
    struct json_iter it;
    struct json_member m;
    if (load_is_null(v))
        return 0;
    if (!slice_is(load_type(l, v), "Sequence"))
        return one(l, v);
    if (!json_iter_init(&it, load_get(v, list)))
        return err_set(l->e, ERR_DATA, "a Sequence without its %s", list);
    while (json_iter_next(&it, &m))
        if (load_each(l, m.value, list, one) < 0)
            return -1;
    return 0;
}

/* ---- model -------------------------------------------------------------------------------- */

/* What a token stands for in text: the decoder's view. */
static struct slice bytes_of(struct load *l, struct slice spelling, struct buf *b, bool *symbol)
{
    buf_clear(b);
    *symbol = true;
    if (l->t->byte_level) {
        if (byte_level_decode(spelling, b))
            return buf_slice(b);
        *symbol = false;                /* never made from text: only as an added token */
    }
    return spelling;
}

static int load_vocab(struct load *l, struct slice object)
{
    struct json_iter it;
    struct json_member m;
    struct buf b;
    int rc = 0;
    if (!json_iter_init(&it, object) || it.close != '}')
        return err_set(l->e, ERR_DATA, "model.vocab is not an object");
    buf_init(&b, 1 << 24);
    while (rc == 0 && json_iter_next(&it, &m)) {
        uint64_t id, repaired = 0;
        bool symbol;
        /* the key without quotes; json_string wants them, and they stand around it */
        struct slice key = json_string(slice_of(m.key.p - 1, m.key.n + 2), l->a, &repaired);
        if (!json_u64(m.value, &id)) {
            rc = err_set(l->e, ERR_DATA, "model.vocab holds a value that is no id");
            break;
        }
        struct slice bytes = bytes_of(l, key, &b, &symbol);
        l->n_model++;
        rc = vocab_add(&l->spelled, id, key, true, l->e);
        if (rc == 0)
            rc = vocab_add(&l->t->vocab, id, bytes, symbol, l->e);
    }
    buf_free(&b);
    return rc;
}

/* "a b" or ["a","b"] */
static bool merge_parts(struct load *l, struct slice v, struct slice part[2])
{
    struct json_iter it;
    struct json_member m;
    if (json_is_string(v)) {
        struct slice s = load_text(l, v);
        size_t space = slice_find_byte(s, ' ');
        part[0] = slice_upto(s, space);
        part[1] = slice_from(s, space + 1);
        return space < s.n && slice_find_byte(part[1], ' ') == part[1].n;
    }
    size_t n = 0;
    if (!json_iter_init(&it, v))
        return false;
    for (; json_iter_next(&it, &m); n++)
        if (n < 2)
            part[n] = load_text(l, m.value);
    return n == 2;
}

static int load_merges(struct load *l, struct slice array)
{
    struct json_iter it;
    struct json_member m;
    struct buf joined;
    uint32_t rank = 0;
    int rc = 0;
    if (!json_iter_init(&it, array) || it.close != ']')
        return err_set(l->e, ERR_DATA, "model.merges is not an array");
    buf_init(&joined, 1 << 24);
    for (; rc == 0 && json_iter_next(&it, &m); rank++) {
        struct slice part[2];
        if (json_is_string(m.value) && slice_starts(load_text(l, m.value), SLICE("#version")))
            continue;
        if (!merge_parts(l, m.value, part)) {
            rc = err_set(l->e, ERR_DATA, "merge %u is not two tokens", (unsigned)rank);
            break;
        }
        buf_clear(&joined);
        buf_add_slice(&joined, part[0]);
        buf_add_slice(&joined, part[1]);
        uint32_t left = vocab_find(&l->spelled, part[0]);
        uint32_t right = vocab_find(&l->spelled, part[1]);
        uint32_t id = vocab_find(&l->spelled, buf_slice(&joined));
        if (left == VOCAB_NONE || right == VOCAB_NONE || id == VOCAB_NONE)
            rc = err_set(l->e, ERR_DATA, "merge %u makes or uses a token that is not in the "
                         "vocabulary", (unsigned)rank);
        else
            vocab_add_pair(&l->t->vocab, left, right, rank, id);
    }
    buf_free(&joined);
    return rc;
}

static int fallback(struct load *l)
{
    struct tokenizer *t = l->t;
    for (unsigned b = 0; b < 256 && t->byte_fallback; b++) {
        char name[] = {'<', '0', 'x', "0123456789ABCDEF"[b >> 4], "0123456789ABCDEF"[b & 15], '>'};
        t->fallback_id[b] = vocab_find(&l->spelled, slice_of(name, sizeof name));
    }
    for (unsigned b = 0; b < 256 && t->byte_level && t->byte_fallback; b++)
        if (t->vocab.byte_id[b] == VOCAB_NONE)
            return load_refuse(l, "model option", SLICE("byte_fallback with ByteLevel"));
    return 0;
}

static int load_model(struct load *l, struct slice model)
{
    struct tokenizer *t = l->t;
    struct slice type = load_type(l, model), dropout = load_get(model, "dropout");
    double p = 0;
    if (type.n && !slice_is(type, "BPE"))
        return load_refuse(l, "model", type);
    if (load_text(l, load_get(model, "continuing_subword_prefix")).n)
        return load_refuse(l, "model option", SLICE("continuing_subword_prefix"));
    if (load_text(l, load_get(model, "end_of_word_suffix")).n)
        return load_refuse(l, "model option", SLICE("end_of_word_suffix"));
    if (!load_is_null(dropout) && !(json_f64(dropout, &p) && p == 0.0))
        return load_refuse(l, "model option", SLICE("dropout"));
    t->fuse_unk = load_is_true(load_get(model, "fuse_unk"));
    t->byte_fallback = load_is_true(load_get(model, "byte_fallback"));
    t->whole_piece = load_is_true(load_get(model, "ignore_merges"));
    if (load_vocab(l, load_get(model, "vocab")) < 0 ||
        load_merges(l, load_get(model, "merges")) < 0)
        return -1;
    struct slice unk = load_text(l, load_get(model, "unk_token"));
    if (unk.n) {
        t->unk = vocab_find(&l->spelled, unk);
        if (t->unk == VOCAB_NONE)
            return err_set(l->e, ERR_DATA, "unk_token is not in the vocabulary");
    }
    vocab_finish(&t->vocab);
    if (t->byte_level)
        t->table = bpe_table_of_merges(&t->vocab);
    return fallback(l);
}

/* ---- added tokens ------------------------------------------------------------------------- */

/* A token that the model does not have stands behind all tokens that there are. */
static int one_added(struct load *l, struct slice v, struct added_token *out)
{
    struct slice content = load_text(l, load_get(v, "content"));
    if (!content.n)
        return err_set(l->e, ERR_DATA, "an added token without content");
    uint32_t id = vocab_find(&l->spelled, content);
    if (id == VOCAB_NONE) {
        id = l->next_id;
        if (vocab_add(&l->spelled, id, content, true, l->e) < 0 ||
            vocab_add(&l->t->vocab, id, content, false, l->e) < 0)
            return -1;
    } else {
        l->t->vocab.token[id] = arena_copy(l->a, content);  /* decodes to its text */
    }
    l->next_id = id >= l->next_id ? id + 1 : l->next_id;
    *out = (struct added_token){
        .content = arena_copy(l->a, content), .id = id,
        .special = load_is_true(load_get(v, "special")),
        .normalized = load_is_true(load_get(v, "normalized")),
        .lstrip = load_is_true(load_get(v, "lstrip")),
        .rstrip = load_is_true(load_get(v, "rstrip")),
        .single_word = load_is_true(load_get(v, "single_word"))};
    return 0;
}

static int load_added(struct load *l, struct slice array)
{
    struct json_iter it;
    struct json_member m;
    struct added_token *v = NULL;
    size_t n = 0, cap = 0;
    int rc = 0;
    bool some = json_iter_init(&it, array);
    l->next_id = l->n_model;
    while (some && rc == 0 && json_iter_next(&it, &m)) {
        if (n == cap) {
            cap = cap ? cap * 2 : 64;
            v = mem_grow_array(v, cap, sizeof *v);
        }
        rc = one_added(l, m.value, &v[n]);
        n += rc == 0;
    }
    if (rc == 0)
        rc = tokenizer_set_added(l->t, v, n, l->e);
    mem_free(v);
    return rc;
}

int load_hf(struct tokenizer *t, struct slice text, const struct load_opts *o, struct err *e)
{
    struct load l = {.t = t, .a = &t->vocab.arena, .o = o, .e = e};
    size_t at;
    if (json_check(text, &at) < 0)
        return err_set(e, ERR_DATA, "no valid JSON at byte %zu", at);
    t->format = "tokenizer.json";
    vocab_init(&l.spelled);
    int rc = 0;
    if (load_normalizer(&l, load_get(text, "normalizer")) < 0 ||
        load_pretokenizer(&l, load_get(text, "pre_tokenizer")) < 0 ||
        load_model(&l, load_get(text, "model")) < 0 ||
        load_added(&l, load_get(text, "added_tokens")) < 0 ||
        load_post_processor(&l, load_get(text, "post_processor")) < 0 ||
        load_decoder(&l, load_get(text, "decoder")) < 0)
        rc = -1;
    vocab_free(&l.spelled);
    return rc;
}
