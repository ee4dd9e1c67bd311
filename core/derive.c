/* derive - what follows from the options of a chain: its input names, limits, threads, rank and the
 * units that this rank does. Runs once, after the command line is parsed (chain.c). */
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
            chain_add_input(c, c->names.p + at);
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
    if (s->o.annotate_as &&
        (!*s->o.annotate_as || strspn(s->o.annotate_as, "abcdefghijklmnopqrstuvwxyz_-0123456789"
                                      "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != strlen(s->o.annotate_as) ||
         strlen(s->o.annotate_as) > 60))
        return err_set(e, ERR_USAGE, "--annotate-as: at most 60 letters, digits, '_' and '-'");
    if (s->o.attributes && s->o.annotate)
        return err_set(e, ERR_USAGE, "--attributes writes to a file, --annotate to the documents: "
                       "one of them");
    if (s->o.attributes && s->stage->form != FORM_MAP && s->stage->form != FORM_FOLD &&
        s->stage->form != FORM_BARRIER)
        return err_set(e, ERR_USAGE, "%s has no --attributes", s->stage->name);
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
            chain_add_input(c, c->plan.v[i].inputs.v[k]);
}

static bool writes_units(const struct chain *c)
{
    const struct stage *last = c->steps[c->n - 1].stage;
    bool folders = last->form == FORM_SINK && !last->unit_suffix;
    if (!c->o.out || last->form == FORM_TOOL)
        return stage_divides_itself(last);
    return folders ? (c->o.plan || c->o.world > 1) && !chain_sees_everything(c)
                   : folder_named(c->o.out);
}

static int derive_units(struct chain *c, struct err *e)
{
    if (stage_divides_itself(c->steps[0].stage)) {
        c->by_units = true;
        return 0;
    }
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

int chain_derive(struct chain *c, struct err *e)
{
    struct chain_opts *o = &c->o;
    /* Where there is no /proc, /dev/stdout leads nowhere: it must not be opened, or replaced. */
    if (o->out && (!strcmp(o->out, "-") || !strcmp(o->out, "/dev/stdout")))
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
    const struct step *first = &c->steps[0];
    if (first->stage->source.places && first->stage->source.places(first->conf))
        o->origin = ORIGIN_FULL;
    c->max_record = o->max_record ? o->max_record : o->memory / 4;
    if (!o->tmp)
        o->tmp = getenv("TMPDIR") && *getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
    if (!strcmp(o->text_field, o->id_field))
        return err_set(e, ERR_USAGE, "--text-field and --id-field are one member: %s",
                       o->text_field);
    c->fields = (struct doc_fields){slice_str(o->text_field), slice_str(o->id_field),
                                    slice_str(o->url_field), slice_str(o->lang_field)};
    c->setup = (struct setup){.threads = threads(c), .memory = o->memory / 2, .tmp = o->tmp,
                              .tmp_max = o->tmp_max, .seed = o->seed, .out = o->out,
                              .quiet = o->quiet, .verbose = o->verbose, .force = o->force,
                              .world = o->world, .operands = &c->inputs};
    for (size_t i = 0; i < c->n; i++) {
        c->steps[i].fresh = mem_alloc(c->steps[i].stage->conf_size);
        memcpy(c->steps[i].fresh, c->steps[i].conf, c->steps[i].stage->conf_size);
    }
    return derive_units(c, e);
}
