/* exec - sends the documents through a program of the user's. How: filter/outside.h. */
#include "core/json.h"
#include "core/mem.h"
#include "core/stage.h"
#include "filter/outside.h"

struct conf {
    struct opt_list command;
    bool may_drop;
    const char **argv;
    struct outside *outside;
};

static const struct opt OPTS[] = {
    OPT_LIST(0, "command", "WORD", struct conf, command,
             "a word of the command; the same as the words behind --"),
    OPT_BOOL(0, "may-drop", struct conf, may_drop, "the command need not give every document back"),
    OPT_END,
};

static int open_exec(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    if (!c->command.n)
        return err_set(e, ERR_USAGE, "exec needs a command: exec -- COMMAND [ARGUMENT...]");
    c->argv = mem_array(c->command.n + 1, sizeof *c->argv);
    for (size_t i = 0; i < c->command.n; i++)
        c->argv[i] = c->command.v[i];
    const struct outside_about about = {c->argv, c->may_drop, s->tmp, s->tmp_max, s->memory};
    c->outside = outside_new(&about);
    return 0;
}

static void close_exec(void *conf)
{
    struct conf *c = conf;
    outside_free(c->outside);
    mem_free(c->argv);
}

static void *new_scratch(const void *conf)
{
    (void)conf;
    return spool_cursor_new();
}

static void free_scratch(void *scratch) { spool_cursor_free(scratch); }

/* The document as the command shall read it, made on any thread. */
static enum verdict prepare(const void *conf, struct job *j, struct doc *d)
{
    struct buf b;
    (void)conf;
    buf_init(&b, BUF_NO_LIMIT);
    doc_format(d, &b);
    struct slice *record = arena_alloc(j->arena, sizeof *record);
    *record = arena_copy(j->arena, buf_slice(&b));
    buf_free(&b);
    d->slot = record;
    return DOC_KEEP;
}

static enum verdict commit(void *conf, struct job *j, struct doc *d)
{
    struct conf *c = conf;
    const struct slice *record = d->slot;
    return outside_send(c->outside, d, *record, j->err) ? DOC_FAIL : DOC_KEEP;
}

static int decide(void *conf, const struct setup *s, struct spool *docs, struct err *e)
{
    struct conf *c = conf;
    (void)s;
    return outside_finish(c->outside, docs, e);
}

/* The answer takes the document's place. */
static enum verdict give(const void *conf, struct job *j, struct doc *d)
{
    const struct conf *c = conf;
    struct slice record;
    struct doc answer = *d;
    const char *kind;
    size_t at;
    uint64_t repaired = 0;
    int rc = outside_get(c->outside, j->scratch, d->index, &record, j->err);
    if (rc <= 0)
        return rc ? DOC_FAIL : job_drop(j, "exec");
    record = arena_copy(j->arena, record);
    if (doc_parse(&answer, j->arena, record, d->fields, d->id, &kind, &at, &repaired))
        return job_bad(j, kind, "the command's answer, at byte %zu: %s", at, kind);
    if (slice_eq(answer.text, d->text))
        answer.text = d->text;          /* not edited */
    answer.index = d->index;
    answer.group = d->group;
    *d = answer;
    return DOC_KEEP;
}

const struct stage stage_exec = {
    .name = "exec",
    .summary = "send documents through a program of your own",
    .operands = "[FILE...] -- COMMAND [ARGUMENT...]",
    .example = "tokmill exec docs.jsonl -- python3 score.py then select --where 'score > 3'",
    .form = FORM_BARRIER,
    .opts = OPTS,
    .conf_size = sizeof(struct conf),
    .command = "command",
    .unit_suffices = true,
    .open = open_exec,
    .close = close_exec,
    .scratch_new = new_scratch,
    .scratch_free = free_scratch,
    .prepare = prepare,
    .commit = commit,
    .decide = decide,
    .give = give,
};
