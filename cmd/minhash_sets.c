/* tokmill minhash-sets: the fourth part of dedup-near by ranks: what is compared, unit by unit. */
#include "core/folder_list.h"
#include "core/mem.h"
#include "core/stage.h"
#include "dedup/part_sets.h"
#include "dedup/policy.h"

enum { VERIFY_TEXT, VERIFY_NONE };          /* as in the option */

struct conf {
    const char *clusters, *keep;
    int verify;
    struct policy policy;
    struct part_sets *out;
};

static const struct opt opts[] = {
    OPT_FILE(0, "clusters", "DIR", struct conf, clusters, "the folder of minhash-cluster"),
    OPT_STR(0, "keep", "POLICY", "first", struct conf, keep,
            "the one kept: first, longest, min-id, field:NAME, source:A,B,..."),
    OPT_CHOICE(0, "verify", "text|none", "text", struct conf, verify,
               "compare candidates' texts, or drop all that hang together"),
    OPT_END};

static int open_sets(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    struct folder_list clusters;
    if (!s->unit)
        return err_set(e, ERR_USAGE, "minhash-sets works unit by unit: -o DIR/");
    if (!c->clusters)
        return err_set(e, ERR_USAGE, "minhash-sets needs --clusters DIR");
    if (policy_parse(&c->policy, c->keep, e) || folder_list(&clusters, c->clusters, e))
        return -1;
    struct part_sets_about about = {clusters.n ? clusters.paths[0] : c->clusters, s->unit, c->keep,
                                    c->verify == VERIFY_TEXT, s->memory, s->tmp_max, s->tmp};
    c->out = part_sets_new(&about, e);
    folder_list_free(&clusters);
    return c->out ? 0 : -1;
}

static void close_sets(void *conf) { part_sets_free(((struct conf *)conf)->out); }

static enum verdict commit(void *conf, struct job *j, struct doc *d)
{
    struct conf *c = conf;
    return part_sets_add(c->out, d->id, d->text, policy_rank(&c->policy, d), j->err) ? DOC_FAIL
                                                                                     : DOC_KEEP;
}

static int finish(void *conf, const struct setup *s, void **scratch, int n_scratch,
                  struct err *e)
{
    (void)scratch, (void)n_scratch;
    return part_sets_write(((struct conf *)conf)->out, s->out, e);
}

extern const struct stage stage_minhash_sets;
const struct stage stage_minhash_sets = {
    .name = "minhash-sets",
    .summary = "near-duplicates by ranks, 4: take what is compared out of each unit",
    .operands = "[FILE...]",
    .example = "tokmill minhash-sets --clusters clusters/ --plan plan.json --rank 3 --world 8 -o "
               "sets/",
    .form = FORM_SINK,
    .unit_suffix = ".sets",
    .opts = opts,
    .conf_size = sizeof(struct conf),
    .open = open_sets,
    .close = close_sets,
    .commit = commit,
    .finish = finish,
};
