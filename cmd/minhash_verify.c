/* tokmill minhash-verify: the fifth part of dedup-near by ranks: verdicts on a partition each. */
#include <stdio.h>
#include "core/plan.h"
#include "core/stage.h"
#include "dedup/part_verify.h"

struct conf {
    const char *clusters_given;
    double jaccard;
    struct folder_list clusters, sets;
};

static const struct opt opts[] = {
    OPT_FILE(0, "clusters", "DIR", struct conf, clusters_given, "the folder of minhash-cluster"),
    OPT_F64(0, "jaccard", "T", NULL, struct conf, jaccard,
            "least similarity of a dropped document to its kept one (that of minhash-sign)"),
    OPT_END};

static int open_verify(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    if (!c->clusters_given)
        return err_set(e, ERR_USAGE, "minhash-verify needs --clusters DIR");
    if (!(c->jaccard >= 0 && c->jaccard <= 1))
        return err_set(e, ERR_USAGE, "--jaccard: above 0, at most 1");
    if (s->operands->n != 1)
        return err_set(e, ERR_USAGE, "minhash-verify reads one folder, that of minhash-sets");
    if (folder_list(&c->clusters, c->clusters_given, e) ||
        folder_list(&c->sets, s->operands->v[0], e))
        return -1;
    return c->clusters.n == 1 ? 0 : err_set(e, ERR_USAGE, "%s: not the folder of minhash-cluster",
                                            c->clusters_given);
}

static void close_verify(void *conf)
{
    struct conf *c = conf;
    folder_list_free(&c->clusters);
    folder_list_free(&c->sets);
}

static int plan(void *conf, const struct setup *s, struct plan *units, struct err *e)
{
    const struct conf *c = conf;
    char name[32];
    uint64_t n;
    (void)s;
    if (part_verify_partitions(c->clusters.paths[0], &n, e))
        return -1;
    for (uint64_t i = 0; i < n; i++) {
        snprintf(name, sizeof name, "partition-%05u", (unsigned)i);
        plan_add(units, name);
    }
    return 0;
}

static int run(void *conf, const struct setup *s, struct err *e)
{
    const struct conf *c = conf;
    struct part_verify_about about = {c->clusters.paths[0], &c->sets, s->unit_index, c->jaccard,
                                      s->memory, s->tmp_max, s->tmp};
    return part_verify(&about, s->out, e);
}

extern const struct stage stage_minhash_verify;
const struct stage stage_minhash_verify = {
    .name = "minhash-verify",
    .summary = "near-duplicates by ranks, 5: compare candidates and decide",
    .operands = "SETS/",
    .example = "tokmill minhash-verify sets/ --clusters clusters/ --rank 3 --world 8 -o verdicts/",
    .form = FORM_TOOL,
    .unit_suffix = ".verdicts",
    .opts = opts,
    .conf_size = sizeof(struct conf),
    .open = open_verify,
    .close = close_verify,
    .plan = plan,
    .run = run,
};
