/* native_frame - our skippable frames: magic, size, mark, content, seal
 *
 *     frame_begin(&b, MARK); add32(&b, ...); ...; seal = frame_end(&b);
 */
#ifndef SHARD_NATIVE_FRAME_H
#define SHARD_NATIVE_FRAME_H
#include "core/buf.h"
#include "core/hash.h"
#include "shard/tms_layout.h"

static inline void frame_add32(struct buf *b, uint32_t v)
{
    unsigned char x[4];
    le_put32(x, v);
    buf_add(b, x, sizeof x);
}

static inline void frame_add64(struct buf *b, uint64_t v)
{
    unsigned char x[8];
    le_put64(x, v);
    buf_add(b, x, sizeof x);
}

static inline void frame_begin(struct buf *b, const char *mark)
{
    buf_clear(b);
    frame_add32(b, TMS_MAGIC);
    frame_add32(b, 0);
    buf_add(b, mark, 8);
}

/* The seal is the frame's hash; returns it. The buffer may have been full: see buf_ok(). */
static inline uint64_t frame_end(struct buf *b)
{
    if (buf_ok(b))
        le_put32((unsigned char *)b->p + 4, (uint32_t)(b->n - 8 + TMS_SEAL));
    uint64_t seal = hash64(buf_slice(b));
    frame_add64(b, seal);
    return seal;
}

#endif
