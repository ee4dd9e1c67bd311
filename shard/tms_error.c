/* Errors of libtokmill-shard: a status and a line for people. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "shard/tms_internal.h"

int tms_fail(struct tms_error *e, enum tms_status s, const char *what)
{
    if (e) {
        e->status = s;
        e->number = 0;
        snprintf(e->text, sizeof e->text, "%s", what);
    }
    return -1;
}

int tms_fail_block(struct tms_error *e, uint64_t block, uint64_t token, const char *what)
{
    if (e) {
        e->status = TMS_DAMAGED;
        e->number = 0;
        snprintf(e->text, sizeof e->text, "block %llu (tokens from %llu): %s",
                 (unsigned long long)block, (unsigned long long)token, what);
    }
    return -1;
}

int tms_fail_errno(struct tms_error *e, const char *path)
{
    if (e) {
        e->status = errno == ENOMEM ? TMS_MEMORY : TMS_SYSTEM;
        e->number = errno;
        snprintf(e->text, sizeof e->text, "%s%s%s", path, *path ? ": " : "", strerror(e->number));
    }
    return -1;
}
