/* cleanup - see cleanup.h. */
#include "core/cleanup.h"
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "core/hash.h"
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

bool cleanup_holds(const char *path)
{
    for (int i = 0; i < SLOTS; i++) {
        const char *held = atomic_load(&slots[i]);
        if (held && !strcmp(held, path))
            return true;
    }
    return false;
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
static int is_left_over(const char *entry, const char *host)
{
    const char *p = strstr(entry, ".tmp.");
    size_t h = strlen(host);
    if (!p || strncmp(p + 5, host, h) || p[5 + h] != '.')
        return 0;
    char *end;
    long pid = strtol(p + h + 6, &end, 10);
    return end != p + h + 6 && *end == '.' && pid > 0 && kill((pid_t)pid, 0) && errno == ESRCH;
}

static void sweep(const char *folder)
{
    char host[41] = "host";
    gethostname(host, sizeof host - 1);
    DIR *dir = opendir(folder);
    for (struct dirent *d; dir && (d = readdir(dir));)
        if (is_left_over(d->d_name, host))
            unlinkat(dirfd(dir), d->d_name, 0);
    if (dir)
        closedir(dir);
}

void cleanup_sweep(const char *path)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static uint64_t swept;          /* hash of the folder swept last */
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) + (slash == path) : 0;
    char *folder = n ? mem_strdup(path) : mem_strdup(".");
    if (n)
        folder[n] = '\0';
    uint64_t hash = hash64(slice_str(folder));
    pthread_mutex_lock(&lock);
    bool again = hash == swept;
    swept = hash;
    pthread_mutex_unlock(&lock);
    if (!again)
        sweep(folder);
    mem_free(folder);
}
