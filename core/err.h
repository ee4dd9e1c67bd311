/* err - what went wrong, where, and whose fault it is
 *
 * Library functions return 0 or -1 and fill a `struct err` that the caller passes in. The first
 * cause is kept: setting an error that is already set changes nothing, so callers may add context
 * freely on the way up. Libraries never print; core/cli.c turns an err into one line on stderr,
 *     tokmill: FILE: record N at byte M: TEXT
 * and its kind into an exit status.
 */
#ifndef CORE_ERR_H
#define CORE_ERR_H
#include <stdint.h>
#include "core/slice.h"

enum err_kind {
    ERR_NONE = 0,
    ERR_USAGE,              /* the command line: exit 2 */
    ERR_DATA,               /* the input: exit 1 */
    ERR_VERIFY,             /* a check failed (checksum, min-keep, limit of bad records): exit 1 */
    ERR_IO,                 /* the system: exit 3 */
    ERR_NOMEM,              /* memory or temporary space: exit 3 */
    ERR_PIPE,               /* the reader of our output has gone: quiet */
    ERR_BUG                 /* ours: exit 3 */
};

#define ERR_NO_POS UINT64_MAX

struct err {
    enum err_kind kind;
    char file[512];         /* "" when there is none; escaped for terminals when printed */
    uint64_t record;        /* counted from 1; ERR_NO_POS when unknown */
    uint64_t offset;        /* byte in the decoded stream; ERR_NO_POS when unknown */
    char text[512];
};

void err_init(struct err *e);
/* Both return -1, so that a function can end with `return err_set(...)`. */
int err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int err_errno(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
                                                    /* ERR_IO (EPIPE: ERR_PIPE), ": strerror" */
void err_at(struct err *e, struct slice file, uint64_t record, uint64_t offset);
                                                    /* fills only what is not yet known */
int err_exit_status(const struct err *e);

#endif
