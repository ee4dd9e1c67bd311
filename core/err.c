/* err - see err.h. */
#include "core/err.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

void err_init(struct err *e)
{
    e->kind = ERR_NONE;
    e->file[0] = e->text[0] = '\0';
    e->record = e->offset = ERR_NO_POS;
}

int err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
    if (e->kind != ERR_NONE)
        return -1;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(e->text, sizeof e->text, fmt, ap);
    va_end(ap);
    e->kind = kind;
    return -1;
}

int err_errno(struct err *e, const char *fmt, ...)
{
    int code = errno;
    if (e->kind != ERR_NONE)
        return -1;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(e->text, sizeof e->text, fmt, ap);
    va_end(ap);
    size_t n = strlen(e->text);
    char why[128];
    snprintf(e->text + n, sizeof e->text - n, ": %s", strerror_r(code, why, sizeof why));
    e->kind = code == EPIPE ? ERR_PIPE : code == ENOMEM ? ERR_NOMEM : ERR_IO;
    return -1;
}

void err_at(struct err *e, struct slice file, uint64_t record, uint64_t offset)
{
    if (!e->file[0] && file.n) {
        size_t n = file.n < sizeof e->file - 1 ? file.n : sizeof e->file - 1;
        memcpy(e->file, file.p, n);
        e->file[n] = '\0';
    }
    if (e->record == ERR_NO_POS)
        e->record = record;
    if (e->offset == ERR_NO_POS)
        e->offset = offset;
}

int err_exit_status(const struct err *e)
{
    switch (e->kind) {
    case ERR_NONE: return 0;
    case ERR_DATA:
    case ERR_VERIFY: return 1;
    case ERR_USAGE: return 2;
    default: return 3;
    }
}
