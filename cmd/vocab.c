/* vocab - what a vocabulary file is, and the same as another kind of file. */
#include "core/json.h"
#include "core/output.h"
#include "core/stage.h"
#include "tokenize/convert.h"

enum { TO_AUTO, TO_HF, TO_TIKTOKEN };

struct conf {
    const char *pattern;
    int to, unicode;
    bool json;
};

static const struct opt opts[] = {
    OPT_STR(0, "pattern", "NAME|REGEX", NULL, struct conf, pattern,
            "the pattern of a file that does not name its own"),
    OPT_CHOICE(0, "unicode", UNICODE_CHOICES, "16", struct conf, unicode,
               "version of the character tables that cut text into pieces"),
    OPT_CHOICE(0, "to", "auto|tokenizer.json|tiktoken", "auto", struct conf, to,
               "convert: what to write; auto: by the suffix of -o"),
    OPT_BOOL(0, "json", struct conf, json, "info: one JSON object"),
    OPT_END};

/* Members of a JSON object, one a line: "name: value". */
static void as_lines(struct slice json, struct buf *out)
{
    struct json_iter it;
    struct json_member m;
    struct arena a;
    uint64_t repaired = 0;
    arena_init(&a);
    for (json_iter_init(&it, json); json_iter_next(&it, &m);) {
        buf_add_slice(out, m.key);
        buf_add_str(out, ": ");
        buf_add_slice(out, json_is_string(m.value) ? json_string(m.value, &a, &repaired) : m.value);
        buf_add_byte(out, '\n');
    }
    arena_free(&a);
}

static int info(const struct conf *c, const struct tokenizer *t, const char *to, struct err *e)
{
    struct buf json, lines;
    buf_init(&json, BUF_NO_LIMIT);
    buf_init(&lines, BUF_NO_LIMIT);
    vocab_describe(t, &json);
    if (c->json)
        buf_add_byte(&json, '\n');
    else
        as_lines(buf_slice(&json), &lines);
    int rc = output_whole(to, buf_slice(c->json ? &json : &lines), e);
    buf_free(&json);
    buf_free(&lines);
    return rc;
}

static int convert(const struct conf *c, const struct tokenizer *t, const char *to, struct err *e)
{
    struct buf out;
    const char *dot = to ? strrchr(to, '.') : NULL;
    bool ranks = c->to == TO_TIKTOKEN || (c->to == TO_AUTO && dot && !strcmp(dot, ".tiktoken"));
    buf_init(&out, BUF_NO_LIMIT);
    int rc = ranks ? convert_to_tiktoken(t, &out, e) : convert_to_hf(t, &out, e);
    if (rc == 0)
        rc = convert_verify(t, buf_slice(&out), e);
    if (rc == 0)
        rc = output_whole(to, buf_slice(&out), e);
    buf_free(&out);
    return rc;
}

static int run(void *conf, const struct setup *s, struct err *e)
{
    const struct conf *c = conf;
    const struct opt_list *in = s->operands;
    bool is_info = in->n && !strcmp(in->v[0], "info");
    if (in->n != 2 || (!is_info && strcmp(in->v[0], "convert")))
        return err_set(e, ERR_USAGE, "vocab info FILE, or vocab convert FILE -o OUT");
    struct load_opts o = {c->pattern, NULL, (enum unicode_version)c->unicode};
    struct tokenizer *t = tokenizer_load(in->v[1], &o, e);
    if (!t)
        return -1;
    int rc = is_info ? info(c, t, s->out, e) : convert(c, t, s->out, e);
    if (rc < 0)
        err_at(e, slice_str(in->v[1]), ERR_NO_POS, ERR_NO_POS);
    tokenizer_free(t);
    return rc;
}

extern const struct stage stage_vocab;
const struct stage stage_vocab = {
    .name = "vocab",
    .summary = "describe a vocabulary file, or convert it",
    .operands = "info|convert FILE",
    .example = "tokmill vocab convert cl100k_base.tiktoken -o tokenizer.json",
    .form = FORM_TOOL,
    .opts = opts,
    .conf_size = sizeof(struct conf),
    .run = run,
};
