/* Opening a vocabulary file of either kind, and what both kinds share.
 * Which token begins and ends a document is not in either format: known names decide. */
#include "tokenize/tokenizer.h"
#include <stdlib.h>
#include "core/docs.h"
#include "core/input.h"
#include "core/json.h"
#include "core/mem.h"
#include "tokenize/load.h"
#include "tokenize/sp_model.h"

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

/* Of two tokens with one id the later counts, in the place of the first. */
static size_t without_doubles(const struct tokenizer *t, struct added_token *v,
                              const struct added_token *from, size_t n)
{
    uint32_t *place = mem_array(t->vocab.n_ids + 1, sizeof *place);     /* + 1; 0: none yet */
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t *p = &place[from[i].id];
        if (!*p)
            *p = (uint32_t)++kept;
        v[*p - 1] = from[i];
    }
    mem_free(place);
    return kept;
}

int tokenizer_set_added(struct tokenizer *t, const struct added_token *v, size_t n, struct err *e)
{
    struct added_token *pass = mem_array(n + 1, sizeof *pass);
    struct norm_work w;
    int rc = 0;
    t->added = mem_array(n + 1, sizeof *t->added);
    t->n_added = without_doubles(t, t->added, v, n);
    norm_work_init(&w, &t->normalizer, false);
    for (int normalized = 0; normalized < 2; normalized++) {
        size_t k = 0;
        for (size_t i = 0; rc == 0 && i < t->n_added; i++) {
            if (t->added[i].normalized != (normalized == 1))
                continue;
            pass[k] = t->added[i];
            if (normalized && !pass[k].as_spelled)
                rc = normalized_spelling(t, &w, &pass[k], e);
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
                                         "<｜begin▁of▁sentence｜>", "[BOS]", NULL};
    static const char *const ends[] = {"<|endoftext|>", "<|end_of_text|>", "</s>", "<eos>",
                                       "<｜end▁of▁sentence｜>", "[EOS]", NULL};
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
    normalizer_ready(&t->normalizer);
    find_ends(t);
    return t;
}

/* What one vocabulary is read from. */
struct files {
    struct buf main, merges, config, joined;
    struct arena arena;
    struct specials named;
};

static int read_if(char *path, struct buf *b, struct err *e)
{
    int rc = path ? docs_read_file(path, b, e) : 0;
    if (rc < 0)
        err_at(e, slice_str(path), ERR_NO_POS, ERR_NO_POS);
    mem_free(path);
    return rc;
}

static int read_specials(struct files *f, struct slice json, struct err *e)
{
    return specials_parse(&f->named, slice_trim(json), &f->arena, e);
}

/* merges.txt and tokenizer_config.json beside vocab.json. */
static int join_files(struct files *f, const char *path, struct err *e)
{
    char *merges = files_beside(path, "merges.txt");
    if (!merges)
        merges = files_beside(path, "vocab.bpe");
    if (!merges)
        return err_set(e, ERR_USAGE, "vocab.json needs its merges.txt beside it");
    if (read_if(merges, &f->merges, e) < 0 ||
        read_if(files_beside(path, "tokenizer_config.json"), &f->config, e) < 0)
        return -1;
    return vocab_json_to_hf(slice_trim(buf_slice(&f->main)), buf_slice(&f->merges),
                            slice_trim(buf_slice(&f->config)), &f->named, &f->joined, e);
}

/* Rank files of models say their special tokens in a tokenizer_config.json beside them. */
static int find_specials(struct files *f, const char *path, const struct load_opts *o,
                         struct err *e)
{
    struct slice stem = stem_of(path);
    bool model = slice_is(stem, "tiktoken") || slice_is(stem, "tokenizer");
    bool ranks = model && f->main.n && f->main.p[0] != '{' &&
                 !is_sentencepiece(buf_slice(&f->main));
    if (o->specials && read_if(mem_strdup(o->specials), &f->config, e) < 0)
        return -1;
    if (!o->specials && ranks &&
        read_if(files_beside(path, "tokenizer_config.json"), &f->config, e) < 0)
        return -1;
    return f->config.n ? read_specials(f, buf_slice(&f->config), e) : 0;
}

/* The hash of all that was read; of one file, its own. */
static struct hash128 hash_of(const struct files *f)
{
    struct hash128 h[3] = {hash128(buf_slice(&f->main)), hash128(buf_slice(&f->merges)),
                           hash128(buf_slice(&f->config))};
    return f->merges.n || f->config.n ? hash128(slice_of((const char *)h, sizeof h)) : h[0];
}

static struct tokenizer *load_files(struct files *f, const char *path, const struct load_opts *o,
                                    struct err *e)
{
    struct slice text = slice_trim(buf_slice(&f->main));
    struct load_opts with = *o;
    if (find_specials(f, path, o, e) < 0)
        return NULL;
    with.named = &f->named;
    bool pair = text.n && text.p[0] == '{' && is_vocab_json(text);
    if (pair && join_files(f, path, e) < 0)
        return NULL;
    if (o->specials && !pair && text.n && text.p[0] == '{') {
        err_set(e, ERR_USAGE, "--specials is for rank files and vocab.json");
        return NULL;
    }
    struct tokenizer *t = tokenizer_parse(buf_slice(pair ? &f->joined : &f->main), stem_of(path),
                                          &with, e);
    if (t)
        t->hash = hash_of(f);
    if (t && pair)
        t->format = "vocab.json and merges.txt";
    return t;
}

struct tokenizer *tokenizer_load(const char *path, const struct load_opts *o, struct err *e)
{
    struct files f = {.named = {.n = 0}};
    struct buf *bufs[] = {&f.main, &f.merges, &f.config, &f.joined};
    struct tokenizer *t = NULL;
    char *inside = files_in(path);
    for (int i = 0; i < 4; i++)
        buf_init(bufs[i], FILE_MAX);
    arena_init(&f.arena);
    if (docs_read_file(inside ? inside : path, &f.main, e) == 0)
        t = load_files(&f, inside ? inside : path, o, e);
    for (int i = 0; i < 4; i++)
        buf_free(bufs[i]);
    if (!t)
        err_at(e, slice_str(path), ERR_NO_POS, ERR_NO_POS);
    arena_free(&f.arena);
    mem_free(f.named.v);
    mem_free(inside);
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
