/* cleanup - see cleanup.h. */
#include "core/cleanup.h"
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "core/mem.h"

enum { SLOTS = 4096 };
static _Atomic(const char *) slots[SLOTS];

int cleanup_add(const char *path)
{
    for (int i = 0; i < SLOTS; i++) {
        const char *none = NULL;
        if (atomic_compare_exchange_strong(&slots[i], &none, path))
            return i;
    }
    return -1;
}

void cleanup_forget(int slot)
{
    if (slot >= 0)
        atomic_store(&slots[slot], NULL);
}

void cleanup_all(void)
{
    for (int i = 0; i < SLOTS; i++) {
        const char *path = atomic_load(&slots[i]);
        if (path)
            unlink(path);
    }
}

/* NAME.tmp.HOST.PID.JOB.RESTART of this host whose process is gone. */
static int is_left_over(const char *entry, const char *name, const char *host)
{
    size_t n = strlen(name), h = strlen(host);
    if (strncmp(entry, name, n) || strncmp(entry + n, ".tmp.", 5))
        return 0;
    const char *p = entry + n + 5;
    if (strncmp(p, host, h) || p[h] != '.')
        return 0;
    char *end;
    long pid = strtol(p + h + 1, &end, 10);
    return end != p + h + 1 && *end == '.' && pid > 0 && kill((pid_t)pid, 0) && errno == ESRCH;
}

void cleanup_sweep(const char *path)
{
    char host[41] = "host", *copy = mem_strdup(path), *slash = strrchr(copy, '/');
    gethostname(host, sizeof host - 1);
    const char *name = slash ? slash + 1 : copy;
    if (slash)
        *slash = '\0';
    const char *folder = !slash ? "." : slash == copy ? "/" : copy;
    DIR *dir = opendir(folder);
    for (struct dirent *d; dir && (d = readdir(dir));)
        if (is_left_over(d->d_name, name, host))
            unlinkat(dirfd(dir), d->d_name, 0);
    if (dir)
        closedir(dir);
    mem_free(copy);
}
