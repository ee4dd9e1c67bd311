/* stats - merge statistics files. The exact sums are in stats/file.c. */
#include "core/output.h"
#include "core/stage.h"
#include "stats/file.h"
#include "stats/table.h"

struct conf {
    bool table;
};

static const struct opt opts[] = {
    OPT_BOOL('t', "table", struct conf, table, "print a table for people instead of JSON"),
    OPT_END};

static int run(void *conf, const struct setup *setup, struct err *e)
{
    const struct conf *c = conf;
    struct stats s;
    struct buf out;
    if (!setup->operands->n)
        return err_set(e, ERR_USAGE, "stats needs one or more statistics files");
    stats_init(&s);
    buf_init(&out, BUF_NO_LIMIT);
    int status = stats_add_files(&s, setup->operands->v, setup->operands->n, e);
    if (status == 0) {
        if (c->table)
            stats_table(&s.root, &out);
        else
            stats_write(&s, &out);
        status = output_whole(setup->out, buf_slice(&out), e);
    }
    buf_free(&out);
    stats_free(&s);
    return status;
}

extern const struct stage stage_stats;
const struct stage stage_stats = {
    .name = "stats",
    .summary = "merge statistics files into one, or print them as a table",
    .operands = "FILE...",
    .example = "tokmill stats run-*.stats.json -o all.json",
    .form = FORM_TOOL,
    .opts = opts,
    .conf_size = sizeof(struct conf),
    .run = run,
};
