/* tokmill minhash-cluster: the third part of dedup-near by ranks: what hangs together. One unit:
 * ranks but the first have nothing to do. */
#include "core/plan.h"
#include "core/stage.h"
#include "dedup/part_cluster.h"

struct conf {
    uint64_t partitions;
    struct folder_list matches;
};

static const struct opt opts[] = {
    OPT_U64(0, "partitions", "N", "16", struct conf, partitions,
            "units that minhash-verify will have"),
    OPT_END};

static int open_cluster(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    if (!c->partitions || c->partitions > PART_PARTITIONS_MAX)
        return err_set(e, ERR_USAGE, "--partitions: 1 to %d", PART_PARTITIONS_MAX);
    if (s->operands->n != 1)
        return err_set(e, ERR_USAGE, "minhash-cluster reads one folder, that of minhash-match");
    return folder_list(&c->matches, s->operands->v[0], e);
}

static void close_cluster(void *conf) { folder_list_free(&((struct conf *)conf)->matches); }

static int plan(void *conf, const struct setup *s, struct plan *units, struct err *e)
{
    (void)conf, (void)s, (void)e;
    plan_add(units, "components");
    return 0;
}

static int run(void *conf, const struct setup *s, struct err *e)
{
    const struct conf *c = conf;
    struct part_cluster_about about = {&c->matches, c->partitions, s->memory, s->tmp_max, s->tmp};
    return part_cluster(&about, s->out, e);
}

extern const struct stage stage_minhash_cluster;
const struct stage stage_minhash_cluster = {
    .name = "minhash-cluster",
    .summary = "near-duplicates by ranks, 3: find what hangs together",
    .operands = "MATCHES/",
    .example = "tokmill minhash-cluster matches/ --partitions 64 -o clusters/",
    .form = FORM_TOOL,
    .unit_suffix = ".clusters",
    .opts = opts,
    .conf_size = sizeof(struct conf),
    .open = open_cluster,
    .close = close_cluster,
    .plan = plan,
    .run = run,
};
