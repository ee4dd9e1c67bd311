/* tokmill minhash-match: the second part of dedup-near by ranks: equal keys, range by range. */
#include <stdio.h>
#include "core/plan.h"
#include "core/stage.h"
#include "dedup/part_match.h"
#include "dedup/part_sign.h"

struct conf {
    uint64_t ranges;
    struct folder_list signatures;
};

static const struct opt opts[] = {
    OPT_U64(0, "ranges", "N", "16", struct conf, ranges,
            "ranges of keys, each a unit: a power of 2, at most 256"),
    OPT_END};

static int open_match(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    if (!c->ranges || c->ranges > PART_RANGES || (c->ranges & (c->ranges - 1)))
        return err_set(e, ERR_USAGE, "--ranges: a power of 2, at most %d", PART_RANGES);
    if (s->operands->n != 1)
        return err_set(e, ERR_USAGE, "minhash-match reads one folder, that of minhash-sign");
    return folder_list(&c->signatures, s->operands->v[0], e);
}

static void close_match(void *conf) { folder_list_free(&((struct conf *)conf)->signatures); }

static int plan(void *conf, const struct setup *s, struct plan *units, struct err *e)
{
    const struct conf *c = conf;
    char name[32];
    (void)s, (void)e;
    for (unsigned i = 0; i < c->ranges; i++) {
        snprintf(name, sizeof name, "range-%03u", i);
        plan_add(units, name);
    }
    return 0;
}

static int run(void *conf, const struct setup *s, struct err *e)
{
    const struct conf *c = conf;
    struct part_match_about about = {&c->signatures, (unsigned)s->unit_index,
                                     (unsigned)c->ranges, s->memory, s->tmp_max, s->tmp};
    return part_match(&about, s->out, e);
}

extern const struct stage stage_minhash_match;
const struct stage stage_minhash_match = {
    .name = "minhash-match",
    .summary = "near-duplicates by ranks, 2: find equal bands, range by range",
    .operands = "SIGNATURES/",
    .example = "tokmill minhash-match signatures/ --rank 3 --world 8 -o matches/",
    .form = FORM_TOOL,
    .unit_suffix = ".match",
    .opts = opts,
    .conf_size = sizeof(struct conf),
    .open = open_match,
    .close = close_match,
    .plan = plan,
    .run = run,
};
