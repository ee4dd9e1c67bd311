/* tokmill minhash-sign: the first part of dedup-near by ranks: signatures of each unit. */
#include <stdio.h>
#include "core/mem.h"
#include "core/stage.h"
#include "cmd/settings_options.h"
#include "dedup/part_sign.h"
#include "dedup/signer.h"

struct conf {
    struct settings_given given;
    struct settings settings;
    struct minhash *minhash;
    struct part_sign *out;
};

static const struct opt opts[] = {SETTINGS_OPTIONS(struct conf, given) OPT_END};

static int choose(struct conf *c, const struct setup *s, struct err *e)
{
    struct buf told;
    buf_init(&told, 1 << 20);
    int rc = settings_choose(&c->given, s->seed, &c->settings, &told, e);
    if (told.n && !s->quiet && s->unit_index == 0)
        fprintf(stderr, "minhash-sign: %.*s", (int)told.n, told.p);
    buf_free(&told);
    return rc;
}

static int open_sign(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    if (!s->unit)
        return err_set(e, ERR_USAGE, "minhash-sign works unit by unit: -o DIR/");
    if (choose(c, s, e))
        return -1;
    struct part_sign_about about = {c->settings, s->memory, s->tmp_max, s->tmp};
    c->minhash = minhash_new(c->settings.bands, c->settings.rows, c->settings.seed);
    c->out = part_sign_new(&about);
    return 0;
}

static void close_sign(void *conf)
{
    struct conf *c = conf;
    minhash_free(c->minhash);
    part_sign_free(c->out);
}

static void *new_scratch(const void *conf)
{
    const struct conf *c = conf;
    return signer_new(&c->settings, c->minhash);
}

static void free_scratch(void *scratch) { signer_free(scratch); }

static enum verdict prepare(const void *conf, struct job *j, struct doc *d)
{
    const struct conf *c = conf;
    uint64_t *keys = arena_alloc(j->arena, c->settings.bands * sizeof *keys);
    d->slot = signer_sign(j->scratch, d->text, keys) ? keys : NULL;
    if (!d->slot)
        job_count(j, "without_words", 1);
    return DOC_KEEP;
}

static enum verdict commit(void *conf, struct job *j, struct doc *d)
{
    struct conf *c = conf;
    return part_sign_add(c->out, d->slot, d->id, d->text.n, j->err) ? DOC_FAIL : DOC_KEEP;
}

static int finish(void *conf, const struct setup *s, void **scratch, int n_scratch,
                  struct err *e)
{
    struct conf *c = conf;
    (void)scratch, (void)n_scratch;
    return part_sign_write(c->out, s->out, s->unit, e);
}

extern const struct stage stage_minhash_sign;
const struct stage stage_minhash_sign = {
    .name = "minhash-sign",
    .summary = "near-duplicates by ranks, 1: sign the documents of each unit",
    .operands = "[FILE...]",
    .example = "tokmill minhash-sign --plan plan.json --rank 3 --world 8 -o signatures/",
    .form = FORM_SINK,
    .unit_suffix = ".sign",
    .opts = opts,
    .conf_size = sizeof(struct conf),
    .open = open_sign,
    .close = close_sign,
    .scratch_new = new_scratch,
    .scratch_free = free_scratch,
    .prepare = prepare,
    .commit = commit,
    .finish = finish,
};
