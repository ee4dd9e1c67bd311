/* file - positioned reads that are whole or an error */
#ifndef SHARD_FILE_H
#define SHARD_FILE_H
#include "core/err.h"

struct file {
    int fd;                 /* -1: not open */
    char *path;
    uint64_t size;
};

int file_open(struct file *f, const char *path, struct err *e);     /* close in any case */
void file_close(struct file *f);
/* Exactly n bytes; an early end is ERR_VERIFY. */
int file_read(const struct file *f, void *p, size_t n, uint64_t at, struct err *e);
/* ERR_VERIFY with the file's name. Returns -1. */
int file_flaw(const struct file *f, struct err *e, const char *what);

#endif
