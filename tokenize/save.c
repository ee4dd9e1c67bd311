/* Writing vocabularies.
 * The layout of tokenizer.json follows what the tokenizers library writes (version 1.0); merges are
 * in the older spelling "a b", which every version reads: byte-level tokens hold no space. */
#include "tokenize/save.h"
#include "core/json.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "tokenize/load.h"

static void spell(struct slice bytes, struct buf *out)
{
    char c[4];
    for (size_t i = 0; i < bytes.n; i++)
        buf_add(out, c, utf8_put(c, byte_level_char((unsigned char)bytes.p[i])));
}

/* ---- tokenizer.json ------------------------------------------------------------------------ */

static const char *truth(bool b)
{
    return b ? "true" : "false";
}

/* Behind its id: content and flags, as both files have them. */
static void add_token(const struct added_token *a, struct buf *out)
{
    json_add_string(out, a->content);
    buf_add_fmt(out, ", \"single_word\": %s, \"lstrip\": %s, \"rstrip\": %s, "
                "\"normalized\": %s, \"special\": %s}", truth(a->single_word), truth(a->lstrip),
                truth(a->rstrip), truth(a->normalized), truth(a->special));
}

static void add_added(const struct save_opts *o, struct buf *out)
{
    buf_add_str(out, "  \"added_tokens\": [");
    for (size_t i = 0; i < o->n_added; i++) {
        const struct added_token *a = &o->added[i];
        buf_add_fmt(out, "%s\n    {\"id\": %u, \"content\": ", i ? "," : "", (unsigned)a->id);
        add_token(a, out);
    }
    buf_add_str(out, o->n_added ? "\n  ],\n" : "],\n");
}

static void add_pretokenizer(const struct save_opts *o, struct buf *out)
{
    bool gpt2 = slice_is(slice_str(o->pattern), "gpt2");
    buf_add_str(out, "  \"pre_tokenizer\": ");
    if (!gpt2) {
        buf_add_str(out, "{\"type\": \"Sequence\", \"pretokenizers\": [\n    {\"type\": \"Split\", "
                         "\"pattern\": {\"Regex\": ");
        json_add_string(out, slice_str(o->pattern));
        buf_add_str(out, "}, \"behavior\": \"Isolated\", \"invert\": false},\n    ");
    }
    buf_add_fmt(out, "{\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"trim_offsets\": "
                     "true, \"use_regex\": %s}%s,\n", gpt2 ? "true" : "false", gpt2 ? "" : "]}");
}

static bool left_out(const struct vocab *v, const struct save_opts *o, uint32_t id)
{
    struct slice s = v->token[id];
    return o->without && s.n == 1 && o->without[(unsigned char)s.p[0]];
}

/* Ids of `v` that the files list as tokens; the caller frees it. */
static bool *wanted(const struct vocab *v, const struct save_opts *o)
{
    bool *is = mem_array(v->n_ids ? v->n_ids : 1, sizeof *is);
    for (uint32_t id = 0; id < v->n_ids; id++)
        is[id] = v->token[id].n && vocab_find(v, v->token[id]) == id && !left_out(v, o, id);
    for (size_t i = 0; i < o->n_added && !o->without; i++)
        if (o->added[i].id >= o->shift && o->added[i].id - o->shift < v->n_ids)
            is[o->added[i].id - o->shift] = false;
    return is;
}

static void add_entry(struct slice name, uint32_t id, bool *any, struct buf *out)
{
    buf_add_str(out, *any ? ",\n      " : "\n      ");
    json_add_string(out, name);
    buf_add_fmt(out, ": %u", (unsigned)id);
    *any = true;
}

static void add_vocab(const struct vocab *v, const struct save_opts *o, struct buf *out)
{
    struct buf name;
    bool any = false, *is = wanted(v, o);
    buf_init(&name, BUF_NO_LIMIT);
    buf_add_byte(out, '{');
    for (size_t i = 0; i < o->n_added; i++)
        if (o->added_in_model)
            add_entry(o->added[i].content, o->added[i].id, &any, out);
    for (uint32_t id = 0, gone = 0; id < v->n_ids; id++) {
        gone += left_out(v, o, id);
        if (!is[id])
            continue;
        buf_clear(&name);
        spell(v->token[id], &name);
        add_entry(buf_slice(&name), id + o->shift - gone, &any, out);
    }
    buf_add_str(out, "\n    }");
    buf_free(&name);
    mem_free(is);
}

static void add_merges(const struct vocab *v, const struct merge *merges, size_t n,
                       struct buf *out)
{
    struct buf name;
    buf_init(&name, BUF_NO_LIMIT);
    buf_add_str(out, "    \"merges\": [");
    for (size_t i = 0; i < n; i++) {
        buf_clear(&name);
        spell(v->token[merges[i].left], &name);
        buf_add_byte(&name, ' ');
        spell(v->token[merges[i].right], &name);
        buf_add_str(out, i ? ",\n      " : "\n      ");
        json_add_string(out, buf_slice(&name));
    }
    buf_add_str(out, n ? "\n    ]\n" : "]\n");
    buf_free(&name);
}

static struct slice added_content(const struct save_opts *o, uint32_t id)
{
    for (size_t i = 0; i < o->n_added; i++)
        if (o->added[i].id == id)
            return o->added[i].content;
    return (struct slice){"", 0};
}

static void add_around(const struct save_opts *o, const uint32_t *ids, size_t n, bool behind,
                       struct buf *out)
{
    for (size_t i = 0; i < n; i++) {
        buf_add_str(out, behind ? ", " : "");
        buf_add_str(out, "{\"SpecialToken\": {\"id\": ");
        json_add_string(out, added_content(o, ids[i]));
        buf_add_fmt(out, ", \"type_id\": 0}}%s", behind ? "" : ", ");
    }
}

static void add_special_ids(const struct save_opts *o, const uint32_t *ids, size_t n, bool *any,
                            struct buf *out)
{
    for (size_t i = 0; i < n; i++) {
        bool twice = false;
        for (size_t k = 0; k < i; k++)
            twice = twice || ids[k] == ids[i];
        for (size_t k = 0; ids == o->after && k < o->n_before; k++)
            twice = twice || o->before[k] == ids[i];
        if (twice)
            continue;
        struct slice name = added_content(o, ids[i]);
        buf_add_str(out, *any ? ", " : "");
        json_add_string(out, name);
        buf_add_str(out, ": {\"id\": ");
        json_add_string(out, name);
        buf_add_fmt(out, ", \"ids\": [%u], \"tokens\": [", (unsigned)ids[i]);
        json_add_string(out, name);
        buf_add_str(out, "]}");
        *any = true;
    }
}

static void add_template(const struct save_opts *o, struct buf *out)
{
    bool any = false;
    if (!o->n_before && !o->n_after) {
        buf_add_str(out, "null");
        return;
    }
    buf_add_str(out, "{\"type\": \"TemplateProcessing\", \"single\": [");
    add_around(o, o->before, o->n_before, false, out);
    buf_add_str(out, "{\"Sequence\": {\"id\": \"A\", \"type_id\": 0}}");
    add_around(o, o->after, o->n_after, true, out);
    buf_add_str(out, "],\n    \"pair\": [{\"Sequence\": {\"id\": \"A\", \"type_id\": 0}}, "
                     "{\"Sequence\": {\"id\": \"B\", \"type_id\": 1}}],\n"
                     "    \"special_tokens\": {");
    add_special_ids(o, o->before, o->n_before, &any, out);
    add_special_ids(o, o->after, o->n_after, &any, out);
    buf_add_str(out, "}}");
}

void save_hf(const struct vocab *v, const struct merge *merges, size_t n,
             const struct save_opts *o, struct buf *out)
{
    buf_add_str(out, "{\n  \"version\": \"1.0\",\n  \"truncation\": null,\n"
                     "  \"padding\": null,\n");
    add_added(o, out);
    buf_add_fmt(out, "  \"normalizer\": %s,\n", o->nfc ? "{\"type\": \"NFC\"}" : "null");
    add_pretokenizer(o, out);
    buf_add_str(out, "  \"post_processor\": ");
    add_template(o, out);
    buf_add_str(out, ",\n  \"decoder\": {\"type\": \"ByteLevel\", "
                     "\"add_prefix_space\": true, \"trim_offsets\": true, \"use_regex\": true},\n"
                     "  \"model\": {\n    \"type\": \"BPE\",\n    \"dropout\": null,\n"
                     "    \"unk_token\": null,\n    \"continuing_subword_prefix\": null,\n"
                     "    \"end_of_word_suffix\": null,\n    \"fuse_unk\": false,\n");
    buf_add_fmt(out, "    \"byte_fallback\": false,\n    \"ignore_merges\": %s,\n",
                truth(o->ignore_merges));
    if (o->note)                        /* the library passes over what it does not know here */
        buf_add_fmt(out, "    \"tokmill\": %s,\n", o->note);
    buf_add_str(out, "    \"vocab\": ");
    add_vocab(v, o, out);
    buf_add_str(out, ",\n");
    add_merges(v, merges, n, out);
    buf_add_str(out, "  }\n}\n");
}

/* ---- vocab.json, merges.txt, tokenizer_config.json ------------------------------------------- */

void save_vocab_json(const struct vocab *v, const struct save_opts *o, struct buf *out)
{
    add_vocab(v, o, out);
    buf_add_byte(out, '\n');
}

void save_merges_txt(const struct vocab *v, const struct merge *merges, size_t n, struct buf *out)
{
    buf_add_str(out, "#version: 0.2\n");
    for (size_t i = 0; i < n; i++) {
        spell(v->token[merges[i].left], out);
        buf_add_byte(out, ' ');
        spell(v->token[merges[i].right], out);
        buf_add_byte(out, '\n');
    }
}

static void add_end(const char *key, struct slice content, struct buf *out)
{
    buf_add_fmt(out, "  \"%s\": ", key);
    if (content.n)
        json_add_string(out, content);
    else
        buf_add_str(out, "null");
    buf_add_str(out, ",\n");
}

void save_config(const struct save_opts *o, const char *class, struct slice bos, struct slice eos,
                 struct buf *out)
{
    buf_add_str(out, "{\n  \"added_tokens_decoder\": {");
    for (size_t i = 0; i < o->n_added; i++) {
        const struct added_token *a = &o->added[i];
        buf_add_fmt(out, "%s\n    \"%u\": {\"content\": ", i ? "," : "", (unsigned)a->id);
        add_token(a, out);
    }
    buf_add_str(out, o->n_added ? "\n  },\n" : "},\n");
    add_end("bos_token", bos, out);
    add_end("eos_token", eos, out);
    buf_add_fmt(out, "  \"clean_up_tokenization_spaces\": false,\n"
                "  \"tokenizer_class\": \"%s\"\n}\n", class);
}

/* ---- rank files ---------------------------------------------------------------------------- */

static void base64(struct slice s, struct buf *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < s.n; i += 3) {
        uint32_t v = 0;
        size_t n = s.n - i < 3 ? s.n - i : 3;
        for (size_t k = 0; k < 3; k++)
            v = v << 8 | (k < n ? (unsigned char)s.p[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            buf_add_byte(out, k <= n ? digits[v >> (18 - 6 * k) & 63] : '=');
    }
}

void save_tiktoken(const struct vocab *v, const struct save_opts *o, struct buf *out)
{
    bool *is = wanted(v, o);
    for (uint32_t id = 0; id < v->n_ids; id++) {
        if (!is[id])
            continue;
        base64(v->token[id], out);
        buf_add_fmt(out, " %u\n", (unsigned)id);
    }
    mem_free(is);
}
