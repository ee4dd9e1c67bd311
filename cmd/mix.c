/* tokmill mix: blend sources of documents by weight. */
#include "core/stage.h"
#include "shard/format.h"
#include "shard/mix.h"

enum { BATCH_BYTES = 1 << 20, BATCH_DOCS = 4096 };

struct conf {
    struct opt_list sources;
    int unit, until;
    uint64_t epochs_max;
    const char *total;
    struct mix *mix;
};

static const struct opt opts[] = {
    OPT_LIST(0, "source", "NAME=WEIGHT:FILE[,FILE...]", struct conf, sources,
             "a source; the same as an operand"),
    OPT_CHOICE(0, "unit", "docs|bytes|tokens", "docs", struct conf, unit,
               "what weights and --total count"),
    OPT_U64(0, "epochs-max", "N", "1", struct conf, epochs_max,
            "give a source at most N times over"),
    OPT_STR(0, "total", "N", NULL, struct conf, total, "stop after N units (K, M, G)"),
    OPT_CHOICE(0, "until", "first|last", "first", struct conf, until,
               "end with the first source used up, or the last"),
    OPT_END};

static int mix_open(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    uint64_t total = 0;
    if (c->total && (shard_parse_count(c->total, &total) || !total))
        return err_set(e, ERR_USAGE, "--total: '%s' is no number in range", c->total);
    if (!c->epochs_max)
        return err_set(e, ERR_USAGE, "--epochs-max: at least 1");
    c->mix = mix_new((enum mix_unit)c->unit, total, c->epochs_max, c->until == 1);
    for (size_t i = 0; i < c->sources.n; i++)
        if (mix_add(c->mix, c->sources.v[i], e))
            return -1;
    for (size_t i = 0; s->operands && i < s->operands->n; i++)
        if (mix_add(c->mix, s->operands->v[i], e))
            return -1;
    if (!mix_sources(c->mix))
        return err_set(e, ERR_USAGE, "mix needs sources: NAME=WEIGHT:FILE[,FILE...]");
    return 0;
}

static void mix_close(void *conf)
{
    struct conf *c = conf;
    mix_free(c->mix);
}

static int pull(void *conf, struct job *j, struct batch *out, bool *end)
{
    struct conf *c = conf;
    struct slice source;
    uint64_t units, bytes = 0;
    static const char *const names[] = {"mix_documents", "mix_bytes", "mix_tokens"};
    for (int n = 0; n < BATCH_DOCS && bytes < BATCH_BYTES; n++) {
        struct doc *d = batch_add(out);
        int rc = mix_next(c->mix, batch_arena(out), d, &source, &units, j->err);
        if (rc <= 0) {
            batch_undo(out);
            *end = true;
            return rc;
        }
        bytes += d->text.n + d->shell.n + d->n_ids * 4;
        job_count_key(j, names[0], source, 1);
        if (c->unit)
            job_count_key(j, names[c->unit], source, units);
    }
    return 0;
}

const struct stage stage_mix = {
    .name = "mix",
    .summary = "blend sources of documents by weight",
    .operands = "NAME=WEIGHT:FILE[,FILE...]...",
    .example = "tokmill mix web=0.8:web.jsonl.zst code=0.2:code.jsonl.zst -o mixed.jsonl.zst",
    .by_ranks = "mix each share of the sources by itself, then shard by ranks",
    .form = FORM_PULL,
    .opts = opts,
    .conf_size = sizeof(struct conf),
    .open = mix_open,
    .close = mix_close,
    .pull = pull,
};
