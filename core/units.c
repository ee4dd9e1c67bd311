/* units - see units.h. */
#include "core/units.h"
#include <stdio.h>
#include "core/mem.h"
#include "core/output.h"

/* Side files of one unit: DIR/UNIT.suffix for each option that names a folder. */
struct side_paths {
    const char *stats, *shared_rejects, *shared_bad;
    const char **rejects, **attributes, **bad;  /* as given, one a step */
};

static char *side_path(const char *folder, const char *unit, const char *suffix, struct err *e)
{
    size_t n = strlen(folder) + strlen(unit) + strlen(suffix) + 2;
    char *path = mem_alloc(n), *slash;
    const char *gap = folder[strlen(folder) - 1] == '/' ? "" : "/";
    snprintf(path, n, "%s%s%s%s", folder, gap, unit, suffix);
    if ((slash = strrchr(path, '/'))) {
        *slash = '\0';
        int rc = output_mkdir(path, e);
        *slash = '/';
        if (rc) {
            mem_free(path);
            return NULL;
        }
    }
    return path;
}

static int check_folder(const char *path, const char *option, struct err *e)
{
    if (path && !folder_named(path))
        return err_set(e, ERR_USAGE, "--%s: outputs are units here, so give a folder (DIR/), "
                       "not '%.100s'", option, path);
    return 0;
}

static int check_folders(const struct chain *c, struct err *e)
{
    if (check_folder(c->o.stats, "stats", e))
        return -1;
    for (size_t i = 0; i < c->n; i++)
        if (check_folder(c->steps[i].o.rejects, "rejects", e) ||
            check_folder(c->steps[i].o.attributes, "attributes", e) ||
            check_folder(c->steps[i].o.bad, "bad", e))
            return -1;
    return 0;
}

/* Steps that share a file (the option stood before the first stage) go on sharing it. */
static int set_side(const char **slot, const char *given, const char *shared, const char **first,
                    const char *unit, const char *suffix, struct err *e)
{
    if (!given)
        return 0;
    if (given == shared && *first)
        *slot = *first;
    else
        *slot = side_path(given, unit, suffix, e);
    if (given == shared)
        *first = *slot;
    return *slot ? 0 : -1;
}

static int set_sides(struct chain *c, const struct side_paths *given, const char *unit,
                     struct err *e)
{
    const char *first_rejects = NULL, *first_bad = NULL, *own = NULL;
    for (size_t i = 0; i < c->n; i++)
        if (set_side(&c->steps[i].o.rejects, given->rejects[i], given->shared_rejects,
                     &first_rejects, unit, ".jsonl.zst", e) ||
            set_side(&c->steps[i].o.attributes, given->attributes[i], NULL, &own, unit,
                     ".jsonl.zst", e) ||
            set_side(&c->steps[i].o.bad, given->bad[i], given->shared_bad, &first_bad, unit,
                     ".jsonl", e))
            return -1;
    c->shared_rejects = first_rejects;
    c->defaults.bad = first_bad;
    return given->stats && !(c->o.stats = side_path(given->stats, unit, ".json", e)) ? -1 : 0;
}

static void restore_sides(struct chain *c, const struct side_paths *given)
{
    for (size_t i = 0; i < c->n; i++) {
        struct step_opts *o = &c->steps[i].o;
        if (o->rejects != given->rejects[i] && (i == 0 || o->rejects != c->shared_rejects))
            mem_free((char *)(uintptr_t)o->rejects);
        if (o->attributes != given->attributes[i])
            mem_free((char *)(uintptr_t)o->attributes);
        if (o->bad != given->bad[i] && (i == 0 || o->bad != c->defaults.bad))
            mem_free((char *)(uintptr_t)o->bad);
    }
    for (size_t i = 0; i < c->n; i++) {
        c->steps[i].o.rejects = given->rejects[i];
        c->steps[i].o.attributes = given->attributes[i];
        c->steps[i].o.bad = given->bad[i];
    }
    if (c->o.stats != given->stats)
        mem_free((char *)(uintptr_t)c->o.stats);
    c->o.stats = given->stats;
    c->shared_rejects = given->shared_rejects;
    c->defaults.bad = given->shared_bad;
}

static struct side_paths take_sides(const struct chain *c)
{
    struct side_paths p = {c->o.stats, c->shared_rejects, c->defaults.bad,
                           mem_array(c->n, sizeof *p.rejects),
                           mem_array(c->n, sizeof *p.attributes), mem_array(c->n, sizeof *p.bad)};
    for (size_t i = 0; i < c->n; i++) {
        p.rejects[i] = c->steps[i].o.rejects;
        p.attributes[i] = c->steps[i].o.attributes;
        p.bad[i] = c->steps[i].o.bad;
    }
    return p;
}

/* ---- stages that are opened once a unit ------------------------------------------------------ */

bool units_reopen(const struct stage *st) { return st->form == FORM_SINK || st->by_unit; }

static int reopen(struct chain *c, struct step *s, struct err *e)
{
    if (s->opened && s->stage->close)
        s->stage->close(s->conf);
    memcpy(s->conf, s->fresh, s->stage->conf_size);
    s->opened = true;
    return s->stage->open ? s->stage->open(s->conf, &c->setup, e) : 0;
}

/* What the last stage writes itself: UNIT/ or UNIT.suffix; NULL when documents are written. */
static char *own_output(const struct chain *c, const char *unit)
{
    const struct stage *last = c->steps[c->n - 1].stage;
    if (last->form != FORM_SINK && last->form != FORM_TOOL)
        return NULL;
    const char *suffix = last->unit_suffix ? last->unit_suffix : "/";
    size_t n = strlen(unit) + strlen(suffix) + 1;
    char *name = mem_alloc(n);
    snprintf(name, n, "%s%s", unit, suffix);
    return name;
}

/* Tells the stages which unit is next. *path is where the last one writes its own output. */
static int set_unit(struct chain *c, struct folder *f, size_t i, const char *own, char **path,
                    struct err *e)
{
    c->setup.unit = c->plan.v[i].name;
    c->setup.unit_index = i;
    if (own) {
        bool is_file = c->steps[c->n - 1].stage->unit_suffix != NULL;
        if (!(*path = folder_path(f, is_file ? own : c->setup.unit, e)))
            return -1;
        c->setup.out = *path;
    }
    for (size_t k = 0; k < c->n; k++)
        if (units_reopen(c->steps[k].stage) && reopen(c, &c->steps[k], e))
            return -1;
    return 0;
}

/* ---- one unit ------------------------------------------------------------------------------- */

static void next_totals(struct chain *c)
{
    for (size_t i = 0; i < c->n; i++) {
        tally_merge(&c->steps[i].sum, &c->steps[i].total);
        tally_free(&c->steps[i].total);
    }
}

static int run_one(struct chain *c, struct folder *f, size_t i,
                   int (*run_unit)(struct chain *, struct folder *, size_t first, size_t n,
                                   struct err *),
                   struct err *e)
{
    const struct unit *u = &c->plan.v[i];
    char *own = own_output(c, u->name), *path = NULL;
    int rc = set_unit(c, f, i, own, &path, e) || run_unit(c, f, i, 1, e);
    if (!rc && own)
        rc = folder_unit_finish(f, u, c->seen, &(struct unit_output){.name = own, .own = true}, e);
    mem_free(own);
    mem_free(path);
    return rc ? -1 : 0;
}

int units_run(struct chain *c, struct folder *f,
              int (*run_unit)(struct chain *, struct folder *, size_t first, size_t n,
                              struct err *),
              struct err *e)
{
    struct opt_list inputs = c->inputs;
    if (check_folders(c, e))
        return -1;
    struct side_paths given = take_sides(c);
    int rc = 0;
    for (size_t i = c->rank; i < c->plan.n && !rc; i += c->o.world) {
        const struct unit *u = &c->plan.v[i];
        if (folder_unit_done(f, u)) {
            c->units_before++;
            continue;
        }
        if (!stage_divides_itself(c->steps[0].stage))
            c->inputs = u->inputs;
        c->no_units = !u->inputs.n;
        c->seen = mem_array(u->inputs.n, sizeof *c->seen);
        rc = plan_check(u, e) || set_sides(c, &given, u->name, e) ||
             run_one(c, f, i, run_unit, e) ? -1 : 0;
        restore_sides(c, &given);
        mem_free(c->seen);
        c->seen = NULL;
        next_totals(c);
        c->units_done += rc == 0;
    }
    for (size_t i = 0; i < c->n; i++)
        tally_merge(&c->steps[i].total, &c->steps[i].sum);
    c->inputs = inputs;
    mem_free(given.rejects);
    mem_free(given.attributes);
    mem_free(given.bad);
    return rc;
}
