/* tokmill plan: inputs grouped into units of about equal size, for runs by many processes. */
#include <sys/stat.h>
#include "core/entries.h"
#include "core/mem.h"
#include "core/output.h"
#include "core/plan.h"
#include "core/stage.h"

struct conf {
    uint64_t unit_size;
};

static const struct opt opts[] = {
    OPT_SIZE(0, "unit-size", "SIZE", "256M", struct conf, unit_size,
             "stored bytes a unit; a larger input is a unit of its own"),
    OPT_END};

struct inputs {
    struct opt_list paths;          /* owned strings */
    uint64_t *sizes;
};

static void add(struct inputs *in, const char *path, uint64_t size)
{
    size_t n = in->paths.n;
    if ((n & (n - 1)) == 0) {
        in->paths.v = mem_grow_array(in->paths.v, n ? 2 * n : 1, sizeof *in->paths.v);
        in->sizes = mem_grow_array(in->sizes, n ? 2 * n : 1, sizeof *in->sizes);
    }
    in->paths.v[n] = mem_strdup(path);
    in->sizes[n] = size;
    in->paths.n++;
}

static int add_path(const char *path, uint64_t size, void *to)
{
    add(to, path, size);
    return 0;
}

static int run(void *conf, const struct setup *setup, struct err *e)
{
    const struct conf *c = conf;
    struct inputs in = {.sizes = NULL};
    struct buf out;
    int rc = 0;
    if (!setup->operands->n)
        return err_set(e, ERR_USAGE, "plan needs the names of inputs");
    buf_init(&out, BUF_NO_LIMIT);
    for (size_t i = 0; i < setup->operands->n && !rc; i++)
        rc = entries_walk(setup->operands->v[i], add_path, &in, e);
    if (!rc) {
        plan_format(&in.paths, in.sizes, c->unit_size, &out);
        rc = output_whole(setup->out, buf_slice(&out), e);
    }
    for (size_t i = 0; i < in.paths.n; i++)
        mem_free((char *)(uintptr_t)in.paths.v[i]);
    mem_free(in.paths.v);
    mem_free(in.sizes);
    buf_free(&out);
    return rc;
}

extern const struct stage stage_plan;
const struct stage stage_plan = {
    .name = "plan",
    .summary = "group inputs into units that any number of processes can share",
    .operands = "PATH...",
    .example = "tokmill plan crawl/ --unit-size 1G -o plan.json",
    .form = FORM_TOOL,
    .opts = opts,
    .conf_size = sizeof(struct conf),
    .run = run,
};
