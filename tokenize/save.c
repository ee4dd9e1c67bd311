/* Writing vocabularies.
 * The layout of tokenizer.json follows what the tokenizers library writes (version 1.0); merges are
 * in the older spelling "a b", which every version reads: byte-level tokens hold no space. */
#include "tokenize/save.h"
#include "core/json.h"
#include "core/utf8.h"
#include "tokenize/load.h"

static void spell(struct slice bytes, struct buf *out)
{
    char c[4];
    for (size_t i = 0; i < bytes.n; i++)
        buf_add(out, c, utf8_put(c, byte_level_char((unsigned char)bytes.p[i])));
}

/* ---- tokenizer.json ------------------------------------------------------------------------ */

static void add_added(const struct save_opts *o, uint32_t first, struct buf *out)
{
    buf_add_str(out, "  \"added_tokens\": [");
    for (size_t i = 0; i < o->n_special; i++) {
        buf_add_fmt(out, "%s\n    {\"id\": %u, \"content\": ", i ? "," : "",
                    (unsigned)(first + i));
        json_add_string(out, o->special[i]);
        buf_add_str(out, ", \"single_word\": false, \"lstrip\": false, \"rstrip\": false, "
                         "\"normalized\": false, \"special\": true}");
    }
    buf_add_str(out, o->n_special ? "\n  ],\n" : "],\n");
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

static void add_vocab(const struct trained *t, const struct save_opts *o, uint32_t shift,
                      uint32_t first, struct buf *out)
{
    struct buf name;
    bool any = false;
    buf_init(&name, BUF_NO_LIMIT);
    buf_add_str(out, "    \"vocab\": {");
    for (size_t i = 0; o->special_first && i < o->n_special; i++, any = true) {
        buf_add_str(out, any ? ",\n      " : "\n      ");
        json_add_string(out, o->special[i]);
        buf_add_fmt(out, ": %u", (unsigned)(first + i));
    }
    for (uint32_t id = 0; id < t->vocab.n_ids; id++, any = true) {
        buf_clear(&name);
        spell(t->vocab.token[id], &name);
        buf_add_str(out, any ? ",\n      " : "\n      ");
        json_add_string(out, buf_slice(&name));
        buf_add_fmt(out, ": %u", (unsigned)(id + shift));
    }
    buf_add_str(out, "\n    },\n");
    buf_free(&name);
}

static void add_merges(const struct trained *t, struct buf *out)
{
    struct buf name;
    buf_init(&name, BUF_NO_LIMIT);
    buf_add_str(out, "    \"merges\": [");
    for (size_t i = 0; i < t->n; i++) {
        buf_clear(&name);
        spell(t->vocab.token[t->merges[i].left], &name);
        buf_add_byte(&name, ' ');
        spell(t->vocab.token[t->merges[i].right], &name);
        buf_add_str(out, i ? ",\n      " : "\n      ");
        json_add_string(out, buf_slice(&name));
    }
    buf_add_str(out, t->n ? "\n    ]\n" : "]\n");
    buf_free(&name);
}

void save_hf(const struct trained *t, const struct save_opts *o, struct buf *out)
{
    uint32_t shift = o->special_first ? (uint32_t)o->n_special : 0;
    uint32_t first = o->special_first ? 0 : t->vocab.n_ids;
    buf_add_str(out, "{\n  \"version\": \"1.0\",\n  \"truncation\": null,\n  \"padding\": null,\n");
    add_added(o, first, out);
    buf_add_str(out, "  \"normalizer\": null,\n");
    add_pretokenizer(o, out);
    buf_add_str(out, "  \"post_processor\": null,\n  \"decoder\": {\"type\": \"ByteLevel\", "
                     "\"add_prefix_space\": true, \"trim_offsets\": true, \"use_regex\": true},\n"
                     "  \"model\": {\n    \"type\": \"BPE\",\n    \"dropout\": null,\n"
                     "    \"unk_token\": null,\n    \"continuing_subword_prefix\": null,\n"
                     "    \"end_of_word_suffix\": null,\n    \"fuse_unk\": false,\n"
                     "    \"byte_fallback\": false,\n    \"ignore_merges\": false,\n");
    add_vocab(t, o, shift, first, out);
    add_merges(t, out);
    buf_add_str(out, "  }\n}\n");
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

void save_tiktoken(const struct trained *t, struct buf *out)
{
    for (uint32_t id = 0; id < t->vocab.n_ids; id++) {
        base64(t->vocab.token[id], out);
        buf_add_fmt(out, " %u\n", (unsigned)id);
    }
}
