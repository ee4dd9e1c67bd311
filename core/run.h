/* run - a chain of stages at work
 *
 *   operands -> feed -> [parse -> map -> map ... -> format] x N workers -> commit, in order -> out
 *
 * A chain is cut into segments at its barriers. Each worker takes the next batch from the feed (one
 * at a time; this gives the batch its serial number), walks it through the segment's steps on its
 * own, and enters every ordered section (a fold, the commit) when all earlier batches have left it.
 * So order is free, at most N batches are alive, and stages hold no locks. The first error by
 * serial number, not by time, is the one reported.
 *
 * Files: cli.c (main, messages, signals), chain.c (command line), help.c (--help, man,
 * completion), feed.c (inputs to batches), run.c (workers and order), walk.c (a batch through its
 * steps), commit.c (what happens in input order), outlet.c (where documents go), units.c and
 * folder.c (outputs by units), finish.c (accounts, stats).
 */
#ifndef CORE_RUN_H
#define CORE_RUN_H
#include "core/plan.h"
#include "core/stage.h"
#include "core/tally.h"

enum { ORIGIN_SHORT, ORIGIN_FULL };

struct chain_opts {                 /* options of the whole command */
    uint64_t threads, memory, tmp_max, seed, world, limit, max_record, window_log;
    const char *tmp, *stats, *files_from, *input_root, *input_name, *out, *unit_suffix;
    const char *plan, *rank, *stats_by;
    const char *text_field, *id_field, *url_field, *lang_field;
    int progress, origin;
    bool nul, quiet, verbose, force, help, version;
};

struct step_opts {                  /* options of one segment of the command line */
    const char *rejects, *rejects_text, *attributes, *annotate_as, *bad, *max_bad, *min_keep;
    int on_bad;                     /* 0 fail, 1 skip */
    bool annotate, help;
};

extern const struct opt chain_opt_table[], step_opt_table[];

struct step {
    const struct stage *stage;
    void *conf, *fresh;             /* fresh: conf as the options left it, before open() */
    struct step_opts o;
    bool opened;
    struct tally total, sum;        /* of this unit; of the units before */
    struct sample *kept, *dropped;  /* NULL without --stats */
    struct writer *rejects, *attributes;
    struct output *bad;
    uint64_t max_bad_n;             /* UINT64_MAX: none given */
    double max_bad_share;           /* < 0: none given */
    double min_keep;                /* percent */
};

/* What was read of one input: its decoded content. */
struct input_seen {
    uint64_t bytes;
    struct hash128 hash;
    bool whole;                     /* up to its end */
};

enum { GROUP_FIELDS_MAX = 8 };

struct chain {
    struct chain_opts o;
    struct step_opts defaults;      /* options given before the first stage */
    struct step *steps;
    size_t n;
    struct opt_list inputs;         /* operands and --files-from; empty: standard input */
    struct setup setup;
    struct doc_fields fields;
    const struct stage *const *stages;
    const char *shared_rejects;     /* --rejects before the first stage */
    struct buf names;               /* owns the text of --files-from */
    bool given[64];                 /* by index in chain_opt_table */
    uint64_t rank, max_record;
    bool no_units;                  /* more ranks than units: nothing is left for this one */
    struct plan plan;               /* units, when the output is a folder of them */
    bool by_units;                  /* -o is a folder with an output a unit */
    struct input_seen *seen;        /* one an input; NULL when nobody asks */
    size_t *unit_of_input;          /* of c->inputs, when all units run as one */
    struct slice group_by[GROUP_FIELDS_MAX];    /* accounts are split by these members */
    size_t n_group_by;
    bool groups_for_keep;           /* group_by[0] is the source, for --min-keep only */
    uint64_t units_done, units_before;      /* by this process; found finished */
};

/* chain.c */
int chain_parse(struct chain *c, const struct stage *const *stages, int argc, char **argv,
                struct err *e);
void chain_add_input(struct chain *c, const char *name);
void chain_free(struct chain *c);
const struct stage *chain_stage(const struct stage *const *stages, struct slice name);
bool stage_sees_everything(const struct stage *st);      /* may not be run by ranks */
bool stage_divides_itself(const struct stage *st);       /* a tool with units of its own */
bool chain_is_by_unit(const struct chain *c);            /* has a stage that knows one unit only */
bool chain_sees_everything(const struct chain *c);

/* derive.c */
/* Fills what follows from the options: inputs, limits, threads, rank, units. ERR_USAGE. */
int chain_derive(struct chain *c, struct err *e);
/* An input's name in outputs: without root, "./" and compression suffix. */
struct slice chain_input_name(const char *path, const char *root, const char *stdin_name);
/* What was read of the inputs of a unit of the plan; NULL when not kept. */
const struct input_seen *chain_seen(const struct chain *c, size_t unit);

/* rank.c: --rank N, slurm, k8s or env:NAME; *world is set when the environment tells it. */
int rank_parse(const char *spec, uint64_t *rank, uint64_t *world, struct err *e);
/* help.c */
void help_main(const struct stage *const *stages);
void help_stage(const struct stage *st);
void help_version(void);
int help_man(const struct stage *st);
int help_completion(const struct stage *const *stages, const char *shell);
/* run.c */
int run_chain(struct chain *c, struct err *e);
/* finish.c */
int finish_accounts(const struct chain *c, struct err *e);
int finish_stats(const struct chain *c, double seconds, struct err *e);
/* cli.c */
struct progress_now {
    uint64_t docs_in, docs_out, stored_at, stored_size;
};
bool cli_wants_progress(const struct chain *c);
/* Before a barrier sets documents aside: how much space that may take (terminal, or -v). */
void cli_may_spill(const struct chain *c, const struct step *s, uint64_t stored_size);
void cli_opened(const struct chain *c);     /* -v: what models take on top of --memory */
void cli_progress(const struct chain *c, struct progress_now now, bool last);
int tokmill_main(const struct stage *const *stages, int argc, char **argv);

#endif
