/* tms_layout - places of numbers in a native token shard, for its writer and its reader
 *
 * docs/SHARD.md is the specification; the names are its own. Offsets count from the start of a
 * frame, except in entries of the block table, where they count from the entry.
 */
#ifndef SHARD_TMS_LAYOUT_H
#define SHARD_TMS_LAYOUT_H
#include "shard/le.h"

#define TMS_HEAD_MARK "TMSHARD"         /* marks have eight bytes with their NULs */
#define TMS_RANKS_MARK "TMRANKS"
#define TMS_BLOCK_MARK "TMBLOCK"
#define TMS_INDEX_MARK "TMINDEX"
#define TMS_DOCS_MARK "TMDOCS\0"
#define TMS_FOOT_MARK "TMSFOOT"

#define TMS_MAGIC 0x184D2A57u           /* of our skippable frames */
#define TMS_SEEK_MAGIC 0x184D2A5Eu      /* of zstd's seek table, and of its last bytes: */
#define TMS_SEEK_END 0x8F92EAB1u
#define TMS_EXCEPTION 65535u            /* the rank of ids that have none */
#define TMS_MAX_ID 0xFFFFFFFEu
#define TMS_LUT 65536                   /* entries of a table rank -> id */

enum {
    TMS_VERSION = 1,
    TMS_BLOCK = 65536,                  /* tokens in a block, at most */
    TMS_RANKS_MAX = 65535,              /* ids that can have a rank */
    TMS_JSON_MAX = 1 << 24,
    TMS_BODY = 16,                      /* content begins behind magic, size and mark */
    TMS_SEAL = 8,
    TMS_HEAD_JSON = 40,
    TMS_RANKS_DATA = 28,
    TMS_BLOCK_DATA = 56,                /* of a block's head: exceptions, then ends */
    TMS_INDEX_RANKS = 32,
    TMS_RANKS_ENTRY = 24,
    TMS_ENTRY = 40,
    TMS_DOCS_ENDS = 24,
    TMS_FOOT = 112,
    TMS_SEEK_TAIL = 9
};

/* The most that a block's zstd frame gives and has. */
#define TMS_PAYLOAD_MAX ((size_t)2 * TMS_BLOCK)
#define TMS_PACKED_MAX ((size_t)132000)

/* Where the ends begin in a block's head with x exceptions, and the size of that head. */
static inline uint64_t tms_ends_at(uint64_t x) { return TMS_BLOCK_DATA + 4 * x; }
static inline uint64_t tms_head_size(uint64_t x, uint64_t docs)
{
    return tms_ends_at(x) + 2 * docs + TMS_SEAL;
}

#endif
