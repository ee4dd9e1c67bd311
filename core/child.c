/* See child.h. */
#include "core/child.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include "core/mem.h"

struct child {
    const char *name;
    pid_t pid;
    int in, out;                    /* our ends; in is -1 once closed */
    bool deaf;                      /* it reads no more */
};

extern char **environ;

/* [0] is read, [1] written; no other program inherits them. */
static int make_pipe(int fd[2], struct err *e)
{
    if (pipe(fd))
        return err_errno(e, "cannot make a pipe");
    for (int i = 0; i < 2; i++)
        fcntl(fd[i], F_SETFD, FD_CLOEXEC);
    return 0;
}

static int spawn(struct child *c, const char *const *argv, int in, int out, struct err *e)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in, 0);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    errno = posix_spawnp(&c->pid, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv,
                         environ);
    int rc = errno ? err_errno(e, "cannot run '%.200s'", argv[0]) : 0;
    posix_spawn_file_actions_destroy(&actions);
    return rc;
}

struct child *child_start(const char *const *argv, struct err *e)
{
    int to[2], from[2];
    if (make_pipe(to, e))
        return NULL;
    if (make_pipe(from, e)) {
        close(to[0]);
        close(to[1]);
        return NULL;
    }
    struct child *c = mem_zero(sizeof *c);
    *c = (struct child){.name = argv[0], .in = to[1], .out = from[0]};
    int rc = spawn(c, argv, to[0], from[1], e);
    close(to[0]);
    close(from[1]);
    if (rc == 0)
        return c;
    close(c->in);
    close(c->out);
    mem_free(c);
    return NULL;
}

/* write() that gives EPIPE instead of a signal: SIGPIPE is held back in this thread and, when it
 * came, taken away. */
static ssize_t write_quietly(int fd, const void *p, size_t n)
{
    sigset_t pipe_only, before, pending;
    int sig;
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
    ssize_t written = write(fd, p, n);
    int why = errno;
    if (written < 0 && why == EPIPE && !sigpending(&pending) && sigismember(&pending, SIGPIPE))
        sigwait(&pipe_only, &sig);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = why;
    return written;
}

int child_write(struct child *c, struct slice bytes, struct err *e)
{
    while (bytes.n && !c->deaf) {
        ssize_t n = write_quietly(c->in, bytes.p, bytes.n);
        if (n >= 0)
            bytes = slice_from(bytes, (size_t)n);
        else if (errno == EPIPE)
            c->deaf = true;
        else if (errno != EINTR)
            return err_errno(e, "cannot write to '%.200s'", c->name);
    }
    return 0;
}

void child_end_input(struct child *c)
{
    if (c->in >= 0)
        close(c->in);
    c->in = -1;
}

long child_read(struct child *c, void *p, size_t n, struct err *e)
{
    ssize_t got;
    do
        got = read(c->out, p, n);
    while (got < 0 && errno == EINTR);
    return got < 0 ? err_errno(e, "cannot read from '%.200s'", c->name) : got;
}

static int reap(struct child *c)
{
    int status = 0;
    child_end_input(c);
    close(c->out);
    while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

int child_wait(struct child *c, struct err *e)
{
    int status = reap(c), rc = 0;
    if (WIFSIGNALED(status))
        rc = err_set(e, ERR_VERIFY, "'%.200s' was ended by signal %d", c->name, WTERMSIG(status));
    else if (WEXITSTATUS(status))
        rc = err_set(e, ERR_VERIFY, "'%.200s' ended with status %d", c->name, WEXITSTATUS(status));
    mem_free(c);
    return rc;
}

void child_kill(struct child *c) { kill(c->pid, SIGTERM); }

void child_free(struct child *c)
{
    reap(c);
    mem_free(c);
}
