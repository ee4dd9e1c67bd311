/* native - the compressed shard with random access (.tms)
 *
 * The file is a chain of zstd frames, so `zstd -d` turns it into the flat ids file; what is not
 * ids lies in skippable frames. docs/SHARD.md is the specification; in short:
 *
 *     header  block 0  block 1 ... block table  document table  footer  zstd seek table
 *
 * A block is 65,536 ids: token t lies in block t / 65536, no search. Every byte of the file is
 * covered by a checksum; native_open() checks header, tables and footer, native_read() the blocks
 * that it decodes, native_verify() everything.
 *
 * A reader belongs to one thread; several may have one file open. It reads with pread(), so a file
 * cut short under it is an error and no signal. Memory: 24 bytes a block and one decoded block.
 */
#ifndef SHARD_NATIVE_H
#define SHARD_NATIVE_H
#include "shard/format.h"

enum {
    NATIVE_VERSION = 1,
    NATIVE_BLOCK = 65536,           /* ids in a block */
    NATIVE_MAGIC = 0x184D2A57,      /* of our skippable frames */
    NATIVE_HEAD = 56,               /* fixed part of the header's payload; JSON follows */
    NATIVE_FOOT = 112,              /* payload of the footer */
    NATIVE_ENTRY = 24               /* of the block table */
};
#define NATIVE_HEAD_MARK "TMSHARD"  /* eight bytes with the NUL */
#define NATIVE_FOOT_MARK "TMSFOOT"

struct native;

struct native *native_open(const char *path, struct err *e);
void native_close(struct native *r);                /* NULL is allowed */
const struct shard_about *native_about(const struct native *r);     /* lives as long as r */
uint64_t native_tokens(const struct native *r);
uint64_t native_docs(const struct native *r);
struct hash128 native_hash(const struct native *r);     /* of all ids as stored */
/* Tokens [*from, *to) of document i < native_docs(), with its end-of-document id. */
int native_doc(struct native *r, uint64_t i, uint64_t *from, uint64_t *to, struct err *e);
int native_read(struct native *r, uint64_t from, size_t n, uint32_t *ids, struct err *e);
int native_verify(struct native *r, struct err *e);

#endif
