/* norm - one spelling for what looks the same: composed form, controls, spaces.
 * The rules are in filter/norm.h. */
#include "core/mem.h"
#include "core/stage.h"
#include "filter/norm.h"

struct conf {
    int form, space;
    uint64_t empty_lines;
    bool keep_controls;
    struct norm *norm;
};

static const struct opt OPTS[] = {
    OPT_CHOICE(0, "form", "nfc|nfkc|none", "nfc", struct conf, form, "Unicode normalization form"),
    OPT_CHOICE(0, "space", "trim|collapse|keep", "trim", struct conf, space,
               "blanks at line ends go; runs of blanks become one as well; all stay"),
    OPT_U64(0, "empty-lines", "N", "2", struct conf, empty_lines,
            "at most N empty lines in a row (with --space keep: all stay)"),
    OPT_BOOL(0, "keep-controls", struct conf, keep_controls,
             "leave control characters and foreign line ends as they are"),
    OPT_END,
};

static int open_norm(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    const struct norm_opts o = {(enum norm_form)c->form, (enum norm_space)c->space,
                                c->empty_lines, c->keep_controls};
    (void)s;
    if (c->empty_lines > UINT32_MAX)
        return err_set(e, ERR_USAGE, "--empty-lines: too large a number");
    c->norm = norm_new(&o);
    return 0;
}

static void close_norm(void *conf) { norm_free(((struct conf *)conf)->norm); }

static void *scratch_new(const void *conf)
{
    struct buf *work = mem_array(2, sizeof *work);
    (void)conf;
    buf_init(&work[0], BUF_NO_LIMIT);
    buf_init(&work[1], BUF_NO_LIMIT);
    return work;
}

static void scratch_free(void *scratch)
{
    struct buf *work = scratch;
    buf_free(&work[0]);
    buf_free(&work[1]);
    mem_free(work);
}

static enum verdict norm(const void *conf, struct job *j, struct doc *d)
{
    const struct conf *c = conf;
    struct slice text = d->text;
    if (!d->has_text)
        return job_bad(j, "no-text", "a document without text");
    if (norm_run(c->norm, &text, j->scratch)) {
        doc_set_text(d, arena_copy(j->arena, text));
        job_count(j, "changed", 1);
    }
    return DOC_KEEP;
}

const struct stage stage_norm = {
    .name = "norm",
    .summary = "normalize characters, line ends and spaces",
    .operands = "[FILE...]",
    .example = "tokmill norm --form nfc docs.jsonl.zst -o clean.jsonl.zst",
    .form = FORM_MAP,
    .opts = OPTS,
    .conf_size = sizeof(struct conf),
    .open = open_norm,
    .close = close_norm,
    .scratch_new = scratch_new,
    .scratch_free = scratch_free,
    .map = norm,
};
