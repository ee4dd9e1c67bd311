/* chunk - a stretch of one input on its way to a worker
 *
 *   feed (in order): cut off whole members, undecoded     -> chunk.stored
 *   worker (any):    chunk_decode(), a round at a time    -> chunk.decoded
 *   feed (in order): joined with what the chunk before left over, split into records
 *
 * For gzip and bzip2 a cut is a guess: what looks like a member's start may be data (a .gz inside).
 * Then the last member seems to go on past the chunk; the worker reads on in the file until it
 * ends, and `resume` tells where, so that the following chunks are corrected when their turn comes.
 * The bytes are always those of a decoder that walks the file from front to end.
 *
 * Inputs that cannot be cut (standard input, one huge member, xz) are decoded by the feed itself:
 * such a chunk comes with `decoded` filled and nothing in `stored`.
 *
 * A chunk that decodes to more than a round's limit takes several rounds; see run.c.
 */
#ifndef CORE_CHUNK_H
#define CORE_CHUNK_H
#include "core/buf.h"
#include "core/codec.h"

/* Where a member begins, in the decoded input and in the file, and its stored length; 0: not known,
 * since it ends in a later round. */
struct member_at {
    uint64_t decoded, stored, length;
};

struct chunk {
    size_t input;                   /* index of the operand */
    const char *path;               /* borrowed */
    enum codec codec;
    int window_log;
    bool ends;                      /* the file ends with it */
    bool is_stream;                 /* decoded by the feed */
    uint64_t stored_at;             /* place of stored.p[0] (or of what the feed decoded) */
    struct buf stored, decoded;
    bool done;                      /* no more rounds */
    struct err err;                 /* damage, right behind `decoded` */
    uint64_t resume;                /* 0, or where the next member starts behind this chunk */
    struct member_at *members;      /* starts within `decoded`; .decoded counts from its front */
    size_t n_members, cap_members;
    /* the inside of chunk.c */
    size_t at;                      /* next byte of stored */
    bool inside;                    /* of a member */
    struct decoder *decoder;
    enum codec decoder_codec;
    int fd;                         /* reading on in the file, or -1 */
    bool to_end;                    /* not only to the end of the member */
    struct buf more;
    size_t more_at;
    uint64_t more_from;             /* place in the file of the next read */
};

void chunk_init(struct chunk *c);
void chunk_free(struct chunk *c);
void chunk_reset(struct chunk *c);                      /* for another stretch; keeps memory */
/* Decodes the next round: until about `limit` bytes, the chunk's end or damage. */
void chunk_decode(struct chunk *c, size_t limit);
/* Starts over at a place of the file inside or behind the stored bytes: `decoded` was wrong. With
 * to_end, reads on to the end of the file. */
void chunk_restart(struct chunk *c, uint64_t stored, bool to_end);

#endif
