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

static int by_id(const void *a, const void *b)
{
    const struct added_token *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* The spelling in which a token is looked for in normalized text. */
static int normalized_spelling(struct tokenizer *t, struct norm_work *w, struct added_token *a,
                               struct err *e)
{
    struct aligned s = {a->content, 0, NULL, NULL};
    if (normalize(&t->normalizer, w, &s) < 0)
        return err_set(e, ERR_DATA, "the normalizer gave up on an added token");
    a->content = arena_copy(&t->vocab.arena, s.s);
    return 0;
}

/* Of two tokens with one id the later counts. */
static size_t without_doubles(struct added_token *v, const struct added_token *from, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < kept && v[k].id != from[i].id)
            k++;
        v[k] = from[i];
        kept += k == kept;
    }
    return kept;
}

int tokenizer_set_added(struct tokenizer *t, const struct added_token *v, size_t n, struct err *e)
{
    struct added_token *pass = mem_array(n + 1, sizeof *pass);
    struct norm_work w;
    int rc = 0;
    t->added = mem_array(n + 1, sizeof *t->added);
    t->n_added = without_doubles(t->added, v, n);
    norm_work_init(&w, &t->normalizer, false);
    for (int normalized = 0; normalized < 2; normalized++) {
        size_t k = 0;
        for (size_t i = 0; rc == 0 && i < t->n_added; i++) {
            if (t->added[i].normalized != (normalized == 1))
                continue;
            pass[k] = t->added[i];
            rc = normalized ? normalized_spelling(t, &w, &pass[k], e) : 0;
            k++;
        }
        added_set_build(normalized ? &t->normalized : &t->raw, pass, k);
    }
    qsort(t->added, t->n_added, sizeof *t->added, by_id);
    norm_work_free(&w);
    mem_free(pass);
    return rc;
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
                                         "<｜begin▁of▁sentence｜>", NULL};
    static const char *const ends[] = {"<|endoftext|>", "<|end_of_text|>", "</s>", "<eos>",
                                       "<｜end▁of▁sentence｜>", NULL};
    t->bos = t->n_before ? t->before[0] : first_known(t, begins);
    t->eos = t->n_after ? t->after[t->n_after - 1] : first_known(t, ends);
}

static void mark_specials(struct tokenizer *t)
{
    t->special = mem_array(t->vocab.n_ids ? t->vocab.n_ids : 1, sizeof *t->special);
    for (size_t i = 0; i < t->n_added; i++)
        t->special[t->added[i].id] = t->added[i].special;
}

/* By content: JSON, a protocol buffer, or lines. */
static int load_any(struct tokenizer *t, struct slice file, struct slice stem,
                    const struct load_opts *o, struct err *e)
{
    struct slice text = slice_trim(file);
    if (text.n && text.p[0] == '{')
        return is_tekken(text) ? load_tekken(t, text, o, e) : load_hf(t, text, o, e);
    if (is_sentencepiece(file))
        return load_sentencepiece(t, file, e);
    return load_tiktoken(t, text, stem, o, e);
}

struct tokenizer *tokenizer_parse(struct slice file, struct slice stem, const struct load_opts *o,
                                  struct err *e)
{
    struct tokenizer *t = mem_zero(sizeof *t);
    vocab_init(&t->vocab);
    t->unk = t->bos = t->eos = VOCAB_NONE;
    memset(t->fallback_id, 0xFF, sizeof t->fallback_id);
    t->hash = hash128(file);
    t->unicode = o->unicode;
    int rc = load_any(t, file, stem, o, e);
    if (rc == 0 && t->vocab.n_ids == 0)
        rc = err_set(e, ERR_DATA, "an empty vocabulary");
    if (rc < 0) {
        tokenizer_free(t);
        return NULL;
    }
    t->max_id = t->vocab.n_ids - 1;
    t->cuts = t->table ? cuts_new(&t->vocab) : NULL;
    mark_specials(t);
    finish_tokens(t);
    find_ends(t);
    return t;
}

struct tokenizer *tokenizer_load(const char *path, const struct load_opts *o, struct err *e)
{
    struct buf file;
    struct tokenizer *t = NULL;
    buf_init(&file, FILE_MAX);
    if (docs_read_file(path, &file, e) == 0)
        t = tokenizer_parse(buf_slice(&file), stem_of(path), o, e);
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
    mem_free(t->added);
    steps_free(&t->steps);
    normalizer_free(&t->normalizer);
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
    for (size_t i = 0; i < t->n_added; i++)
        if (slice_eq(t->added[i].content, text))
            return t->added[i].id;
    return vocab_find(&t->vocab, text);
}

bool tokenizer_is_byte(const struct tokenizer *t, uint32_t id)
{
    struct slice s = t->vocab.token[id];
    unsigned byte;
    char name[8] = "";
    if (s.n != 6 || memcmp(s.p, "<0x", 3) != 0)
        return false;
    memcpy(name, s.p, 6);
    byte = (unsigned)strtoul(name + 3, NULL, 16);
    return byte < 256 && t->fallback_id[byte] == id;
}
