/* cli - main(): the story of one command, and the only place that prints errors or exits.
 *
 *   file descriptors valid -> signals -> parse -> run -> flush standard output -> status
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "core/cleanup.h"
#include "core/mem.h"
#include "core/run.h"

_Noreturn void mem_failed(size_t wanted)
{
    fprintf(stderr, "tokmill: out of memory (%zu bytes wanted)\n", wanted);
    cleanup_all();
    _exit(3);
}

static void on_signal(int sig)
{
    cleanup_all();
    signal(sig, SIG_DFL);
    raise(sig);
}

static void set_signals(void)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGXCPU};
    struct sigaction now, sa = {.sa_handler = on_signal};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (!sigaction(ends[i], NULL, &now) && now.sa_handler != SIG_IGN)
            sigaction(ends[i], &sa, NULL);
    signal(SIGXFSZ, SIG_IGN);       /* a write then fails with EFBIG, which is reported */
    sa.sa_handler = on_signal;
    sigaction(SIGPIPE, &sa, NULL);
}

/* Closed standard descriptors would be taken by the first file opened. What stands in for standard
 * output cannot be written: documents must not vanish and the run succeed. */
static void open_descriptors(void)
{
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY) != fd)
            _exit(3);
}

/* Text from inputs may hold terminal escapes; print it visible and short. */
static void print_safe(const char *s)
{
    size_t n = 0;
    for (; *s && n < 480; s++, n++)
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            fprintf(stderr, "\\x%02x", (unsigned char)*s);
        else
            fputc(*s, stderr);
}

static void print_error(const struct err *e)
{
    fflush(stdout);
    fputs("tokmill: ", stderr);
    if (e->file[0]) {
        print_safe(e->file);
        fputs(": ", stderr);
    }
    if (e->record != ERR_NO_POS)
        fprintf(stderr, "record %llu", (unsigned long long)e->record);
    if (e->offset != ERR_NO_POS)
        fprintf(stderr, "%sat byte %llu", e->record != ERR_NO_POS ? " " : "",
                (unsigned long long)e->offset);
    if (e->record != ERR_NO_POS || e->offset != ERR_NO_POS)
        fputs(": ", stderr);
    print_safe(e->text);
    fputc('\n', stderr);
}

static double now_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void cli_may_spill(const struct chain *c, const struct step *s, uint64_t stored_size)
{
    if (c->o.quiet || !(c->o.verbose || isatty(STDERR_FILENO)))
        return;
    fprintf(stderr, "tokmill %s: sets documents aside in %s", s->stage->name, c->setup.tmp);
    if (stored_size)
        fprintf(stderr, ": about %.1f MB, the size of the inputs, less where they are not "
                "compressed", (double)stored_size / 1e6);
    fputc('\n', stderr);
}

void cli_opened(const struct chain *c)
{
    for (size_t i = 0; c->o.verbose && !c->o.quiet && i < c->n; i++) {
        const struct step *s = &c->steps[i];
        if (s->opened && s->stage->model_bytes)
            fprintf(stderr, "tokmill %s: models take %.1f MiB\n", s->stage->name,
                    (double)s->stage->model_bytes(s->conf) / (1 << 20));
    }
}

bool cli_wants_progress(const struct chain *c)
{
    return c->o.progress != 2 && !c->o.quiet && (c->o.progress == 1 || isatty(STDERR_FILENO));
}

/* Called in commit order, so by one thread at a time. */
void cli_progress(const struct chain *c, struct progress_now now, bool last)
{
    static double first, shown;
    double t = now_seconds();
    if (!cli_wants_progress(c))
        return;
    if (!first)
        first = shown = t;
    if (!last && t - shown < 0.5)
        return;
    shown = t;
    double rate = (double)now.stored_at / (t - first + 1e-9);
    fprintf(stderr, "\r%llu documents in, %llu out, %.1f MB read, %.1f MB/s",
            (unsigned long long)now.docs_in, (unsigned long long)now.docs_out,
            (double)now.stored_at / 1e6, rate / 1e6);
    if (now.stored_size > now.stored_at && rate > 0)
        fprintf(stderr, ", %.0f s left", (double)(now.stored_size - now.stored_at) / rate);
    fputs("\033[K", stderr);
    if (last)
        fputc('\n', stderr);
}

static uint64_t total(const struct step *s, enum tally_kind k)
{
    return tally_total(&s->total, k).n;
}

/* One line a step on a terminal or with -v: what went in, what came out, why not. */
static void print_summary(const struct chain *c)
{
    if (c->o.quiet || !(c->o.verbose || isatty(STDERR_FILENO)))
        return;
    if (c->by_units)
        fprintf(stderr, "tokmill: %llu units done, %llu were finished before\n",
                (unsigned long long)c->units_done, (unsigned long long)c->units_before);
    for (size_t i = 0; i < c->n; i++) {
        const struct step *s = &c->steps[i];
        if (s->stage->form == FORM_TOOL)
            continue;
        fprintf(stderr, "tokmill %s: %llu in, %llu out, %llu dropped, %llu bad\n", s->stage->name,
                (unsigned long long)(total(s, TALLY_IN) + total(s, TALLY_MADE)),
                (unsigned long long)total(s, TALLY_OUT),
                (unsigned long long)total(s, TALLY_DROPPED),
                (unsigned long long)total(s, TALLY_BAD));
    }
}

static int finish(const struct err *e)
{
    if (e->kind == ERR_PIPE) {
        cleanup_all();
        signal(SIGPIPE, SIG_DFL);
        raise(SIGPIPE);
    }
    if (e->kind != ERR_NONE)
        print_error(e);
    if (e->kind == ERR_USAGE)
        fputs("try: tokmill --help, tokmill STAGE --help\n", stderr);
    if ((fflush(stdout) || ferror(stdout)) && e->kind == ERR_NONE) {
        fprintf(stderr, "tokmill: standard output: %s\n", strerror(errno));
        return 3;
    }
    return err_exit_status(e);
}

/* Words that are no stages: help, man, completion. 1: done; 0: not one of them; -1: usage. */
static int word(const struct stage *const *stages, int argc, char **argv, struct err *e)
{
    const char *w = argc > 1 ? argv[1] : "", *what = argc > 2 ? argv[2] : NULL;
    const struct stage *st = what ? chain_stage(stages, slice_str(what)) : NULL;
    if (!strcmp(w, "completion") && what && !help_completion(stages, what))
        return 1;
    if (!strcmp(w, "help") && (!what || !strcmp(what, "options"))) {
        static const struct stage all = {.name = "STAGE", .summary = "Options of every stage.",
                                         .opts = chain_opt_table};
        if (what)
            help_stage(&all);
        else
            help_main(stages);
        return 1;
    }
    if (!strcmp(w, "help") && st)
        return help_stage(st), 1;
    if (!strcmp(w, "man") && st)
        return help_man(st), 1;
    if (!strcmp(w, "help") || !strcmp(w, "man") || !strcmp(w, "completion"))
        return err_set(e, ERR_USAGE, "%s: no such topic", w);
    return 0;
}

/* What stages have to tell instead of running: 1 if it was printed. */
static int tell(const struct chain *c, struct err *e)
{
    struct buf out;
    int told = 0;
    buf_init(&out, BUF_NO_LIMIT);
    for (size_t i = 0; i < c->n && !told; i++)
        if (c->steps[i].stage->tell)
            told = c->steps[i].stage->tell(c->steps[i].conf, &out, e);
    if (told == 1 && (fwrite(out.p, 1, out.n, stdout) != out.n || fflush(stdout)))
        told = err_errno(e, "standard output");
    buf_free(&out);
    return told;
}

static int command(const struct stage *const *stages, int argc, char **argv, struct err *e)
{
    struct chain c;
    int rc = chain_parse(&c, stages, argc, argv, e);
    if (!rc && c.o.version)
        help_version();
    else if (!rc && c.n && c.steps[c.n - 1].o.help)
        help_stage(c.steps[c.n - 1].stage);
    else if (!rc && !c.n)
        help_main(stages);
    else if (!rc && !(rc = tell(&c, e)) && !(rc = run_chain(&c, e)))
        print_summary(&c);
    chain_free(&c);
    return rc < 0 ? -1 : 0;
}

int tokmill_main(const struct stage *const *stages, int argc, char **argv)
{
    struct err e;
    err_init(&e);
    open_descriptors();
    set_signals();
    /* Installed as tokmill-NAME, the name is the stage. */
    const char *name = strrchr(argv[0], '/');
    name = name ? name + 1 : argv[0];
    char **args = argv;
    if (!strncmp(name, "tokmill-", 8) && chain_stage(stages, slice_str(name + 8))) {
        args = mem_array((size_t)argc + 2, sizeof *args);
        args[0] = argv[0];
        args[1] = argv[0] + (name + 8 - argv[0]);
        memcpy(args + 2, argv + 1, ((size_t)argc - 1) * sizeof *args);
        argc++;
    }
    if (!word(stages, argc, args, &e))
        command(stages, argc, args, &e);
    if (args != argv)
        mem_free(args);
    return finish(&e);
}
