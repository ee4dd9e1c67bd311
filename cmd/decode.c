/* decode - token ids back to text.
 * Bytes that are not UTF-8 (ids cut inside a character) become U+FFFD and are counted. */
#include <stddef.h>
#include "core/mem.h"
#include "core/stage.h"
#include "core/utf8.h"
#include "tokenize/encode.h"

struct conf {
    const char *tokenizer, *pattern;
    const char *specials;
    bool skip_special, keep_ids, any_tokenizer, raw;
    struct tokenizer *t;
    struct slice hash;                  /* hexadecimal, of the vocabulary */
    char hash_text[33];
};

static const struct opt opts[] = {
    OPT_FILE('t', "tokenizer", "FILE", struct conf, tokenizer,
            "vocabulary that the ids come from"),
    OPT_BOOL(0, "skip-special", struct conf, skip_special, "leave special tokens out of the text"),
    OPT_BOOL(0, "keep-ids", struct conf, keep_ids, "keep input_ids beside the text"),
    OPT_BOOL(0, "any-tokenizer", struct conf, any_tokenizer,
             "decode documents that say they were encoded with another vocabulary"),
    OPT_FILE(0, "specials", "FILE", struct conf, specials,
             "JSON that names a rank file's special tokens"),
    OPT_BOOL(0, "raw", struct conf, raw,
             "write the bare bytes of the ids, whatever they are, instead of documents"),
    OPT_END
};

static int open_decode(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    (void)s;
    if (!c->tokenizer)
        return err_set(e, ERR_USAGE, "decode needs -t FILE, the vocabulary");
    /* decoding cuts nothing, so a rank file of any name will do */
    size_t n = strlen(c->tokenizer);
    bool ranks = n > 9 && strcmp(c->tokenizer + n - 9, ".tiktoken") == 0;
    bool known = strstr(c->tokenizer, "k_base") != NULL;
    struct load_opts o = {ranks && !known ? "gpt2" : NULL, c->specials, UNICODE_DEFAULT,
                          NULL};
    c->t = tokenizer_load(c->tokenizer, &o, e);
    if (!c->t)
        return -1;
    hash128_hex(c->t->hash, c->hash_text);
    c->hash = slice_str(c->hash_text);
    return 0;
}

static void close_decode(void *conf)
{
    struct conf *c = conf;
    tokenizer_free(c->t);
}

static void *new_scratch(const void *conf)
{
    struct buf *out = mem_zero(sizeof *out);
    (void)conf;
    buf_init(out, BUF_NO_LIMIT);
    return out;
}

static void free_scratch(void *scratch)
{
    buf_free(scratch);
    mem_free(scratch);
}

static enum verdict decode(const void *conf, struct job *j, struct doc *d)
{
    const struct conf *c = conf;
    struct slice said = doc_get_text(d, SLICE("metadata.tokenizer.hash"));
    struct decode_opts o = {c->skip_special, !c->raw};
    uint32_t bad;
    uint64_t repaired = 0;
    if (!d->has_ids || doc_ids(d) < 0)
        return job_bad(j, "no-ids", "a document without input_ids cannot be decoded");
    if (said.n && !slice_eq(said, c->hash) && !c->any_tokenizer)
        return job_bad(j, "tokenizer", "encoded with vocabulary %.*s, not %s", (int)said.n,
                       said.p, c->hash_text);
    struct buf *out = j->scratch;
    buf_clear(out);
    if (tokenizer_decode(c->t, d->ids, d->n_ids, o, out, &bad) < 0)
        return job_bad(j, "id", "id %u is not in the vocabulary", (unsigned)bad);
    struct slice text = arena_copy(j->arena, buf_slice(out));
    if (c->raw) {                       /* any bytes: they go out as they are, never as JSON */
        d->text = text;
        return DOC_KEEP;
    }
    doc_set_text(d, utf8_repair(text, j->arena, &repaired));
    if (repaired)
        job_count(j, "repaired", repaired);
    if (!c->keep_ids)
        doc_drop_ids(d);
    return DOC_KEEP;
}

/* --raw: one text after the other, nothing between them. */
static bool format(const void *conf, const struct doc *d, struct buf *out)
{
    const struct conf *c = conf;
    if (c->raw)
        buf_add_slice(out, d->text);
    return c->raw;
}

extern const struct stage stage_decode;
const struct stage stage_decode = {
    .name = "decode",
    .summary = "turn token ids back into text",
    .operands = "[FILE...]",
    .example = "tokmill decode -t tokenizer.json ids.jsonl.zst | head",
    .form = FORM_MAP,
    .opts = opts,
    .conf_size = sizeof(struct conf),
    .open = open_decode,
    .close = close_decode,
    .scratch_new = new_scratch,
    .scratch_free = free_scratch,
    .map = decode,
    .format = format,
};
