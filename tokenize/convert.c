/* Conversions and their proof. */
#include "tokenize/convert.h"
#include <stdlib.h>
#include "core/json.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "tokenize/save.h"

/* ---- merges of a table ---------------------------------------------------------------------- */

/* By symbol: merges[s - 256] makes symbol s; ids of tokens. */
static struct merge *merges_of(const struct bpe_table *t)
{
    struct merge *v = mem_array(t->n - 256 + 1, sizeof *v);
    for (uint64_t i = 0; i <= t->mask; i++) {
        uint64_t e = t->slots[i];
        if (e == UINT64_MAX)
            continue;
        uint32_t made = (uint32_t)e & 0xFFFFFF;
        v[made - 256] = (struct merge){t->id[e >> 44], t->id[e >> 24 & 0xFFFFF], t->id[made], 0};
    }
    return v;
}

struct merge *convert_merges(const struct tokenizer *t, size_t *n)
{
    *n = t->table->n - 256;
    return merges_of(t->table);
}

/* ---- what can be said ----------------------------------------------------------------------- */

static int refuse(struct err *e, const char *what)
{
    return err_set(e, ERR_USAGE, "cannot be converted: %s", what);
}

static int check_plain(const struct tokenizer *t, struct err *e)
{
    if (!t->table)
        return refuse(e, "not a byte-level vocabulary with all bytes");
    if (t->prefix_space)
        return refuse(e, "a space is put in front of texts");
    if (t->cut == CUT_PATTERN && !pretok_pattern(t->pretok).n)
        return refuse(e, "several patterns are applied in turn");
    if (t->cut != CUT_PATTERN)
        return refuse(e, "no pattern cuts the text");
    return 0;
}

static bool only_nfc(const struct tokenizer *t)
{
    return t->normalizer.n == 0 || normalizer_is_nfc(&t->normalizer);
}

/* Tokens that merging or looking up can give; those added by name are none of them. */
static bool *tokens_of(const struct tokenizer *t)
{
    const struct vocab *v = &t->vocab;
    bool *is = mem_array(v->n_ids, sizeof *is);
    for (uint32_t id = 0; id < v->n_ids; id++)
        is[id] = v->token[id].n && vocab_find(v, v->token[id]) == id;
    for (size_t i = 0; i < t->n_added; i++)
        is[t->added[i].id] = false;
    return is;
}

/* Tokens longer than a byte that no merge makes. */
static uint64_t unreachable(const struct tokenizer *t)
{
    bool *is = tokens_of(t);
    uint64_t n = 0;
    for (uint32_t id = 0; id < t->vocab.n_ids; id++)
        n += is[id] && t->vocab.token[id].n > 1;
    mem_free(is);
    return n - (t->table->n - 256);
}

/* ---- conversions ---------------------------------------------------------------------------- */

static struct save_opts hf_opts(const struct tokenizer *t)
{
    return (struct save_opts){
        .ignore_merges = t->whole_piece && unreachable(t), .added_in_model = true,
        .nfc = t->normalizer.n > 0,
        .pattern = !strcmp(pretok_name(t->pretok), "gpt2") ? "gpt2" : pretok_pattern(t->pretok).p,
        .added = t->added, .n_added = t->n_added, .before = t->before, .n_before = t->n_before,
        .after = t->after, .n_after = t->n_after};
}

int convert_to_hf(const struct tokenizer *t, struct buf *out, struct err *e)
{
    if (check_plain(t, e) < 0)
        return -1;
    if (!only_nfc(t))
        return refuse(e, "its normalizer");
    struct save_opts o = hf_opts(t);
    struct merge *m = merges_of(t->table);
    save_hf(&t->vocab, m, t->table->n - 256, &o, out);
    mem_free(m);
    return 0;
}

static void add_config(const struct tokenizer *t, const char *class, struct buf *out)
{
    struct save_opts o = hf_opts(t);
    struct slice none = {"", 0};
    save_config(&o, class, t->bos == VOCAB_NONE ? none : t->vocab.token[t->bos],
                t->eos == VOCAB_NONE ? none : t->vocab.token[t->eos], out);
}

void convert_config(const struct tokenizer *t, struct buf *out)
{
    add_config(t, "PreTrainedTokenizerFast", out);
}

int convert_to_vocab_json(const struct tokenizer *t, struct buf *vocab, struct buf *merges,
                          struct buf *config, struct err *e)
{
    if (check_plain(t, e) < 0)
        return -1;
    if (t->n_before || t->n_after)
        return refuse(e, "a template adds ids around texts");
    bool gpt2 = !strcmp(pretok_name(t->pretok), "gpt2") && !t->normalizer.n;
    bool qwen2 = !strcmp(pretok_name(t->pretok), "qwen2") && normalizer_is_nfc(&t->normalizer);
    if (!gpt2 && !qwen2)
        return refuse(e, "vocab.json names no pattern; only GPT-2's and Qwen 2's have a class");
    if (t->whole_piece && unreachable(t))
        return refuse(e, "tokens that merges do not make are found whole");
    struct save_opts o = hf_opts(t);
    struct merge *m = merges_of(t->table);
    save_vocab_json(&t->vocab, &o, vocab);
    save_merges_txt(&t->vocab, m, t->table->n - 256, merges);
    add_config(t, gpt2 ? "GPT2Tokenizer" : "Qwen2Tokenizer", config);
    mem_free(m);
    return 0;
}

int convert_to_tiktoken(const struct tokenizer *t, struct buf *out, struct err *e)
{
    if (check_plain(t, e) < 0)
        return -1;
    if (t->normalizer.n)
        return refuse(e, "texts are normalized first");
    if (!t->whole_piece && unreachable(t))
        return refuse(e, "a token that merges do not make would be found whole");
    for (uint32_t s = 257; s < t->table->n; s++)
        if (t->table->id[s] < t->table->id[s - 1])
            return refuse(e, "ids are not in the order of merges");
    struct save_opts o = {.pattern = NULL};
    o.added = t->added;
    o.n_added = t->n_added;
    save_tiktoken(&t->vocab, &o, out);
    return 0;
}

/* ---- proof ---------------------------------------------------------------------------------- */

static int differ(struct err *e, const char *what, uint32_t id)
{
    return err_set(e, ERR_VERIFY, "the converted vocabulary differs: %s (id %u)", what,
                   (unsigned)id);
}

static int same_tokens(const struct tokenizer *a, const struct tokenizer *b, struct err *e)
{
    bool *x = tokens_of(a), *y = tokens_of(b);
    uint32_t na = a->vocab.n_ids, nb = b->vocab.n_ids;
    int rc = 0;
    for (uint32_t id = 0; rc == 0 && (id < na || id < nb); id++) {
        bool in_a = id < na && x[id], in_b = id < nb && y[id];
        if (in_a != in_b || (in_a && !slice_eq(a->vocab.token[id], b->vocab.token[id])))
            rc = differ(e, "another token", id);
    }
    mem_free(x);
    mem_free(y);
    return rc;
}

static int same_merges(const struct bpe_table *a, const struct bpe_table *b, struct err *e)
{
    if (!b || a->n != b->n)
        return differ(e, "the number of merges", b ? b->n : 0);
    struct merge *x = merges_of(a), *y = merges_of(b);
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && i < a->n - 256; i++)
        if (x[i].left != y[i].left || x[i].right != y[i].right || x[i].made != y[i].made)
            rc = differ(e, "another merge", x[i].made);
    mem_free(x);
    mem_free(y);
    return rc;
}

static int same_added(const struct tokenizer *a, const struct tokenizer *b, struct err *e)
{
    const struct added_token *x = a->added, *y = b->added;
    if (a->n_added != b->n_added)
        return differ(e, "the number of added tokens", (uint32_t)b->n_added);
    for (size_t i = 0; i < a->n_added; i++)
        if (!slice_eq(x[i].content, y[i].content) || x[i].id != y[i].id ||
            x[i].special != y[i].special || x[i].normalized != y[i].normalized ||
            x[i].lstrip != y[i].lstrip || x[i].rstrip != y[i].rstrip ||
            x[i].single_word != y[i].single_word)
            return differ(e, "another added token", x[i].id);
    return 0;
}

static bool same_template(const struct tokenizer *a, const struct tokenizer *b)
{
    return a->n_before == b->n_before && a->n_after == b->n_after &&
           !memcmp(a->before, b->before, a->n_before * sizeof *a->before) &&
           !memcmp(a->after, b->after, a->n_after * sizeof *a->after);
}

static int same_all(const struct tokenizer *t, const struct tokenizer *b, bool added,
                    struct err *e)
{
    int rc = same_tokens(t, b, e) || same_merges(t->table, b->table, e) ? -1 : 0;
    if (rc == 0 && (t->whole_piece && unreachable(t)) != (b->whole_piece && unreachable(b)))
        rc = differ(e, "how whole pieces are found", 0);
    if (rc == 0 && !slice_eq(pretok_pattern(t->pretok), pretok_pattern(b->pretok)))
        rc = differ(e, "the pattern", 0);
    if (rc == 0 && added && t->normalizer.n != b->normalizer.n)
        rc = differ(e, "the normalizer", 0);
    if (rc == 0 && added)
        rc = same_added(t, b, e);
    if (rc == 0 && added && !same_template(t, b))
        rc = differ(e, "the template", 0);
    return rc;
}

int convert_verify(const struct tokenizer *t, struct slice file, struct err *e)
{
    bool json = file.n && file.p[0] == '{';
    struct load_opts o = {json ? NULL : pretok_pattern(t->pretok).p, NULL, t->unicode, NULL};
    struct tokenizer *b = tokenizer_parse(file, SLICE(""), &o, e);
    if (!b)
        return -1;
    int rc = same_all(t, b, json, e);
    tokenizer_free(b);
    return rc;
}

int convert_verify_folder(const struct tokenizer *t, const char *folder, struct err *e)
{
    struct load_opts o = {NULL, NULL, t->unicode, NULL};
    struct tokenizer *b = tokenizer_load(folder, &o, e);
    if (!b)
        return -1;
    int rc = same_all(t, b, true, e);
    tokenizer_free(b);
    return rc;
}

/* ---- figures -------------------------------------------------------------------------------- */

struct vocab_figures vocab_figures(const struct tokenizer *t)
{
    struct vocab_figures f = {.tokens = 0};
    bool *is = tokens_of(t);
    for (uint32_t id = 0; id < t->vocab.n_ids; id++) {
        if (!is[id])
            continue;
        struct slice s = t->vocab.token[id];
        f.tokens++;
        f.bytes += s.n;
        f.one_byte += s.n == 1;
        f.longest = s.n > f.longest ? s.n : f.longest;
        f.partial += !utf8_valid(s);
    }
    mem_free(is);
    f.unreachable = t->table ? unreachable(t) : 0;
    return f;
}

static void put_id(struct buf *b, const char *key, uint32_t id)
{
    if (id == VOCAB_NONE)
        json_put_raw(b, key, SLICE("null"));
    else
        json_put_u64(b, key, id);
}

void vocab_describe(const struct tokenizer *t, struct buf *out)
{
    struct vocab_figures f = vocab_figures(t);
    size_t special = 0;
    char hex[33];
    hash128_hex(t->hash, hex);
    for (size_t i = 0; i < t->n_added; i++)
        special += t->added[i].special;
    buf_add_byte(out, '{');
    json_put_str(out, "format", slice_str(t->format));
    json_put_str(out, "hash", slice_str(hex));
    json_put_u64(out, "ids", t->vocab.n_ids);
    json_put_u64(out, "tokens", f.tokens);
    json_put_u64(out, "added", t->n_added);
    json_put_u64(out, "special", special);
    put_id(out, "bos", t->bos);
    put_id(out, "eos", t->eos);
    json_put_str(out, "symbols", t->byte_level ? SLICE("bytes") : SLICE("characters"));
    if (t->table) {
        json_put_u64(out, "merges", t->table->n - 256);
        json_put_u64(out, "unreachable", f.unreachable);
    } else {
        json_put_u64(out, "merges", t->vocab.n_pairs);
    }
    json_put_bool(out, "whole_pieces", t->whole_piece);
    json_put_u64(out, "one_byte_tokens", f.one_byte);
    json_put_u64(out, "tokens_not_utf8", f.partial);
    json_put_u64(out, "longest_token_bytes", f.longest);
    json_put_f64(out, "mean_token_bytes", f.tokens ? (double)f.bytes / (double)f.tokens : 0);
    if (t->pretok) {
        json_put_str(out, "pattern_name", slice_str(pretok_name(t->pretok)));
        json_put_str(out, "pattern", pretok_pattern(t->pretok));
    }
    json_put_str(out, "unicode", slice_str(unicode_version_name(t->unicode)));
    buf_add_byte(out, '}');
}
