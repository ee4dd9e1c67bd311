/* Hugging Face's tokenizer.json, model type BPE.
 * Semantics from the tokenizers library: added tokens take the model's id if the model has them,
 * else the next free one; the last of equal merges wins; empty prefix and suffix equal null. */
#include "core/json.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "tokenize/load.h"

struct load {
    struct tokenizer *t;
    struct arena *a;                    /* the vocabulary's: content lives as long as it */
    struct vocab spelled;               /* ids by spelling in the file */
    struct err *e;
    bool saw_byte_level, use_regex;
    struct slice split[8];              /* expressions of Split and Digits, in order */
    size_t n_split;
};

static struct slice get(struct slice object, const char *path)
{
    return object.p && object.n && object.p[0] == '{' ? json_find(object, slice_str(path), NULL)
                                                      : (struct slice){NULL, 0};
}

static bool is_null(struct slice v)
{
    return !v.p || slice_is(v, "null");
}

static bool is_true(struct slice v)
{
    return v.p && slice_is(v, "true");
}

static struct slice text_of(struct load *l, struct slice v)
{
    uint64_t repaired = 0;
    return v.p && json_is_string(v) ? json_string(v, l->a, &repaired) : (struct slice){"", 0};
}

static struct slice type_of(struct load *l, struct slice v)
{
    return text_of(l, get(v, "type"));
}

static int refuse(struct load *l, const char *what, struct slice type)
{
    return err_set(l->e, ERR_USAGE, "%s '%.*s' of a tokenizer.json is not supported", what,
                   (int)(type.n < 60 ? type.n : 60), type.p);
}

/* ---- normalizer --------------------------------------------------------------------------- */

static int add_norm(struct load *l, enum norm_kind kind, struct slice from, struct slice to)
{
    struct tokenizer *t = l->t;
    if (t->n_norm == sizeof t->norm / sizeof *t->norm)
        return refuse(l, "normalizer", SLICE("sequence this long"));
    t->norm[t->n_norm++] = (struct norm_op){kind, arena_copy(l->a, from), arena_copy(l->a, to)};
    return 0;
}

static int one_normalizer(struct load *l, struct slice v)
{
    struct slice type = type_of(l, v), none = {"", 0};
    if (slice_is(type, "NFC"))
        return add_norm(l, NORM_NFC, none, none);
    if (slice_is(type, "Prepend"))
        return add_norm(l, NORM_PREPEND, none, text_of(l, get(v, "prepend")));
    if (slice_is(type, "Replace")) {
        struct slice from = text_of(l, get(v, "pattern.String"));
        if (!from.n)
            return refuse(l, "normalizer", SLICE("Replace with a Regex"));
        return add_norm(l, NORM_REPLACE, from, text_of(l, get(v, "content")));
    }
    return refuse(l, "normalizer", type);
}

/* Calls `one` for v, or for each member of the array `list` when v is a Sequence. */
static int each(struct load *l, struct slice v, const char *list,
                int (*one)(struct load *, struct slice))
{
    struct json_iter it;
    struct json_member m;
    if (is_null(v))
        return 0;
    if (!slice_is(type_of(l, v), "Sequence"))
        return one(l, v);
    if (!json_iter_init(&it, get(v, list)))
        return err_set(l->e, ERR_DATA, "a Sequence without its %s", list);
    while (json_iter_next(&it, &m))
        if (one(l, m.value) < 0)
            return -1;
    return 0;
}

/* ---- pretokenizer ------------------------------------------------------------------------- */

static int metaspace(struct load *l, struct slice v)
{
    struct tokenizer *t = l->t;
    struct slice scheme = text_of(l, get(v, "prepend_scheme"));
    if (!slice_is(text_of(l, get(v, "replacement")), META))
        return refuse(l, "Metaspace replacement", text_of(l, get(v, "replacement")));
    t->metaspace = true;
    if (slice_is(scheme, "first"))
        t->meta_prepend = META_FIRST;
    else if (slice_is(scheme, "never") ||
             (!scheme.n && slice_is(get(v, "add_prefix_space"), "false")))
        t->meta_prepend = META_NEVER;
    else
        t->meta_prepend = META_ALWAYS;
    t->cut = slice_is(get(v, "split"), "false") ? CUT_NONE : CUT_META;
    return 0;
}

static int add_split(struct load *l, struct slice regex)
{
    if (l->saw_byte_level)
        return refuse(l, "pre_tokenizer", SLICE("split behind ByteLevel"));
    if (l->n_split == sizeof l->split / sizeof *l->split)
        return refuse(l, "pre_tokenizer", SLICE("sequence this long"));
    l->split[l->n_split++] = regex;
    return 0;
}

static int split(struct load *l, struct slice v)
{
    struct slice behavior = text_of(l, get(v, "behavior"));
    bool invert = is_true(get(v, "invert"));
    struct slice regex = text_of(l, get(v, "pattern.Regex"));
    if (!regex.n)
        return refuse(l, "pre_tokenizer", SLICE("Split by a String"));
    /* Removed with invert keeps the matches and drops nothing if the pattern covers all text */
    if (!(slice_is(behavior, "Isolated") && !invert) && !(slice_is(behavior, "Removed") && invert))
        return refuse(l, "Split behavior", behavior);
    return add_split(l, regex);
}

static int one_pretokenizer(struct load *l, struct slice v)
{
    struct slice type = type_of(l, v);
    if (slice_is(type, "Split"))
        return split(l, v);
    if (slice_is(type, "Digits"))       /* char::is_numeric is category N */
        return add_split(l, is_true(get(v, "individual_digits")) ? SLICE("\\p{N}")
                                                                  : SLICE("\\p{N}+"));
    if (slice_is(type, "Metaspace") && !l->n_split && !l->saw_byte_level)
        return metaspace(l, v);
    if (!slice_is(type, "ByteLevel"))
        return refuse(l, "pre_tokenizer", type);
    l->saw_byte_level = true;
    l->use_regex = !slice_is(get(v, "use_regex"), "false");
    l->t->prefix_space = !slice_is(get(v, "add_prefix_space"), "false");
    if (l->n_split && l->t->prefix_space)
        return refuse(l, "pre_tokenizer", SLICE("Split with add_prefix_space"));
    return 0;
}

/* ByteLevel's own expression comes behind those of other steps. */
static int add_use_regex(struct load *l)
{
    l->saw_byte_level = false;
    int rc = add_split(l, SLICE("gpt2"));
    l->saw_byte_level = true;
    return rc;
}

static int pretokenizer(struct load *l, struct slice v, const char *pattern)
{
    struct tokenizer *t = l->t;
    t->cut = CUT_NONE;
    if (each(l, v, "pretokenizers", one_pretokenizer) < 0)
        return -1;
    if (l->n_split && !l->saw_byte_level)
        return refuse(l, "pre_tokenizer", SLICE("Split without ByteLevel"));
    if (l->saw_byte_level && t->metaspace)
        return refuse(l, "pre_tokenizer", SLICE("Metaspace with ByteLevel"));
    t->byte_level = l->saw_byte_level;
    if (pattern) {
        l->split[0] = slice_str(pattern);
        l->n_split = 1;
    } else if (l->saw_byte_level && l->use_regex && add_use_regex(l) < 0) {
        return -1;
    }
    for (size_t i = 0; i < l->n_split; i++) {
        struct pretok *p = pretok_new(l->split[i], l->e);
        if (!p)
            return -1;
        t->pretok = t->pretok ? pretok_chain(t->pretok, p) : p;
        t->cut = CUT_PATTERN;
    }
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
        struct slice s = text_of(l, v);
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
            part[n] = text_of(l, m.value);
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
        if (json_is_string(m.value) && slice_starts(text_of(l, m.value), SLICE("#version")))
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
    return 0;
}

static int load_model(struct load *l, struct slice model)
{
    struct tokenizer *t = l->t;
    struct slice type = type_of(l, model), dropout = get(model, "dropout");
    double p = 0;
    if (type.n && !slice_is(type, "BPE"))
        return refuse(l, "model", type);
    if (text_of(l, get(model, "continuing_subword_prefix")).n)
        return refuse(l, "model option", SLICE("continuing_subword_prefix"));
    if (text_of(l, get(model, "end_of_word_suffix")).n)
        return refuse(l, "model option", SLICE("end_of_word_suffix"));
    if (!is_null(dropout) && !(json_f64(dropout, &p) && p == 0.0))
        return refuse(l, "model option", SLICE("dropout"));
    t->fuse_unk = is_true(get(model, "fuse_unk"));
    t->byte_fallback = is_true(get(model, "byte_fallback"));
    t->whole_piece = is_true(get(model, "ignore_merges"));
    if (load_vocab(l, get(model, "vocab")) < 0 || load_merges(l, get(model, "merges")) < 0)
        return -1;
    struct slice unk = text_of(l, get(model, "unk_token"));
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

/* ---- added tokens, post-processor, decoder ------------------------------------------------ */

static int one_added(struct load *l, struct slice v, struct added_token *out)
{
    struct slice content = text_of(l, get(v, "content"));
    if (!content.n)
        return err_set(l->e, ERR_DATA, "an added token without content");
    if (is_true(get(v, "single_word")))
        return refuse(l, "added token option", SLICE("single_word"));
    uint32_t id = vocab_find(&l->spelled, content);
    if (id == VOCAB_NONE) {
        id = l->spelled.n_ids;
        if (vocab_add(&l->spelled, id, content, true, l->e) < 0 ||
            vocab_add(&l->t->vocab, id, content, false, l->e) < 0)
            return -1;
    } else {
        l->t->vocab.token[id] = arena_copy(l->a, content);  /* decodes to its text */
    }
    *out = (struct added_token){arena_copy(l->a, content), id, is_true(get(v, "special")),
                                is_true(get(v, "normalized")), is_true(get(v, "lstrip")),
                                is_true(get(v, "rstrip"))};
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
    while (some && rc == 0 && json_iter_next(&it, &m)) {
        if (n == cap) {
            cap = cap ? cap * 2 : 64;
            v = mem_grow_array(v, cap, sizeof *v);
        }
        rc = one_added(l, m.value, &v[n]);
        n += rc == 0;
    }
    added_sets_build(l->t, v, n);
    mem_free(v);
    return rc;
}

static int template_item(struct load *l, struct slice processor, struct slice item, bool *after)
{
    struct tokenizer *t = l->t;
    if (get(item, "Sequence").p) {
        *after = true;
        return 0;
    }
    struct slice name = text_of(l, get(item, "SpecialToken.id"));
    uint32_t id = vocab_find(&l->spelled, name);
    size_t *n = *after ? &t->n_after : &t->n_before;
    (void)processor;
    if (id == VOCAB_NONE || *n == 8)
        return refuse(l, "template item", name);
    (*after ? t->after : t->before)[(*n)++] = id;
    return 0;
}

static int one_processor(struct load *l, struct slice v)
{
    struct slice type = type_of(l, v);
    struct json_iter it;
    struct json_member m;
    bool after = false;
    if (slice_is(type, "ByteLevel"))
        return 0;                       /* offsets only */
    if (!slice_is(type, "TemplateProcessing") || !json_iter_init(&it, get(v, "single")))
        return refuse(l, "post_processor", type);
    while (json_iter_next(&it, &m))
        if (template_item(l, v, m.value, &after) < 0)
            return -1;
    return 0;
}

static int one_decoder(struct load *l, struct slice v)
{
    static const char *const fine[] = {"ByteLevel", "ByteFallback", "Fuse", NULL};
    struct slice type = type_of(l, v);
    for (size_t i = 0; fine[i]; i++)
        if (slice_is(type, fine[i]))
            return 0;
    if (slice_is(type, "Replace") && slice_is(text_of(l, get(v, "pattern.String")), META) &&
        slice_is(text_of(l, get(v, "content")), " "))
        return 0;
    if (slice_is(type, "Metaspace")) {
        l->t->strip_first_space = l->t->meta_prepend != META_NEVER;
        return 0;
    }
    if (slice_is(type, "Strip") && slice_is(text_of(l, get(v, "content")), " ") &&
        slice_is(get(v, "start"), "1") && slice_is(get(v, "stop"), "0")) {
        l->t->strip_first_space = true;
        return 0;
    }
    return refuse(l, "decoder", type);
}

int load_hf(struct tokenizer *t, struct slice text, const char *pattern, struct err *e)
{
    struct load l = {.t = t, .a = &t->vocab.arena, .e = e};
    size_t at;
    if (json_check(text, &at) < 0)
        return err_set(e, ERR_DATA, "no valid JSON at byte %zu", at);
    t->format = "tokenizer.json";
    vocab_init(&l.spelled);
    int rc = 0;
    if (each(&l, get(text, "normalizer"), "normalizers", one_normalizer) < 0 ||
        pretokenizer(&l, get(text, "pre_tokenizer"), pattern) < 0 ||
        load_model(&l, get(text, "model")) < 0 ||
        load_added(&l, get(text, "added_tokens")) < 0 ||
        each(&l, get(text, "post_processor"), "processors", one_processor) < 0 ||
        each(&l, get(text, "decoder"), "decoders", one_decoder) < 0)
        rc = -1;
    if (rc == 0) {
        finish_characters(t);
    }
    vocab_free(&l.spelled);
    return rc;
}
