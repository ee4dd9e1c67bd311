/* chain - the command line: [options] STAGE [options] [FILE...] [then STAGE [options]]... [-o OUT]
 * CONTRACT.md section 1. Every option comes from a table; see opt.h. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/entries.h"
#include "core/folder.h"
#include "core/input.h"
#include "core/json.h"
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

static void add_input(struct chain *c, const char *name)
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
    while (cur->at < cur->n && (only_operands || strcmp(cur->v[cur->at], "then"))) {
        const char *arg = cur->v[cur->at];
        if (!only_operands && !strcmp(arg, "--")) {
            only_operands = true;
            cur->at++;
        } else if (!only_operands && is_option(arg)) {
            if (option(&scope, cur, e))
                return -1;
        } else if (c->n > 1) {
            return err_set(e, ERR_USAGE, "'%.60s': input files stand in the first segment only",
                           arg);
        } else {
            add_input(c, arg);
            cur->at++;
        }
    }
    if (cur->at < cur->n && c->o.out && !had_out)
        return err_set(e, ERR_USAGE, "-o stands in the last segment only");
    return 0;
}

/* ---- what follows from the options ---------------------------------------------------------- */

static int names_from(struct chain *c, struct err *e)
{
    char end = c->o.nul ? '\0' : '\n';
    if (!c->o.files_from)
        return 0;
    struct input *in = input_open(c->o.files_from, INPUT_WINDOW_DEFAULT, e);
    long n = in ? 1 : -1;
    while (n > 0) {
        char *to = buf_reserve(&c->names, 64 << 10);
        n = to ? input_read(in, to, 64 << 10, e) : err_set(e, ERR_USAGE, "--files-from: too long");
        c->names.n += n > 0 ? (size_t)n : 0;
    }
    input_close(in);
    if (n < 0)
        return -1;
    buf_add_byte(&c->names, end);
    for (size_t at = 0; at < c->names.n;) {
        char *stop = memchr(c->names.p + at, end, c->names.n - at);
        *stop = '\0';
        if (stop > c->names.p + at)
            add_input(c, c->names.p + at);
        at = (size_t)(stop - c->names.p) + 1;
    }
    if (!c->inputs.n)
        return err_set(e, ERR_USAGE, "--files-from %s names no file", c->o.files_from);
    return 0;
}

/* --min-keep: a share from 0% to 100%; --rejects-text: all, none or sample:N. */
static int check_step_options(struct step *s, struct err *e)
{
    const char *keep = s->o.min_keep, *text = s->o.rejects_text;
    char *end = NULL;
    uint64_t n = 0;
    s->min_keep = keep ? strtod(keep, &end) : 0;
    if (keep && (end == keep || strcmp(end, "%") || !(s->min_keep >= 0 && s->min_keep <= 100)))
        return err_set(e, ERR_USAGE, "--min-keep: '%.40s' is not a share such as 50%%", keep);
    if (text && strcmp(text, "all") && strcmp(text, "none") &&
        (strncmp(text, "sample:", 7) || !json_u64(slice_str(text + 7), &n) || !n))
        return err_set(e, ERR_USAGE, "--rejects-text: '%.40s' is not all, none or sample:N", text);
    return 0;
}

static int parse_max_bad(struct step *s, struct err *e)
{
    const char *v = s->o.max_bad;
    char *end;
    if (!v)
        return 0;
    double x = strtod(v, &end);
    if (end == v || x < 0 || (*end && strcmp(end, "%")))
        return err_set(e, ERR_USAGE, "--max-bad: '%.40s' is not a number or N%%", v);
    if (*end)
        s->max_bad_share = x / 100;
    else
        s->max_bad_n = (uint64_t)x;
    return 0;
}

/* Groups of documents that are counted apart: --stats-by, and sources for --min-keep. */
static int parse_groups(struct chain *c, struct err *e)
{
    struct slice rest = slice_str(c->o.stats_by), field;
    for (size_t i = 0; i < c->n; i++)
        c->groups_for_keep |= c->steps[i].o.min_keep != NULL;
    if (c->groups_for_keep)
        c->group_by[c->n_group_by++] = SLICE("source");
    while (rest.n && slice_next(&rest, ',', &field)) {
        if (c->n_group_by == GROUP_FIELDS_MAX)
            return err_set(e, ERR_USAGE, "--stats-by: at most %d members", GROUP_FIELDS_MAX - 1);
        c->group_by[c->n_group_by++] = field;
    }
    return 0;
}

static bool is_pipe(int fd)
{
    struct stat st;
    return !fstat(fd, &st) && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
}

/* CPUs of the affinity mask, cut by the cgroup's quota (cgroup v2 cpu.max). */
static int cpus(void)
{
    cpu_set_t set;
    int n = sched_getaffinity(0, sizeof set, &set) ? 1 : CPU_COUNT(&set);
    FILE *f = fopen("/sys/fs/cgroup/cpu.max", "re");
    long quota, period;
    if (f && fscanf(f, "%ld %ld", &quota, &period) == 2 && period > 0 && quota > 0) {
        long share = (quota + period - 1) / period;
        n = share < n ? (int)share : n;
    }
    if (f)
        fclose(f);
    return n < 1 ? 1 : n;
}

static int threads(const struct chain *c)
{
    if (c->o.threads)
        return c->o.threads > 1024 ? 1024 : (int)c->o.threads;
    bool reads_pipe = !c->inputs.n && is_pipe(0), writes_pipe = !c->o.out && is_pipe(1);
    return reads_pipe || writes_pipe ? 1 : cpus();
}

static void rank_inputs(struct chain *c)
{
    size_t kept = 0;
    for (size_t i = 0; i < c->inputs.n; i++)
        if (i % c->o.world == c->rank)
            c->inputs.v[kept++] = c->inputs.v[i];
    c->inputs.n = kept;
}

struct slice chain_input_name(const char *path, const char *root, const char *stdin_name)
{
    return input_base_name(strcmp(path, "-") ? entries_name(slice_str(path), root)
                                             : slice_str(stdin_name));
}

const struct input_seen *chain_seen(const struct chain *c, size_t unit)
{
    size_t first = 0;
    if (!c->seen || !c->unit_of_input)
        return c->seen;
    while (c->unit_of_input[first] < unit)
        first++;
    return c->seen + first;
}

/* ---- units ---------------------------------------------------------------------------------- */

/* The inputs of this rank's units, one after the other. */
static void inputs_of_plan(struct chain *c)
{
    for (size_t i = c->rank; i < c->plan.n; i += c->o.world)
        for (size_t k = 0; k < c->plan.v[i].inputs.n; k++)
            add_input(c, c->plan.v[i].inputs.v[k]);
}

static bool writes_units(const struct chain *c)
{
    bool sink = c->steps[c->n - 1].stage->form == FORM_SINK;
    if (!c->o.out || c->steps[c->n - 1].stage->form == FORM_TOOL)
        return false;
    return sink ? (c->o.plan || c->o.world > 1) && !chain_sees_everything(c)
                : folder_named(c->o.out);
}

static int derive_units(struct chain *c, struct err *e)
{
    if (c->o.plan && c->inputs.n)
        return err_set(e, ERR_USAGE, "--plan names the inputs: give no files");
    if (c->o.plan && plan_read(&c->plan, c->o.plan, e))
        return -1;
    c->by_units = writes_units(c);
    if (c->by_units && !c->o.plan &&
        plan_of_inputs(&c->plan, &c->inputs, c->o.input_root, c->o.input_name, e))
        return -1;
    if (c->o.plan)
        inputs_of_plan(c);
    else if (!c->by_units)
        rank_inputs(c);
    c->no_units = (c->o.plan || c->o.world > 1) && !c->inputs.n;
    return 0;
}

static int derive_rank(struct chain *c, struct err *e)
{
    struct chain_opts *o = &c->o;
    if (o->rank && rank_parse(o->rank, &c->rank, &o->world, e))
        return -1;
    if (o->rank && !o->world)
        return err_set(e, ERR_USAGE, "--rank needs --world");
    if (!o->world)
        o->world = 1;
    if (c->rank >= o->world)
        return err_set(e, ERR_USAGE, "--rank must be below --world");
    if (o->world > 1 && !c->inputs.n && !o->plan)
        return err_set(e, ERR_USAGE, "--world needs input files or a --plan");
    return 0;
}

static int derive(struct chain *c, struct err *e)
{
    struct chain_opts *o = &c->o;
    if (o->out && !strcmp(o->out, "-"))
        o->out = NULL;
    for (size_t i = 0; i < c->n; i++)
        if (parse_max_bad(&c->steps[i], e) || check_step_options(&c->steps[i], e))
            return -1;
    if (parse_groups(c, e) || names_from(c, e))
        return -1;
    if (derive_rank(c, e))
        return -1;
    if (o->window_log < 10 || o->window_log > INPUT_WINDOW_MAX)
        return err_set(e, ERR_USAGE, "--window-log must be 10 to 31");
    c->max_record = o->max_record ? o->max_record : o->memory / 4;
    if (!o->tmp)
        o->tmp = getenv("TMPDIR") && *getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
    c->fields = (struct doc_fields){slice_str(o->text_field), slice_str(o->id_field),
                                    slice_str(o->url_field), slice_str(o->lang_field)};
    c->setup = (struct setup){threads(c), o->memory / 2, o->tmp, o->tmp_max, o->seed, o->out,
                              o->quiet, o->verbose, o->force, o->world, &c->inputs};
    for (size_t i = 0; i < c->n; i++) {
        c->steps[i].fresh = mem_alloc(c->steps[i].stage->conf_size);
        memcpy(c->steps[i].fresh, c->steps[i].conf, c->steps[i].stage->conf_size);
    }
    return derive_units(c, e);
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
    return st->form == FORM_BARRIER || st->form == FORM_TOOL || st->form == FORM_PULL ||
           st->form == FORM_FOLD;
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
            return err_set(e, ERR_USAGE, "%s must see everything: --world 1 only", st->name);
    }
    return 0;
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
    return derive(c, e) || check_places(c, e) ? -1 : 0;
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
