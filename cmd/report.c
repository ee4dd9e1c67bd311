/* report - statistics files as one HTML page. The page is made in stats/report.c. */
#include "core/docs.h"
#include "core/output.h"
#include "core/stage.h"
#include "stats/file.h"
#include "stats/report.h"
#include "stats/vocabularies.h"

struct conf {
    const char *title;
    struct opt_list vocab;
};

static const struct opt opts[] = {
    OPT_STR(0, "title", "TEXT", "tokmill report", struct conf, title, "heading of the page"),
    OPT_LIST(0, "vocab", "FILE", struct conf, vocab,
             "add a section: what vocab compare --json wrote; repeatable"),
    OPT_END};

static int sections(const struct conf *c, struct buf *out, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < c->vocab.n; i++) {
        struct buf json;
        buf_init(&json, (size_t)1 << 30);
        rc = docs_read_file(c->vocab.v[i], &json, e);
        if (rc == 0)
            rc = vocabularies_section(slice_trim(buf_slice(&json)), out, e);
        if (rc < 0)
            err_at(e, slice_str(c->vocab.v[i]), ERR_NO_POS, ERR_NO_POS);
        buf_free(&json);
    }
    return rc;
}

static int run(void *conf, const struct setup *setup, struct err *e)
{
    const struct conf *c = conf;
    struct stats s;
    struct buf out, more;
    if (!setup->operands->n && !c->vocab.n)
        return err_set(e, ERR_USAGE, "report needs one or more statistics files");
    stats_init(&s);
    s.in_order = true;
    buf_init(&out, BUF_NO_LIMIT);
    buf_init(&more, BUF_NO_LIMIT);
    int status = sections(c, &more, e);
    if (status == 0 && setup->operands->n)
        status = stats_add_files(&s, setup->operands->v, setup->operands->n, e);
    if (status == 0) {
        report_write(&s.root, slice_str(c->title), buf_slice(&more), &out);
        status = output_whole(setup->out, buf_slice(&out), e);
    }
    buf_free(&out);
    buf_free(&more);
    stats_free(&s);
    return status;
}

extern const struct stage stage_report;
const struct stage stage_report = {
    .name = "report",
    .summary = "make one HTML page of statistics files",
    .operands = "FILE...",
    .example = "tokmill report run-*.stats.json -o report.html",
    .form = FORM_TOOL,
    .opts = opts,
    .conf_size = sizeof(struct conf),
    .run = run,
};
