/* tar - the members of a tar file, by place
 *
 * Reads ustar, GNU long names and PAX records of path and size, as Python's tarfile writes them;
 * what is no regular file is passed over. Nothing is extracted: a member is a name and a place in
 * the file. Written are plain ustar headers, without time, owner or anything else of this machine.
 * libarchive does not tell where a member's bytes stand in the file, and random access needs that.
 */
#ifndef SHARD_TAR_H
#define SHARD_TAR_H
#include "core/buf.h"
#include "shard/file.h"

enum { TAR_BLOCK = 512, TAR_NAME_MAX = 100 };

struct tar {
    const struct file *f;
    uint64_t next;              /* place of the next header */
    struct buf name;            /* of the present member */
};

struct tar_member {
    struct slice name;          /* lives until the next call */
    uint64_t at, size;
};

void tar_init(struct tar *t, const struct file *f);
void tar_free(struct tar *t);
/* 1: the next regular file; 0: end; -1: flaw. */
int tar_next(struct tar *t, struct tar_member *m, struct err *e);
/* The header of a regular file; name of at most TAR_NAME_MAX bytes. */
void tar_header(unsigned char block[TAR_BLOCK], struct slice name, uint64_t size);

#endif
