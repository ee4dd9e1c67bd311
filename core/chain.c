/* chain - the command line: [options] STAGE [options] [FILE...] [then STAGE [options]]... [-o OUT]
 * CONTRACT.md section 1. Every option comes from a table (opt.h); derive.c has what follows. */
#include "core/input.h"
#include "core/mem.h"
#include "core/run.h"
#include "core/sample.h"

#define C struct chain_opts
#define S struct step_opts
const struct opt chain_opt_table[] = {
    OPT_STR('o', "output", "OUT", NULL, C, out,
            "write here instead of standard output; .zst and .gz compress"),
    OPT_U64('j', "threads", "N", NULL, C, threads,
            "worker threads (default: all CPUs; 1 in a pipe)"),
    OPT_SIZE(0, "memory", "SIZE", "1G", C, memory, "memory for tables and batches"),
    OPT_STR(0, "tmp", "DIR", NULL, C, tmp, "folder for spill files (default $TMPDIR or /tmp)"),
    OPT_SIZE(0, "tmp-max", "SIZE", NULL, C, tmp_max, "at most this much temporary space"),
    OPT_SIZE(0, "max-record", "SIZE", NULL, C, max_record,
            "larger records are bad (default memory / 4)"),
    OPT_STR(0, "stats", "FILE", NULL, C, stats, "write statistics as JSON"),
    OPT_STR(0, "stats-by", "FIELD,...", NULL, C, stats_by,
            "split the accounts by members (source,metadata.lang)"),
    OPT_U64(0, "seed", "N", "0", C, seed, "seed of every random choice"),
    OPT_U64(0, "limit", "N", NULL, C, limit, "read at most N documents"),
    OPT_STR(0, "plan", "FILE", NULL, C, plan, "do the units of this plan (see tokmill plan)"),
    OPT_STR(0, "rank", "R", NULL, C, rank,
            "do only units, or inputs, with index = R mod --world (or slurm, k8s, env:NAME)"),
    OPT_U64(0, "world", "N", NULL, C, world, "number of ranks (default 1)"),
    OPT_STR(0, "suffix", "SUFFIX", ".jsonl.zst", C, unit_suffix,
            "of outputs in a folder (-o DIR/)"),
    OPT_STR(0, "files-from", "FILE", NULL, C, files_from,
            "read input names from FILE, one a line (-: standard input)"),
    OPT_BOOL('0', "null", C, nul, "names of --files-from end with NUL"),
    OPT_STR(0, "input-root", "DIR", "", C, input_root, "cut DIR from input names"),
    OPT_STR(0, "input-name", "NAME", "stdin", C, input_name, "name of standard input"),
    OPT_CHOICE(0, "origin", "short|full", "short", C, origin,
               "full: metadata.origin tells where the record is stored, too"),
    OPT_STR(0, "text-field", "NAME", "text", C, text_field, "member that holds the text (dotted)"),
    OPT_STR(0, "id-field", "NAME", "id", C, id_field, "member that holds the id"),
    OPT_STR(0, "url-field", "NAME", "metadata.url", C, url_field, "member that holds the URL"),
    OPT_STR(0, "lang-field", "NAME", "metadata.lang", C, lang_field,
            "member that holds the language"),
    OPT_U64(0, "window-log", "N", "27", C, window_log,
            "largest zstd window accepted, log2 (31: 2 GiB)"),
    OPT_CHOICE(0, "progress", "auto|always|never", "auto", C, progress,
            "progress line on standard error"),
    OPT_BOOL('f', "force", C, force, "replace files that another plan wrote"),
    OPT_BOOL('q', "quiet", C, quiet, "no summary"),
    OPT_BOOL('v', "verbose", C, verbose, "say more"),
    OPT_BOOL(0, "version", C, version, "print versions"),
    OPT_END};

const struct opt step_opt_table[] = {
    OPT_STR(0, "rejects", "FILE", NULL, S, rejects,
            "write dropped documents with the reason in _drop"),
    OPT_STR(0, "rejects-text", "all|none|sample:N", "all", S, rejects_text, "text of rejects"),
    OPT_STR(0, "attributes", "FILE", NULL, S, attributes,
            "drop and edit nothing; write values to FILE, a line a document"),
    OPT_STR(0, "annotate-as", "NAME", NULL, S, annotate_as,
            "call these values so, where a stage stands twice (default: the stage's name)"),
    OPT_BOOL(0, "annotate", S, annotate, "drop nothing; write values under metadata.tokmill"),
    OPT_CHOICE(0, "on-bad", "fail|skip", "fail", S, on_bad, "what to do with bad records"),
    OPT_STR(0, "bad", "FILE", NULL, S, bad, "write skipped bad records, raw bytes in base64"),
    OPT_STR(0, "max-bad", "N|P%", NULL, S, max_bad, "fail above this many bad records"),
    OPT_STR(0, "min-keep", "P%", NULL, S, min_keep, "fail if a step keeps less"),
    OPT_BOOL('h', "help", S, help, "show help"),
    OPT_END};
#undef C
#undef S

const struct stage *chain_stage(const struct stage *const *stages, struct slice name)
{
    for (; *stages; stages++)
        if (slice_is(name, (*stages)->name))
            return *stages;
    return NULL;
}

/* ---- one option ----------------------------------------------------------------------------- */

struct cursor {
    char **v;
    int at, n;
};

struct scope {                      /* the tables an option is looked up in, innermost first */
    const struct opt *own;
    void *conf;
    struct step_opts *step;
    struct chain *chain;
};

static const struct opt *lookup(const struct scope *s, const char *name, size_t n, char letter,
                                void **conf)
{
    const struct opt *tables[] = {s->own, step_opt_table, chain_opt_table};
    void *confs[] = {s->conf, s->step, &s->chain->o};
    for (int i = 0; i < 3; i++) {
        const struct opt *o = name ? opt_find(tables[i], name, n)
                                   : opt_find_letter(tables[i], letter);
        if (o && (!letter || name || o->letter)) {
            *conf = confs[i];
            return o;
        }
    }
    return NULL;
}

/* Options of the chain may stand anywhere, more than once, but must agree. */
static int set_agreeing(const struct opt *o, struct chain *c, const char *value, struct err *e)
{
    struct buf before, after;
    bool again = c->given[o - chain_opt_table];
    buf_init(&before, 1 << 20);
    buf_init(&after, 1 << 20);
    opt_format(o, &c->o, &before);
    int rc = opt_set(o, &c->o, value, e);
    opt_format(o, &c->o, &after);
    if (!rc && again && !slice_eq(buf_slice(&before), buf_slice(&after)))
        rc = err_set(e, ERR_USAGE, "--%s is given twice: %.*s and %.*s", o->name,
                     (int)(before.n < 80 ? before.n : 80), before.p,
                     (int)(after.n < 80 ? after.n : 80), after.p);
    c->given[o - chain_opt_table] = true;
    buf_free(&before);
    buf_free(&after);
    return rc;
}

static int set(const struct opt *o, const struct scope *s, void *conf, const char *value,
               struct cursor *c, struct err *e)
{
    if (o->kind == OPT_KIND_BOOL && value)
        return err_set(e, ERR_USAGE, "--%s takes no value", o->name);
    if (o->kind != OPT_KIND_BOOL && !value) {
        if (c->at >= c->n)
            return err_set(e, ERR_USAGE, "--%s needs %s", o->name, o->arg);
        value = c->v[c->at++];
    }
    return conf == &s->chain->o ? set_agreeing(o, s->chain, value, e)
                                : opt_set(o, conf, value, e);
}

static int long_option(const struct scope *s, const char *arg, struct cursor *c, struct err *e)
{
    void *conf;
    const char *eq = strchr(arg, '=');
    size_t n = eq ? (size_t)(eq - arg) : strlen(arg);
    const struct opt *o = lookup(s, arg, n, 0, &conf);
    if (!o)
        return err_set(e, ERR_USAGE, "unknown option --%.*s", (int)(n > 60 ? 60 : n), arg);
    return set(o, s, conf, eq ? eq + 1 : NULL, c, e);
}

static int letters(const struct scope *s, const char *arg, struct cursor *c, struct err *e)
{
    while (*arg) {
        void *conf;
        const struct opt *o = lookup(s, NULL, 0, *arg, &conf);
        if (!o)
            return err_set(e, ERR_USAGE, "unknown option -%c", *arg);
        arg++;
        bool flag = o->kind == OPT_KIND_BOOL;
        if (set(o, s, conf, !flag && *arg ? arg : NULL, c, e))
            return -1;
        if (!flag)
            return 0;
    }
    return 0;
}

static bool is_option(const char *arg) { return arg[0] == '-' && arg[1]; }

static int option(const struct scope *s, struct cursor *c, struct err *e)
{
    const char *arg = c->v[c->at++];
    return arg[1] == '-' ? long_option(s, arg + 2, c, e) : letters(s, arg + 1, c, e);
}

/* ---- segments ------------------------------------------------------------------------------- */

void chain_add_input(struct chain *c, const char *name)
{
    c->inputs.v = mem_grow_array(c->inputs.v, c->inputs.n + 1, sizeof *c->inputs.v);
    c->inputs.v[c->inputs.n++] = name;
}

static struct step *add_step(struct chain *c, const struct stage *st, struct err *e)
{
    c->steps = mem_grow_array(c->steps, c->n + 1, sizeof *c->steps);
    struct step *s = &c->steps[c->n++];
    *s = (struct step){
        .stage = st, .o = c->defaults, .max_bad_n = UINT64_MAX, .max_bad_share = -1};
    tally_init(&s->total);
    tally_init(&s->sum);
    s->conf = mem_zero(st->conf_size);
    return opt_defaults(st->opts, s->conf, e) ? NULL : s;
}

static int segment(struct chain *c, struct cursor *cur, struct err *e)
{
    const char *name = cur->v[cur->at++];
    const struct stage *st = chain_stage(c->stages, slice_str(name));
    if (!st)
        return err_set(e, ERR_USAGE, "no stage called '%.60s'; see tokmill --help", name);
    struct step *s = add_step(c, st, e);
    if (!s)
        return -1;
    struct scope scope = {st->opts, s->conf, &s->o, c};
    bool only_operands = false, had_out = c->o.out != NULL;
    const struct opt *command =
        st->command ? opt_find(st->opts, st->command, strlen(st->command)) : NULL;
    while (cur->at < cur->n &&
           ((only_operands && !command) || strcmp(cur->v[cur->at], "then"))) {
        const char *arg = cur->v[cur->at];
        if (!only_operands && !strcmp(arg, "--")) {
            only_operands = true;
            cur->at++;
        } else if (!only_operands && is_option(arg)) {
            if (option(&scope, cur, e))
                return -1;
        } else if (only_operands && command) {
            opt_set(command, s->conf, arg, e);
            cur->at++;
        } else if (c->n > 1) {
            return err_set(e, ERR_USAGE, "'%.60s': input files stand in the first segment only",
                           arg);
        } else {
            chain_add_input(c, arg);
            cur->at++;
        }
    }
    if (cur->at < cur->n && c->o.out && !had_out)
        return err_set(e, ERR_USAGE, "-o stands in the last segment only");
    return 0;
}

bool chain_sees_everything(const struct chain *c)
{
    for (size_t i = 0; i < c->n; i++)
        if (stage_sees_everything(c->steps[i].stage))
            return true;
    return false;
}

bool stage_sees_everything(const struct stage *st)
{
    return (st->form == FORM_BARRIER && !st->unit_suffices) || st->form == FORM_PULL ||
           (st->form == FORM_TOOL && !st->plan) || (st->form == FORM_FOLD && !st->by_unit);
}

bool stage_divides_itself(const struct stage *st) { return st->form == FORM_TOOL && st->plan; }

bool chain_is_by_unit(const struct chain *c)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->steps[i].stage->by_unit || c->steps[i].stage->unit_suffix)
            return true;
    return false;
}

/* A stage that knows one unit only, or has units of its own, needs a folder for them. */
static int check_units(const struct chain *c, struct err *e)
{
    const struct stage *st = c->steps[0].stage;
    if (stage_divides_itself(st) && !c->o.out)
        return err_set(e, ERR_USAGE, "%s writes a folder: -o DIR/", st->name);
    if (stage_divides_itself(st) && c->o.plan)
        return err_set(e, ERR_USAGE, "%s makes its own units: no --plan", st->name);
    for (size_t i = 0; i < c->n; i++) {
        st = c->steps[i].stage;
        if (st->by_unit && !c->by_units)
            return err_set(e, ERR_USAGE, "%s works unit by unit: -o DIR/", st->name);
        if ((st->by_unit || st->unit_suffix) && chain_sees_everything(c))
            return err_set(e, ERR_USAGE, "%s works unit by unit: give it the folder that the "
                           "stages before it wrote", st->name);
    }
    return 0;
}

static int check_places(const struct chain *c, struct err *e)
{
    for (size_t i = 0; i < c->n; i++) {
        const struct stage *st = c->steps[i].stage;
        enum stage_form f = st->form;
        if (i && (f == FORM_SOURCE || f == FORM_PULL || f == FORM_TOOL))
            return err_set(e, ERR_USAGE, "%s stands first or not at all", st->name);
        if (i + 1 < c->n && (f == FORM_SINK || f == FORM_TOOL))
            return err_set(e, ERR_USAGE, "nothing can follow %s", st->name);
        if (c->o.world > 1 && stage_sees_everything(st))
            return err_set(e, ERR_USAGE, "%s must see everything: --world 1 only%s%s", st->name,
                           st->by_ranks ? "; by ranks: " : "", st->by_ranks ? st->by_ranks : "");
    }
    return check_units(c, e);
}

int chain_parse(struct chain *c, const struct stage *const *stages, int argc, char **argv,
                struct err *e)
{
    struct cursor cur = {argv, 1, argc};
    *c = (struct chain){.stages = stages};
    plan_init(&c->plan);
    buf_init(&c->names, (size_t)1 << 30);
    if (opt_defaults(chain_opt_table, &c->o, e) || opt_defaults(step_opt_table, &c->defaults, e))
        return -1;
    struct scope first = {NULL, NULL, &c->defaults, c};
    while (cur.at < cur.n && is_option(argv[cur.at]))
        if (option(&first, &cur, e))
            return -1;
    c->shared_rejects = c->defaults.rejects;
    if (c->o.version || (cur.at == cur.n && c->defaults.help))
        return 0;
    if (cur.at == cur.n)
        return err_set(e, ERR_USAGE, "no stage given; see tokmill --help");
    while (cur.at < cur.n) {
        if (segment(c, &cur, e))
            return -1;
        if (c->steps[c->n - 1].o.help)
            return 0;
        if (cur.at < cur.n && ++cur.at == cur.n)
            return err_set(e, ERR_USAGE, "'then' needs a stage behind it");
    }
    return chain_derive(c, e) || check_places(c, e) ? -1 : 0;
}

void chain_free(struct chain *c)
{
    for (size_t i = 0; i < c->n; i++) {
        for (const struct opt *o = c->steps[i].stage->opts; o && o->name; o++)
            if (o->kind == OPT_KIND_LIST)
                mem_free(((struct opt_list *)(void *)((char *)c->steps[i].conf + o->offset))->v);
        tally_free(&c->steps[i].total);
        tally_free(&c->steps[i].sum);
        mem_free(c->steps[i].conf);
        mem_free(c->steps[i].fresh);
        sample_free(c->steps[i].kept);
        sample_free(c->steps[i].dropped);
    }
    mem_free(c->steps);
    mem_free(c->inputs.v);
    mem_free(c->seen);
    mem_free(c->unit_of_input);
    plan_free(&c->plan);
    buf_free(&c->names);
}
