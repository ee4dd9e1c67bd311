/* Opening a vocabulary file of either kind, and what both kinds share.
 * Which token begins and ends a document is not in either format: known names decide. */
#include "tokenize/tokenizer.h"
#include <stdlib.h>
#include "core/docs.h"
#include "core/input.h"
#include "core/json.h"
#include "core/mem.h"
#include "tokenize/load.h"

#define FILE_MAX ((size_t)1 << 30)

/* ---- added tokens ------------------------------------------------------------------------- */

static int by_first_then_longest(const void *a, const void *b)
{
    const struct added_token *x = a, *y = b;
    unsigned char cx = (unsigned char)x->content.p[0], cy = (unsigned char)y->content.p[0];
    if (cx != cy)
        return cx < cy ? -1 : 1;
    if (x->content.n != y->content.n)
        return x->content.n > y->content.n ? -1 : 1;
    return slice_cmp(x->content, y->content);
}

void added_set_build(struct added_set *s, const struct added_token *v, size_t n, bool normalized,
                     bool special)
{
    *s = (struct added_set){0};
    s->v = mem_array(n ? n : 1, sizeof *s->v);
    for (size_t i = 0; i < n; i++)
        if (v[i].content.n && v[i].normalized == normalized && (special || !v[i].special))
            s->v[s->n++] = v[i];
    qsort(s->v, s->n, sizeof *s->v, by_first_then_longest);
    for (size_t i = 0, b = 0; b <= 256; b++) {
        while (i < s->n && (unsigned char)s->v[i].content.p[0] < b)
            i++;
        s->first[b] = (uint32_t)i;
    }
    for (size_t i = 0; i < s->n; i++) {
        unsigned a = (unsigned char)s->v[i].content.p[0] << 8;
        if (s->v[i].content.n == 1)
            memset(s->two + (a >> 3), 0xFF, 32);
        else
            a |= (unsigned char)s->v[i].content.p[1];
        s->two[a >> 3] |= (uint8_t)(1u << (a & 7));
    }
}

void added_sets_build(struct tokenizer *t, const struct added_token *v, size_t n)
{
    added_set_build(&t->raw, v, n, false, true);
    added_set_build(&t->raw_plain, v, n, false, false);
    added_set_build(&t->normalized, v, n, true, true);
    added_set_build(&t->normalized_plain, v, n, true, false);
}

void added_set_free(struct added_set *s)
{
    mem_free(s->v);
    s->v = NULL;
}

/* ---- files -------------------------------------------------------------------------------- */

static struct slice stem_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct slice s = input_base_name(slice_str(slash ? slash + 1 : path));
    for (size_t i = s.n; i-- > 1;)
        if (s.p[i] == '.')
            return slice_upto(s, i);
    return s;
}

static uint32_t first_known(const struct tokenizer *t, const char *const *names)
{
    for (; *names; names++) {
        uint32_t id = tokenizer_id(t, slice_str(*names));
        if (id != VOCAB_NONE && t->special[id])
            return id;
    }
    return VOCAB_NONE;
}

static void find_ends(struct tokenizer *t)
{
    static const char *const begins[] = {"<|begin_of_text|>", "<s>", "<bos>", "<|startoftext|>",
                                         "<|begin▁of▁sentence|>", NULL};
    static const char *const ends[] = {"<|endoftext|>", "<|end_of_text|>", "</s>", "<eos>",
                                       "<|end▁of▁sentence|>", NULL};
    t->bos = t->n_before ? t->before[0] : first_known(t, begins);
    t->eos = t->n_after ? t->after[t->n_after - 1] : first_known(t, ends);
}

static void mark_specials(struct tokenizer *t)
{
    const struct added_set *sets[] = {&t->raw, &t->normalized};
    t->special = mem_array(t->vocab.n_ids ? t->vocab.n_ids : 1, sizeof *t->special);
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < sets[k]->n; i++)
            if (sets[k]->v[i].special)
                t->special[sets[k]->v[i].id] = true;
}

/* By content: JSON, a protocol buffer, or lines. */
static int load_any(struct tokenizer *t, struct slice file, struct slice stem,
                    const char *pattern, struct err *e)
{
    struct slice text = slice_trim(file);
    if (text.n && text.p[0] == '{')
        return is_tekken(text) ? load_tekken(t, text, pattern, e) : load_hf(t, text, pattern, e);
    if (is_sentencepiece(file))
        return load_sentencepiece(t, file, e);
    return load_tiktoken(t, text, stem, pattern, e);
}

struct tokenizer *tokenizer_parse(struct slice file, struct slice stem, const char *pattern,
                                  struct err *e)
{
    struct tokenizer *t = mem_zero(sizeof *t);
    vocab_init(&t->vocab);
    t->unk = t->bos = t->eos = VOCAB_NONE;
    memset(t->fallback_id, 0xFF, sizeof t->fallback_id);
    t->hash = hash128(file);
    int rc = load_any(t, file, stem, pattern, e);
    if (rc == 0 && t->vocab.n_ids == 0)
        rc = err_set(e, ERR_DATA, "an empty vocabulary");
    if (rc < 0) {
        tokenizer_free(t);
        return NULL;
    }
    t->max_id = t->vocab.n_ids - 1;
    t->cuts = t->table ? cuts_new(&t->vocab) : NULL;
    mark_specials(t);
    find_ends(t);
    return t;
}

struct tokenizer *tokenizer_load(const char *path, const char *pattern, struct err *e)
{
    struct buf file;
    struct tokenizer *t = NULL;
    buf_init(&file, FILE_MAX);
    if (docs_read_file(path, &file, e) == 0)
        t = tokenizer_parse(buf_slice(&file), stem_of(path), pattern, e);
    buf_free(&file);
    if (!t)
        err_at(e, slice_str(path), ERR_NO_POS, ERR_NO_POS);
    return t;
}

void tokenizer_free(struct tokenizer *t)
{
    if (!t)
        return;
    vocab_free(&t->vocab);
    bpe_table_free(t->table);
    cuts_free(t->cuts);
    pretok_free(t->pretok);
    added_set_free(&t->raw);
    added_set_free(&t->normalized);
    added_set_free(&t->raw_plain);
    added_set_free(&t->normalized_plain);
    mem_free(t->special);
    mem_free(t->decoded);
    mem_free(t);
}

static void put_id(struct buf *b, const char *key, uint32_t id)
{
    if (id == VOCAB_NONE)
        json_put_raw(b, key, SLICE("null"));
    else
        json_put_u64(b, key, id);
}

void tokenizer_describe(const struct tokenizer *t, struct buf *json)
{
    char hex[33];
    hash128_hex(t->hash, hex);
    buf_add_byte(json, '{');
    json_put_str(json, "hash", slice_str(hex));
    json_put_u64(json, "max_id", t->max_id);
    put_id(json, "bos", t->bos);
    put_id(json, "eos", t->eos);
    buf_add_byte(json, '}');
}

uint32_t tokenizer_id(const struct tokenizer *t, struct slice text)
{
    const struct added_set *sets[] = {&t->raw, &t->normalized};
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < sets[k]->n; i++)
            if (slice_eq(sets[k]->v[i].content, text))
                return sets[k]->v[i].id;
    return vocab_find(&t->vocab, text);
}
