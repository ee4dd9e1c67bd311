/* tokmill apply: the last part of dedup-near by ranks: documents are dropped as was decided. */
#include "core/stage.h"
#include "dedup/outcome.h"
#include "dedup/part_apply.h"

struct conf {
    const char *verdicts, *weights_given;
    struct weights weights;
    struct part_apply *apply;
};

static const struct opt opts[] = {
    OPT_FILE(0, "verdicts", "DIR", struct conf, verdicts, "the folder of minhash-verify"),
    OPT_STR(0, "weights", "TABLE", NULL, struct conf, weights_given,
            "write the weight of a kept one: fineweb-2, or SIZE:WEIGHT,... by rising size"),
    OPT_END};

static int open_apply(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    struct folder_list verdicts;
    if (!c->verdicts)
        return err_set(e, ERR_USAGE, "apply needs --verdicts DIR");
    if (c->weights_given && weights_parse(&c->weights, c->weights_given, e))
        return -1;
    if (folder_list(&verdicts, c->verdicts, e))
        return -1;
    c->apply = part_apply_new(&verdicts, s->unit, e);
    folder_list_free(&verdicts);
    return c->apply ? 0 : -1;
}

static void close_apply(void *conf) { part_apply_free(((struct conf *)conf)->apply); }

static enum verdict fold(void *conf, struct job *j, struct doc *d)
{
    struct conf *c = conf;
    struct part_verdict v;
    struct slice kept;
    int rc = part_apply_next(c->apply, d->id, d->text.n, &v, &kept, j->err);
    if (rc < 0)
        return DOC_FAIL;
    if (rc == 0) {
        job_hist(j, "cluster_size", 1);
        return DOC_KEEP;
    }
    struct outcome o = {v.rank == 1, kept, v.size, v.rank, v.similarity,
                        part_apply_threshold(c->apply)};
    return outcome_give(j, d, &o, &c->weights);
}

static int finish(void *conf, const struct setup *s, void **scratch, int n_scratch,
                  struct err *e)
{
    (void)s, (void)scratch, (void)n_scratch;
    return part_apply_end(((struct conf *)conf)->apply, e);
}

extern const struct stage stage_apply;
const struct stage stage_apply = {
    .name = "apply",
    .summary = "near-duplicates by ranks, 6: drop documents as was decided",
    .operands = "[FILE...]",
    .example = "tokmill apply --verdicts verdicts/ --plan plan.json --rank 3 --world 8 -o unique/",
    .form = FORM_FOLD,
    .by_unit = true,
    .opts = opts,
    .conf_size = sizeof(struct conf),
    .open = open_apply,
    .close = close_apply,
    .fold = fold,
    .finish = finish,
};
