/* report - statistics files as one HTML page. The page is made in stats/report.c. */
#include "core/output.h"
#include "core/stage.h"
#include "stats/file.h"
#include "stats/report.h"

struct conf {
    const char *title;
};

static const struct opt opts[] = {
    OPT_STR(0, "title", "TEXT", "tokmill report", struct conf, title, "heading of the page"),
    OPT_END};

static int run(void *conf, const struct setup *setup, struct err *e)
{
    const struct conf *c = conf;
    struct stats s;
    struct buf out;
    if (!setup->operands->n)
        return err_set(e, ERR_USAGE, "report needs one or more statistics files");
    stats_init(&s);
    s.in_order = true;
    buf_init(&out, BUF_NO_LIMIT);
    int status = stats_add_files(&s, setup->operands->v, setup->operands->n, e);
    if (status == 0) {
        report_write(&s.root, slice_str(c->title), &out);
        status = output_whole(setup->out, buf_slice(&out), e);
    }
    buf_free(&out);
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
