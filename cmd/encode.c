/* encode - text to token ids.
 * Thin: the vocabulary is loaded once, each worker has an encoder with its own word cache. */
#include <stddef.h>
#include "core/mem.h"
#include "core/stage.h"
#include "tokenize/encode.h"

struct conf {
    const char *tokenizer, *pattern;
    const char *specials, *begin, *end;
    struct opt_list allow;
    uint64_t max_tokens, min_tokens;
    bool add_special, drop_text;
    int special, raw, unicode, offsets, over;
    struct tokenizer *t;
    uint32_t begin_id, end_id;          /* VOCAB_NONE: none */
    bool *allowed;                      /* by id; NULL: none */
    struct buf described;               /* metadata.tokenizer */
};

enum { RAW_NO, RAW_U16, RAW_U32 };
enum { OFFSETS_NO, OFFSETS_BYTES, OFFSETS_CHARS };
enum { OVER_CUT, OVER_DROP, OVER_BAD };

struct scratch {
    struct encoder *encoder;
    struct slice *texts;                /* of a batch */
    struct encoded *encoded;
    size_t next, cap;
    struct buf offsets;
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
    OPT_LIST(0, "allow-special", "TOKEN", struct conf, allow,
             "this special token's spelling always is the token; repeatable"),
    OPT_FILE(0, "specials", "FILE", struct conf, specials,
             "JSON that names a rank file's special tokens"),
    OPT_STR(0, "begin", "TOKEN|auto", NULL, struct conf, begin,
            "put this token, or the vocabulary's bos, before each text"),
    OPT_STR(0, "end", "TOKEN|auto", NULL, struct conf, end,
            "put this token, or the vocabulary's eos, behind each text"),
    OPT_U64(0, "max-tokens", "N", "0", struct conf, max_tokens,
            "no document has more ids than this (0: any)"),
    OPT_CHOICE(0, "over", "cut|drop|bad", "cut", struct conf, over,
               "what happens to documents of more than --max-tokens"),
    OPT_U64(0, "min-tokens", "N", "0", struct conf, min_tokens,
            "drop documents of fewer ids than this"),
    OPT_CHOICE(0, "offsets", "no|bytes|chars", "no", struct conf, offsets,
               "write where in the text each id begins and ends"),
    OPT_CHOICE(0, "raw", "no|u16|u32", "no", struct conf, raw,
               "write bare little-endian ids instead of documents"),
    OPT_BOOL(0, "drop-text", struct conf, drop_text, "empty the text once it is encoded"),
    OPT_END
};

/* Id of a token that an option names; `known` is what auto stands for. */
static int named_id(const struct conf *c, const char *option, const char *name, uint32_t known,
                    uint32_t *id, struct err *e)
{
    *id = VOCAB_NONE;
    if (!name)
        return 0;
    *id = strcmp(name, "auto") ? tokenizer_id(c->t, slice_str(name)) : known;
    if (*id == VOCAB_NONE)
        return err_set(e, ERR_USAGE, "%s %s: the vocabulary has no such token", option, name);
    return 0;
}

static int allow_specials(struct conf *c, struct err *e)
{
    if (c->allow.n)
        c->allowed = mem_array(c->t->vocab.n_ids, sizeof *c->allowed);
    for (size_t i = 0; i < c->allow.n; i++) {
        uint32_t id = tokenizer_id(c->t, slice_str(c->allow.v[i]));
        if (id == VOCAB_NONE || !c->t->special[id])
            return err_set(e, ERR_USAGE, "--allow-special %s: the vocabulary has no such special "
                           "token", c->allow.v[i]);
        c->allowed[id] = true;
    }
    return 0;
}

static int open_encode(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    (void)s;
    if (!c->tokenizer)
        return err_set(e, ERR_USAGE, "encode needs -t FILE, the vocabulary");
    struct load_opts o = {c->pattern, c->specials, (enum unicode_version)c->unicode, NULL};
    c->t = tokenizer_load(c->tokenizer, &o, e);
    if (!c->t || allow_specials(c, e) < 0 ||
        named_id(c, "--begin", c->begin, c->t->bos, &c->begin_id, e) < 0 ||
        named_id(c, "--end", c->end, c->t->eos, &c->end_id, e) < 0)
        return -1;
    if (c->offsets && c->raw)
        return err_set(e, ERR_USAGE, "--raw writes ids alone, without --offsets");
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
    mem_free(c->allowed);
    buf_free(&c->described);
}

static void *new_scratch(const void *conf)
{
    const struct conf *c = conf;
    struct scratch *s = mem_zero(sizeof *s);
    struct encode_opts o = {(enum special_mode)c->special, c->allowed, c->add_special,
                            c->offsets != OFFSETS_NO};
    s->encoder = encoder_new(c->t, &o);
    buf_init(&s->offsets, BUF_NO_LIMIT);
    return s;
}

static void free_scratch(void *scratch)
{
    struct scratch *s = scratch;
    encoder_free(s->encoder);
    buf_free(&s->offsets);
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

/* Ids with those of --begin and --end around them, at most --max-tokens; in the batch's arena. */
static uint32_t *keep_ids(const struct conf *c, struct arena *a, const uint32_t *ids, size_t *n)
{
    size_t before = c->begin_id != VOCAB_NONE, after = c->end_id != VOCAB_NONE;
    size_t all = *n + before + after, most = c->max_tokens ? c->max_tokens : all;
    uint32_t *kept = arena_alloc(a, (all ? all : 1) * sizeof *kept);
    if (before)
        kept[0] = c->begin_id;
    if (*n)
        memcpy(kept + before, ids, *n * sizeof *kept);
    if (after)
        kept[all - 1] = c->end_id;
    *n = all < most ? all : most;
    return kept;
}

/* A place in a text, as bytes and as characters that begin before it. */
struct place {
    size_t byte, chars;
};

static void go_to(struct place *p, struct slice text, size_t byte)
{
    if (byte < p->byte)
        *p = (struct place){0, 0};
    for (; p->byte < byte; p->byte++)
        p->chars += ((unsigned char)text.p[p->byte] & 0xC0) != 0x80;
}

/* In characters: those that the bytes have a part in. */
static struct span in_chars(struct place *p, struct slice text, struct span s)
{
    struct span out;
    go_to(p, text, s.start);
    bool inside = s.start < text.n && ((unsigned char)text.p[s.start] & 0xC0) == 0x80;
    out.start = (uint32_t)(p->chars - inside);
    struct place end = *p;
    go_to(&end, text, s.end);
    out.end = (uint32_t)end.chars;
    return out;
}

/* `offsets`: [[start,end],...], one for each id that was kept. */
static void set_offsets(const struct conf *c, struct scratch *s, struct doc *d,
                        const struct encoded *e, size_t n)
{
    const struct span *v = encoder_spans(s->encoder) + (e->ids - s->encoded[0].ids);
    size_t before = c->begin_id != VOCAB_NONE;
    struct place at = {0, 0};
    buf_clear(&s->offsets);
    buf_add_byte(&s->offsets, '[');
    for (size_t i = 0; i < n; i++) {
        struct span p = {(uint32_t)d->text.n, (uint32_t)d->text.n};
        if (i < before)
            p = (struct span){0, 0};
        else if (i - before < e->n)
            p = v[i - before];
        if (c->offsets == OFFSETS_CHARS)
            p = in_chars(&at, d->text, p);
        buf_add_fmt(&s->offsets, "%s[%u,%u]", i ? "," : "", (unsigned)p.start, (unsigned)p.end);
    }
    buf_add_byte(&s->offsets, ']');
    doc_set(d, "offsets", buf_slice(&s->offsets));
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
    size_t n = e->n, all = n + (c->begin_id != VOCAB_NONE) + (c->end_id != VOCAB_NONE);
    if (all < c->min_tokens)
        return job_drop_value(j, "min-tokens", (double)all, (double)c->min_tokens);
    if (c->max_tokens && all > c->max_tokens && c->over == OVER_DROP)
        return job_drop_value(j, "max-tokens", (double)all, (double)c->max_tokens);
    if (c->max_tokens && all > c->max_tokens && c->over == OVER_BAD)
        return job_bad(j, "max-tokens", "%zu ids, more than --max-tokens", all);
    uint32_t *kept = keep_ids(c, j->arena, e->ids, &n);
    doc_set_ids(d, kept, n);
    doc_set(d, "metadata.tokenizer", buf_slice(&c->described));
    if (c->offsets)
        set_offsets(c, s, d, e, n);
    job_count(j, "tokens", n);
    job_count(j, "cut", n < all);
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
