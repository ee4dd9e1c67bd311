/* cleanup - temporary files to remove when the process is told to end
 *
 * A fixed table that a signal handler may walk: cleanup_all() only calls unlink(). This is the one
 * piece of process-wide state in core; it exists because signals are process-wide.
 */
#ifndef CORE_CLEANUP_H
#define CORE_CLEANUP_H
#include <stdbool.h>

int cleanup_add(const char *path);      /* path must live until cleanup_forget(); -1 when full */
void cleanup_forget(int slot);
bool cleanup_holds(const char *path);   /* whether this process is writing it now */
void cleanup_all(void);                 /* async-signal-safe */
/* Removes temporary files of dead processes of this host from the folder that `path` is in; once a
 * folder as long as calls stay in it, so that a run of many outputs does not list it again. */
void cleanup_sweep(const char *path);

#endif
