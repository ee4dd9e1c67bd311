/* tms_internal - what the files of libtokmill-shard share
 *
 *     tms_open.c    source, footer, header, block table      tms_ranks.c   rank tables
 *     tms_read.c    cursor, blocks, documents                tms_lut.c     ranks to ids, with SIMD
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

/* Fills ids[i] = lut[rank i] for n ranks at p; says whether one was a hole. */
typedef bool tms_lut_fn(uint32_t *ids, const unsigned char *p, size_t n, const uint32_t *lut);

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
    tms_lut_fn *lut_fn;
};

/* A block as the block table has it. */
struct tms_block {
    uint64_t at, first_token, first_doc, hash;
    uint64_t docs;
    uint32_t tokens, size, ranks;
};

struct tms_decoded {
    uint64_t block;                     /* UINT64_MAX: nothing */
    uint64_t used;                      /* when */
    uint32_t *ids;
};

struct tms_cursor {
    const tms *t;
    void *zstd;
    unsigned char *packed, *payload;    /* packed has room for the largest block of the file */
    struct tms_decoded block[2];
    uint64_t clock;
    uint64_t head_block;                /* whose ends are in head; UINT64_MAX: nothing */
    unsigned char *head;
    size_t head_room;
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

/* tms_lut.c */
tms_lut_fn *tms_lut_choose(void);
tms_lut_fn tms_lut_scalar;
/* A block's payload into n ids: NULL, or what is wrong. */
const char *tms_unrank(tms_lut_fn *fn, const uint32_t *lut, uint32_t max_id,
                       const unsigned char *payload, size_t size, uint32_t *ids, size_t n);

/* tms_read.c */
/* Decodes a zstd frame of n ids. NULL, or what is wrong. `payload` has TMS_PAYLOAD_MAX bytes. */
const char *tms_decode(void *zstd, const tms *t, const uint32_t *lut, const unsigned char *packed,
                       size_t size, unsigned char *payload, uint32_t *ids, size_t n);
int tms_load_head(tms_cursor *c, uint64_t b, struct tms_error *e);
const uint32_t *tms_load(tms_cursor *c, uint64_t b, struct tms_error *e);

#endif
