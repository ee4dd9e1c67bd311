/* code - source files of trees and archives as documents. Rules: read/code.h. */
#include "core/json.h"
#include "core/mem.h"
#include "core/stage.h"
#include "core/utf8.h"
#include "read/code.h"

struct conf {
    struct opt_list lang;
    bool keep_all, unknown;
    uint64_t max_file;
};

static const struct opt OPTS[] = {
    OPT_LIST(0, "only", "LANGUAGE", struct conf, lang, "read only files of this language"),
    OPT_BOOL(0, "all", struct conf, keep_all,
             "keep vendored, generated and minified files and lock files too"),
    OPT_BOOL(0, "unknown", struct conf, unknown, "keep text files of no known language"),
    OPT_SIZE(0, "max-file", "SIZE", "1M", struct conf, max_file, "pass over larger files"),
    OPT_END,
};

static void *scratch_new(const void *conf)
{
    (void)conf;
    struct buf *b = mem_zero(sizeof *b);
    buf_init(b, 1 << 20);
    return b;
}

static void scratch_free(void *scratch)
{
    buf_free(scratch);
    mem_free(scratch);
}

static bool is_wanted(const struct conf *c, const char *lang)
{
    for (size_t i = 0; i < c->lang.n; i++) {
        if (lang && slice_eq_nocase(slice_str(c->lang.v[i]), slice_str(lang)))
            return true;
    }
    return c->lang.n == 0;
}

/* The reason why a file is no document, or NULL. */
static const char *passed_over(const struct conf *c, const struct piece *p, const char *lang)
{
    const char *reason = code_reject(p->name, p->bytes, lang);
    bool never = reason && (strcmp(reason, "binary") == 0 || strcmp(reason, "empty") == 0);
    if (reason && (never || !c->keep_all))
        return reason;
    if (p->bytes.n > c->max_file)
        return "large";
    if (!lang && !c->unknown)
        return "unknown";
    return is_wanted(c, lang) ? NULL : "language";
}

static int parse(const void *conf, struct job *j, const struct piece *p, struct batch *out)
{
    const char *lang = code_language(p->name, p->bytes);
    const char *reason = passed_over(conf, p, lang);
    if (reason) {
        batch_pass(out, reason);
        return 0;
    }
    uint64_t repaired = 0, in_name = 0;
    struct slice text = p->bytes, name = utf8_repair(p->name, j->arena, &in_name);
    if (slice_starts(text, SLICE("\xEF\xBB\xBF")))
        text = slice_from(text, 3);
    text = utf8_repair(text, j->arena, &repaired);
    if (repaired)
        batch_repaired(out, repaired);
    struct buf *meta = j->scratch;
    struct slice license = code_license(text);
    buf_clear(meta);
    json_put_str(meta, "path", name);
    if (lang)
        json_put_str(meta, "language", slice_str(lang));
    if (license.n)
        json_put_str(meta, "license", license);
    doc_make(batch_add(out), j->arena, name, text, p->fallback_source,
             arena_copy(j->arena, buf_slice(meta)));
    return 0;
}

const struct stage stage_code = {
    .name = "code",
    .summary = "read source files of folders and archives",
    .operands = "[FILE|FOLDER|ARCHIVE...]",
    .example = "tokmill code --only Python project.tar.gz -o code.jsonl.zst",
    .form = FORM_SOURCE,
    .opts = OPTS,
    .conf_size = sizeof(struct conf),
    .scratch_new = scratch_new,
    .scratch_free = scratch_free,
    .source = {.entries = true, .parse = parse},
};
