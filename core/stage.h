/* stage - what a stage program is
 *
 * A stage is one constant struct in cmd/NAME.c, called stage_NAME (dashes become underscores); the
 * Makefile finds it by file name. It declares options and callbacks of its form; the runner owns
 * the rest: opening and decompressing inputs, threads, order, bad data, rejects, statistics,
 * formatting, compression, atomic commit, exit status. CONTRACT.md section 3 lists the forms.
 *
 *   form      callbacks                          called
 *   SOURCE    split, parse (or entries, parse)   split in order, parse on any thread
 *   PULL      pull                               in order; makes documents itself
 *   MAP       map                                any thread
 *   FOLD      prepare?, fold, finish?            any thread; in input order; once at the end
 *   SINK      prepare?, commit?, finish          any thread; in input order; once at the end
 *   BARRIER   prepare?, commit, decide, give     any thread; in order; once; any thread
 *   TOOL      run                                once, with the operands
 *             plan, run                          once; once for each unit of this rank
 *
 * `conf` is filled from the options, then open() may add models; afterwards workers see it as
 * read-only, except in the callbacks called in order, which may change it. Scratch is per worker.
 */
#ifndef CORE_STAGE_H
#define CORE_STAGE_H
#include "core/batch.h"
#include "core/opt.h"

struct plan;                        /* core/plan.h */
struct spool;                       /* core/spool.h */
struct member_at;

enum verdict { DOC_KEEP, DOC_DROP, DOC_BAD, DOC_FAIL };     /* FAIL: job->err is set, run ends */

/* What the run gives every stage; read-only. */
struct setup {
    int threads;
    uint64_t memory;                /* bytes this stage may use for its own tables */
    const char *tmp;                /* folder for spill files */
    uint64_t tmp_max;               /* 0: no limit */
    uint64_t seed;
    const char *out;                /* -o as given, or NULL; for stages that write it themselves */
    bool quiet, verbose, force;
    uint64_t world;                 /* ranks that share the inputs; 1: this process has them all */
    const struct opt_list *operands;        /* input FILEs of the whole command */
    const char *unit;               /* name of the unit at work; NULL when there are no units */
    size_t unit_index;              /* its place in the plan */
};

/* What a callback may use while it works on one document or piece: one per worker and stage. */
struct job {
    void *scratch;                  /* of scratch_new(), or NULL */
    struct arena *arena;            /* the batch's */
    bool annotate;                  /* values are wanted (--annotate, --attributes); nothing will
                                       be dropped */
    const struct setup *setup;
    struct err *err;                /* for DOC_FAIL */
    struct tally *tally;            /* statistics of this stage and batch */
    /* the verdict's details, filled by job_drop() and job_bad() */
    struct slice rule;
    double value, threshold;
    bool has_value, has_threshold;
    char bad_text[256];
    struct buf notes;               /* inside of the JSON object for --annotate */
};

/* Drop with a reason: `rule` is static or in the arena. Returns DOC_DROP. */
enum verdict job_drop(struct job *j, const char *rule);
enum verdict job_drop_value(struct job *j, const char *rule, double value, double threshold);
/* A document that cannot be processed: kind is a short fixed word. Returns DOC_BAD. */
enum verdict job_bad(struct job *j, const char *kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void job_note_f64(struct job *j, const char *name, double v);       /* only with annotate */
void job_note_str(struct job *j, const char *name, struct slice v);
void job_note_json(struct job *j, const char *name, struct slice json);
/* Statistics: counters and histograms by name (name is static). Histogram bins are fixed (see
 * core/tally.h), so that files merge exactly. `threshold` is drawn in the report. */
void job_count(struct job *j, const char *name, uint64_t add);
void job_count_key(struct job *j, const char *name, struct slice key, uint64_t add);
void job_hist(struct job *j, const char *name, double value);
void job_hist_threshold(struct job *j, const char *name, double threshold);

/* A run of whole records of one input, decoded. */
struct piece {
    struct slice name;              /* input without root and compression suffix; for an entry of
                                       an archive or folder, the path of the entry */
    const char *path;               /* the operand as given; "-": standard input. Split sources */
    uint64_t record;                /* number of its first record in the input, from 1 */
    uint64_t offset;                /* of bytes.p in the decoded input */
    struct slice bytes;
    struct slice head;              /* the input's first bytes (up to 64 KiB; for split sources) */
    const struct member_at *members;    /* compressed members of these bytes; see core/chunk.h */
    size_t n_members;
    bool is_stored_plain;           /* decoded and stored places are the same */
    uint64_t max_record;            /* larger records are bad ("oversize"); 0: any size. The feed
                                       stops at about this size; parse() makes it exact */
    struct slice fallback_source;   /* what `source` should be when the content does not say */
};

struct source {
    bool entries;                   /* operands are files, folders or archives; each file in them is
                                       one piece, in byte order of names; split is not called */
    bool (*by_records)(const void *conf);       /* with entries: unless this says that split shall
                                       cut the files, so that they may be of any size */
    bool (*places)(const void *conf);   /* documents tell where they are stored, as with
                                       --origin full, if this says so */
    /* Bytes from the start of a record. Sets *used to the end of the last whole record and
     * *records to their number; *used = 0 asks for more bytes. With at_end everything must be
     * used: what is left over is an unfinished record, and parse() is given it to complain. */
    int (*split)(const void *conf, struct slice bytes, bool at_end, size_t *used,
                 uint64_t *records, struct err *e);
    int (*parse)(const void *conf, struct job *j, const struct piece *p, struct batch *out);
};

enum stage_form { FORM_SOURCE, FORM_PULL, FORM_MAP, FORM_FOLD, FORM_SINK, FORM_BARRIER, FORM_TOOL };

struct stage {
    const char *name;               /* "dedup-near" */
    const char *summary;            /* "drop documents nearly equal to an earlier one" */
    const char *operands;           /* "[FILE...]" */
    const char *example;            /* one command line, ends --help */
    const char *by_ranks;           /* what to run instead with --world, if this must see all */
    enum stage_form form;
    bool by_unit;                   /* a fold that starts anew with each unit: ranks may run it */
    /* Of a sink, or of a tool with plan(): each unit's output is one file of this suffix, not a
     * folder; setup->out is its path. */
    const char *unit_suffix;
    const struct opt *opts;
    size_t conf_size;
    const char *command;            /* option (LIST) that takes the words behind "--"; NULL: none */
    bool unit_suffices;             /* of a barrier: it need not see more than a unit at once */

    int (*open)(void *conf, const struct setup *s, struct err *e);      /* may be NULL, as all */
    /* Options that ask for a listing ("--list-rules"): 1 when it is in *out, which is then printed
     * and nothing is run; 0 when none is asked for; -1 on error. Called before open(). */
    int (*tell)(const void *conf, struct buf *out, struct err *e);
    void (*close)(void *conf);
    uint64_t (*model_bytes)(const void *conf);  /* held by models and vocabularies, for -v */
    void *(*scratch_new)(const void *conf);
    void (*scratch_free)(void *scratch);

    struct source source;
    /* How a document leaves the chain when this stage is the last; false: as JSON, as ever. */
    bool (*format)(const void *conf, const struct doc *d, struct buf *out);
    int (*pull)(void *conf, struct job *j, struct batch *out, bool *end);
    /* Sees a batch's documents before map() is called for each, in the same order: for work that
     * takes less time for many at once. */
    void (*look_ahead)(const void *conf, struct job *j, const struct doc *docs, size_t n);
    enum verdict (*map)(const void *conf, struct job *j, struct doc *d);
    enum verdict (*prepare)(const void *conf, struct job *j, struct doc *d);
    enum verdict (*fold)(void *conf, struct job *j, struct doc *d);
    enum verdict (*commit)(void *conf, struct job *j, struct doc *d);
    int (*finish)(void *conf, const struct setup *s, void **scratch, int n_scratch, struct err *e);
    int (*decide)(void *conf, const struct setup *s, struct spool *docs, struct err *e);
    enum verdict (*give)(const void *conf, struct job *j, struct doc *d);   /* by d->index */
    /* Tools whose work is divided: adds the units, which depend on operands and options alone, so
     * that every rank finds the same. Operands are folders of outputs: their manifests enter the
     * record of the run. */
    int (*plan)(void *conf, const struct setup *s, struct plan *units, struct err *e);
    int (*run)(void *conf, const struct setup *s, struct err *e);
};

#endif
