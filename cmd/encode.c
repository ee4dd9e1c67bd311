/* encode - text to token ids.
 * Thin: the vocabulary is loaded once, each worker has an encoder with its own word cache. */
#include <stddef.h>
#include "core/mem.h"
#include "core/stage.h"
#include "tokenize/encode.h"

struct conf {
    const char *tokenizer, *pattern;
    bool add_special, drop_text;
    int special, raw, unicode;
    struct tokenizer *t;
    struct buf described;               /* metadata.tokenizer */
};

enum { RAW_NO, RAW_U16, RAW_U32 };

struct scratch {
    struct encoder *encoder;
    struct slice *texts;                /* of a batch */
    struct encoded *encoded;
    size_t next, cap;
};

static const struct opt opts[] = {
    OPT_FILE('t', "tokenizer", "FILE", struct conf, tokenizer,
            "vocabulary: tokenizer.json or a .tiktoken rank file"),
    OPT_STR(0, "pattern", "NAME|REGEX", NULL, struct conf, pattern,
            "gpt2, cl100k, o200k or a regular expression instead of the file's own"),
    OPT_CHOICE(0, "unicode", UNICODE_CHOICES, "16", struct conf, unicode,
               "version of the character tables that cut text into pieces"),
    OPT_BOOL(0, "add-special", struct conf, add_special,
             "add the ids that the file's template puts around a text"),
    OPT_CHOICE(0, "special", "ordinary|parse|forbid", "ordinary", struct conf, special,
               "what the spelling of a special token in a text is"),
    OPT_CHOICE(0, "raw", "no|u16|u32", "no", struct conf, raw,
               "write bare little-endian ids instead of documents"),
    OPT_BOOL(0, "drop-text", struct conf, drop_text, "empty the text once it is encoded"),
    OPT_END
};

static int open_encode(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    (void)s;
    if (!c->tokenizer)
        return err_set(e, ERR_USAGE, "encode needs -t FILE, the vocabulary");
    struct load_opts o = {c->pattern, NULL, (enum unicode_version)c->unicode};
    c->t = tokenizer_load(c->tokenizer, &o, e);
    if (!c->t)
        return -1;
    if (c->raw == RAW_U16 && c->t->max_id > UINT16_MAX)
        return err_set(e, ERR_USAGE, "--raw u16 cannot hold ids up to %lu: use u32",
                       (unsigned long)c->t->max_id);
    buf_init(&c->described, 1 << 16);
    tokenizer_describe(c->t, &c->described);
    return 0;
}

static void close_encode(void *conf)
{
    struct conf *c = conf;
    tokenizer_free(c->t);
    buf_free(&c->described);
}

static void *new_scratch(const void *conf)
{
    const struct conf *c = conf;
    struct scratch *s = mem_zero(sizeof *s);
    struct encode_opts o = {(enum special_mode)c->special, NULL, c->add_special, false};
    s->encoder = encoder_new(c->t, &o);
    return s;
}

static void free_scratch(void *scratch)
{
    struct scratch *s = scratch;
    encoder_free(s->encoder);
    mem_free(s->texts);
    mem_free(s->encoded);
    mem_free(s);
}

/* All texts of a batch at once: short ones are encoded faster together. */
static void encode_ahead(const void *conf, struct job *j, const struct doc *docs, size_t n)
{
    struct scratch *s = j->scratch;
    (void)conf;
    if (n > s->cap) {
        s->cap = n + n / 2;
        s->texts = mem_grow_array(s->texts, s->cap, sizeof *s->texts);
        s->encoded = mem_grow_array(s->encoded, s->cap, sizeof *s->encoded);
    }
    for (size_t i = 0; i < n; i++)
        s->texts[i] = docs[i].has_text ? docs[i].text : SLICE("");
    encoder_run_all(s->encoder, s->texts, n, s->encoded);
    s->next = 0;
}

static enum verdict encode(const void *conf, struct job *j, struct doc *d)
{
    const struct conf *c = conf;
    struct scratch *s = j->scratch;
    const struct encoded *e = &s->encoded[s->next++];
    if (!d->has_text)
        return job_bad(j, "no-text", "a document without text cannot be encoded");
    switch (e->result) {
    case ENCODE_OK:
        break;
    case ENCODE_SPECIAL:
        return job_bad(j, "special", "the text spells a special token (--special forbid)");
    case ENCODE_PATTERN:
        return job_bad(j, "pattern", "the pattern gave up on this text");
    case ENCODE_LARGE:
        return job_bad(j, "oversize", "a text of 2 GiB or more cannot be encoded");
    }
    uint32_t *kept = arena_alloc(j->arena, e->n ? e->n * sizeof *kept : sizeof *kept);
    if (e->n)
        memcpy(kept, e->ids, e->n * sizeof *kept);
    doc_set_ids(d, kept, e->n);
    doc_set(d, "metadata.tokenizer", buf_slice(&c->described));
    job_count(j, "tokens", e->n);
    job_count(j, "encoded_bytes", d->text.n);
    if (c->drop_text)
        doc_set_text(d, SLICE(""));
    return DOC_KEEP;
}

/* --raw: the ids of one document after the other, nothing between them. */
static bool format(const void *conf, const struct doc *d, struct buf *out)
{
    const struct conf *c = conf;
    size_t width = c->raw == RAW_U16 ? 2 : 4;
    if (c->raw == RAW_NO)
        return false;
    char *to = buf_reserve(out, d->n_ids * width);
    for (size_t i = 0; i < d->n_ids; i++)
        for (size_t k = 0; k < width; k++)
            *to++ = (char)(d->ids[i] >> 8 * k);
    out->n += d->n_ids * width;
    return true;
}

extern const struct stage stage_encode;
const struct stage stage_encode = {
    .name = "encode",
    .summary = "turn text into token ids",
    .operands = "[FILE...]",
    .example = "tokmill encode -t tokenizer.json docs.jsonl.zst -o ids.jsonl.zst",
    .form = FORM_MAP,
    .opts = opts,
    .conf_size = sizeof(struct conf),
    .open = open_encode,
    .close = close_encode,
    .scratch_new = new_scratch,
    .scratch_free = free_scratch,
    .look_ahead = encode_ahead,
    .map = encode,
    .format = format,
};
