/* vocab - what a vocabulary file is, the same as another kind of file, several side by side. */
#include <string.h>
#include "core/docs.h"
#include "core/json.h"
#include "core/mem.h"
#include "core/output.h"
#include "core/stage.h"
#include "tokenize/compare.h"
#include "tokenize/convert.h"

enum { TO_AUTO, TO_HF, TO_TIKTOKEN, TO_VOCAB_JSON, TO_HF_DIR };

struct conf {
    const char *pattern;
    const char *by;
    struct opt_list corpus;
    int to, unicode;
    bool json;
};

static const struct opt opts[] = {
    OPT_STR(0, "pattern", "NAME|REGEX", NULL, struct conf, pattern,
            "the pattern of a file that does not name its own"),
    OPT_CHOICE(0, "unicode", UNICODE_CHOICES, "16", struct conf, unicode,
               "version of the character tables that cut text into pieces"),
    OPT_CHOICE(0, "to", "auto|tokenizer.json|tiktoken|vocab.json|hf-dir", "auto", struct conf, to,
               "convert: what to write, the last two into a folder; auto: by the suffix of -o"),
    OPT_LIST(0, "corpus", "FILE", struct conf, corpus,
             "compare: documents to measure on; repeatable"),
    OPT_STR(0, "by", "FIELD", NULL, struct conf, by,
            "compare: measure each value of this field, metadata.lang say, by itself"),
    OPT_BOOL(0, "json", struct conf, json, "info, compare: one JSON object"),
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

static int put_file(const char *folder, const char *name, const struct buf *b, struct err *e)
{
    struct buf path;
    buf_init(&path, 1 << 16);
    buf_add_fmt(&path, "%s/%s", folder, name);
    buf_add_byte(&path, 0);
    int rc = output_whole(path.p, buf_slice(b), e);
    buf_free(&path);
    return rc;
}

/* A folder as transformers loads it: vocab.json and merges.txt, or tokenizer.json, and the
 * configuration. Read back and compared; files of a failed comparison stay for a look at them. */
static int convert_folder(const struct conf *c, const struct tokenizer *t, const char *to,
                          struct err *e)
{
    struct buf main, merges, config;
    bool pair = c->to == TO_VOCAB_JSON;
    int rc;
    if (!to)
        return err_set(e, ERR_USAGE, "--to vocab.json and hf-dir need -o FOLDER");
    buf_init(&main, BUF_NO_LIMIT);
    buf_init(&merges, BUF_NO_LIMIT);
    buf_init(&config, BUF_NO_LIMIT);
    rc = pair ? convert_to_vocab_json(t, &main, &merges, &config, e) : convert_to_hf(t, &main, e);
    if (!pair)
        convert_config(t, &config);
    if (rc == 0 && (output_mkdir(to, e) < 0 ||
                    put_file(to, pair ? "vocab.json" : "tokenizer.json", &main, e) < 0 ||
                    (pair && put_file(to, "merges.txt", &merges, e) < 0) ||
                    put_file(to, "tokenizer_config.json", &config, e) < 0))
        rc = -1;
    if (rc == 0)
        rc = convert_verify_folder(t, to, e);
    buf_free(&main);
    buf_free(&merges);
    buf_free(&config);
    return rc;
}

static int convert(const struct conf *c, const struct tokenizer *t, const char *to, struct err *e)
{
    struct buf out;
    const char *dot = to ? strrchr(to, '.') : NULL;
    bool ranks = c->to == TO_TIKTOKEN || (c->to == TO_AUTO && dot && !strcmp(dot, ".tiktoken"));
    if (c->to == TO_VOCAB_JSON || c->to == TO_HF_DIR)
        return convert_folder(c, t, to, e);
    buf_init(&out, BUF_NO_LIMIT);
    int rc = ranks ? convert_to_tiktoken(t, &out, e) : convert_to_hf(t, &out, e);
    if (rc == 0)
        rc = convert_verify(t, buf_slice(&out), e);
    if (rc == 0)
        rc = output_whole(to, buf_slice(&out), e);
    buf_free(&out);
    return rc;
}

/* ---- compare -------------------------------------------------------------------------------- */

static int measure_file(const struct conf *c, struct compare *m, const char *path, struct err *e)
{
    struct docs *r = docs_open(path, &doc_fields_default, e);
    struct arena a;
    struct doc d;
    int rc = r ? 1 : -1;
    arena_init(&a);
    while (rc > 0 && (rc = docs_next(r, &a, &d, e)) > 0) {
        struct slice group = c->by ? doc_get_text(&d, slice_str(c->by)) : (struct slice){"", 0};
        if (c->by && !group.n)
            group = SLICE("(none)");
        if (d.has_text && compare_add(m, d.text, group, e) < 0) {
            err_at(e, slice_str(path), ERR_NO_POS, ERR_NO_POS);
            rc = -1;
        }
        arena_reset(&a);
    }
    docs_close(r);
    arena_free(&a);
    return rc;
}

static int measure(const struct conf *c, struct compare *m, const char *to, struct err *e)
{
    struct buf json, table;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < c->corpus.n; i++)
        rc = measure_file(c, m, c->corpus.v[i], e);
    if (rc < 0)
        return -1;
    buf_init(&json, BUF_NO_LIMIT);
    buf_init(&table, BUF_NO_LIMIT);
    compare_json(m, c->by, &json);
    if (c->json)
        buf_add_byte(&json, '\n');
    else
        compare_table(buf_slice(&json), &table);
    rc = output_whole(to, buf_slice(c->json ? &json : &table), e);
    buf_free(&json);
    buf_free(&table);
    return rc;
}

/* Files by their names alone: figures say nothing of this machine. */
static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static int compare(const struct conf *c, const struct opt_list *files, const char *to,
                   struct err *e)
{
    size_t n = files->n - 1, loaded = 0;
    struct tokenizer **t = mem_array(n + 1, sizeof *t);
    const char **names = mem_array(n + 1, sizeof *names);
    struct load_opts o = {c->pattern, NULL, (enum unicode_version)c->unicode, NULL};
    int rc = 0;
    if (!n || !c->corpus.n)
        rc = err_set(e, ERR_USAGE, "vocab compare FILE... --corpus DOCUMENTS");
    while (rc == 0 && loaded < n) {
        names[loaded] = base_name(files->v[loaded + 1]);
        t[loaded] = tokenizer_load(files->v[loaded + 1], &o, e);
        rc = t[loaded] ? 0 : -1;
        loaded += rc == 0;
    }
    if (rc == 0) {
        struct compare *m = compare_new((const struct tokenizer *const *)t, names, n);
        rc = measure(c, m, to, e);
        compare_free(m);
    }
    for (size_t i = 0; i < loaded; i++)
        tokenizer_free(t[i]);
    mem_free(t);
    mem_free(names);
    return rc;
}

/* ---- verbs ---------------------------------------------------------------------------------- */

static int run(void *conf, const struct setup *s, struct err *e)
{
    const struct conf *c = conf;
    const struct opt_list *in = s->operands;
    bool is_info = in->n && !strcmp(in->v[0], "info");
    if (in->n && !strcmp(in->v[0], "compare"))
        return compare(c, in, s->out, e);
    if (in->n != 2 || (!is_info && strcmp(in->v[0], "convert")))
        return err_set(e, ERR_USAGE, "vocab info FILE, vocab convert FILE -o OUT, or vocab compare "
                       "FILE... --corpus DOCUMENTS");
    struct load_opts o = {c->pattern, NULL, (enum unicode_version)c->unicode, NULL};
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
    .summary = "describe, convert and compare vocabulary files",
    .operands = "info|convert|compare FILE...",
    .example = "tokmill vocab convert cl100k_base.tiktoken -o tokenizer.json",
    .form = FORM_TOOL,
    .opts = opts,
    .conf_size = sizeof(struct conf),
    .run = run,
};
