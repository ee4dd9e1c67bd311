/* tms_internal - what the files of libtokmill-shard share
 *
 *     tms_open.c    source, footer, header, block table      tms_ranks.c   rank tables
 *     tms_read.c    cursor, documents                        tms_block.c   a block by itself
 *     tms_unrank.c  ranks to ids
 *     tms_avx2.c    the same with AVX2
 *     tms_verify.c  everything                               tms_error.c   errors
 *
 * These files use zstd and xxHash and nothing else of tokmill: the library stands alone.
 */
#ifndef SHARD_TMS_INTERNAL_H
#define SHARD_TMS_INTERNAL_H
#include <stdatomic.h>
#include <stdbool.h>
#include "shard/tms_hash.h"
#include "shard/tms_layout.h"
#include "shard/tokmill-shard.h"

#define TMS_HOLE 0xFFFFFFFFu            /* in a LUT: a rank without an id */

/* A block's payload on its way to ids. */
struct tms_unrank {
    const uint32_t *lut;
    uint32_t max_id;
    const unsigned char *ranks;
    uint32_t *ids;
    size_t n;
    const unsigned char *x, *x_end;     /* exceptions not yet used */
    const char *flaw;                   /* what is wrong, or NULL */
};

/* Kernels of one kind of processor; all give the same. */
struct tms_kernels {
    void (*unrank)(struct tms_unrank *u);       /* all ids, or a flaw */
    uint64_t (*hash)(const uint32_t *ids, size_t n);    /* XXH3 of them, little-endian */
};

struct tms_ranks {
    uint64_t at, name;
    size_t size;
};

struct tms {
    struct tms_source source;
    int fd;                             /* -1: the caller's source */
    unsigned char foot[TMS_FOOT];
    char *head;                         /* the header's frame, and a NUL in the seal's place */
    size_t head_size, json_size;
    uint64_t tokens, documents, blocks, frames, index_at, docs_at, foot_at, seek_at;
    uint32_t max_id, eod_id;
    enum tms_eod eod;
    unsigned char *index;               /* the block table's frame */
    const unsigned char *entries;       /* in it */
    uint32_t n_ranks;
    _Atomic(uint32_t *) *luts;          /* rank -> id of each table, NULL until it is used */
    const struct tms_kernels *kernels;
};

/* A block as the block table has it. */
struct tms_block {
    uint64_t at, first_token, first_doc, hash;
    uint64_t docs;
    uint32_t tokens, size, ranks;
};

/* A block as it stands in the file, its head checked. */
struct tms_stored {
    const unsigned char *p, *ends, *packed;
    size_t packed_size;
    uint32_t tokens, docs, exceptions;
    uint64_t ranks, hash;               /* name of its table; XXH3 of its ids */
};

struct tms_decoded {
    uint64_t block;                     /* UINT64_MAX: nothing */
    uint64_t used;                      /* when */
    uint32_t *ids;
};

struct tms_cursor {
    const tms *t;
    void *zstd;
    struct tms_decoded block[2];
    uint64_t clock;
    uint64_t stored_block;              /* which is in stored; UINT64_MAX: none */
    struct tms_stored stored;
    unsigned char *bytes;               /* its bytes */
    size_t room;
    unsigned char *payload;
};

/* tms_error.c */
int tms_fail(struct tms_error *e, enum tms_status s, const char *what);
int tms_fail_block(struct tms_error *e, uint64_t block, uint64_t token, const char *what);
int tms_fail_errno(struct tms_error *e, const char *path);

/* tms_open.c */
int tms_get(const tms *t, void *p, size_t n, uint64_t at, struct tms_error *e);
struct tms_block tms_block_at(const tms *t, uint64_t b);
/* A skippable frame of this size and mark with a right seal. */
bool tms_frame_ok(const unsigned char *p, size_t size, const char *mark);
struct tms_ranks tms_ranks_at(const tms *t, uint32_t i);

/* tms_ranks.c */
/* From a rank table's frame, whose seal is right, into lut[TMS_LUT]. NULL, or what is wrong. */
const char *tms_ranks_parse(const unsigned char *frame, size_t size, uint32_t max_id,
                            uint32_t *lut);
const uint32_t *tms_lut(const tms *t, uint32_t ranks, struct tms_error *e);

/* tms_unrank.c */
extern const struct tms_kernels tms_scalar;
const struct tms_kernels *tms_kernels_choose(void);
/* Id i is TMS_HOLE and gets the next exception. False: a flaw. */
bool tms_fill_hole(struct tms_unrank *u, size_t i);
/* tms_avx2.c: NULL where there is none */
extern const struct tms_kernels *const tms_avx2;

/* tms_block.c */
/* The block that starts at p and may take `size` bytes. NULL, or what is wrong with its head. */
const char *tms_stored_parse(struct tms_stored *s, const unsigned char *p, size_t size);
static inline size_t tms_stored_head(const struct tms_stored *s)
{
    return (size_t)(s->packed - s->p);
}
/* Whether its zstd frame is the one that was written. Who only wants ids need not ask: theirs are
 * compared when they are decoded. */
bool tms_stored_ok(const struct tms_stored *s);
/* Its ids, their hash compared; `payload` has TMS_PAYLOAD_MAX bytes. NULL, or what is wrong. */
const char *tms_stored_decode(const struct tms_stored *s, void *zstd,
                              const struct tms_kernels *kernels, const uint32_t *lut,
                              uint32_t max_id, unsigned char *payload, uint32_t *ids);

/* tms_read.c */
/* A block's bytes from the file into the cursor, its head checked. */
int tms_load_stored(tms_cursor *c, uint64_t b, struct tms_error *e);
/* Its ids as well; they stay in the cursor. */
const uint32_t *tms_load(tms_cursor *c, uint64_t b, struct tms_error *e);

#endif
