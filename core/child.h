/* child - a program of the user's, with pipes to its standard input and output
 *
 * One thread may write while another reads; whoever only writes, or only reads, must expect the
 * other side to wait for ever once a pipe is full. Standard error is ours. A program that stops
 * reading is no error: what is written then is lost, and its status tells how it meant it.
 */
#ifndef CORE_CHILD_H
#define CORE_CHILD_H
#include "core/err.h"

struct child;

/* argv is NULL-ended and looked up in PATH. NULL on error (ERR_IO). */
struct child *child_start(const char *const *argv, struct err *e);
int child_write(struct child *c, struct slice bytes, struct err *e);
void child_end_input(struct child *c);
long child_read(struct child *c, void *p, size_t n, struct err *e);     /* 0 at the end, -1 */
void child_kill(struct child *c);       /* SIGTERM */
/* Waits for the end and frees c. ERR_VERIFY unless the status is 0. */
int child_wait(struct child *c, struct err *e);
void child_free(struct child *c);       /* the same, however it ends */

#endif
