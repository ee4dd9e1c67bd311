/* le - little-endian numbers at any address
 *
 * Every shard format is little-endian and several place arrays at odd offsets, so nothing is cast
 * to a wider pointer: these compile to plain loads and stores where the machine allows it.
 */
#ifndef SHARD_LE_H
#define SHARD_LE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline void le_put16(unsigned char *p, uint32_t v)
{
    p[0] = (unsigned char)v;
    p[1] = (unsigned char)(v >> 8);
}

static inline void le_put32(unsigned char *p, uint32_t v)
{
    le_put16(p, v);
    le_put16(p + 2, v >> 16);
}

static inline void le_put64(unsigned char *p, uint64_t v)
{
    le_put32(p, (uint32_t)v);
    le_put32(p + 4, (uint32_t)(v >> 32));
}

static inline uint32_t le_get16(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static inline uint32_t le_get32(const unsigned char *p)
{
    return le_get16(p) | le_get16(p + 2) << 16;
}

static inline uint64_t le_get64(const unsigned char *p)
{
    return le_get32(p) | (uint64_t)le_get32(p + 4) << 32;
}

/* Ids as stored: `width` is 2 or 4 bytes. The caller has checked that they fit. */
static inline void le_put_ids(unsigned char *p, const uint32_t *ids, size_t n, unsigned width)
{
    if (width == 2)
        for (size_t i = 0; i < n; i++)
            le_put16(p + 2 * i, ids[i]);
    else
        for (size_t i = 0; i < n; i++)
            le_put32(p + 4 * i, ids[i]);
}

static inline void le_get_ids(uint32_t *ids, const unsigned char *p, size_t n, unsigned width)
{
    if (width == 2)
        for (size_t i = 0; i < n; i++)
            ids[i] = le_get16(p + 2 * i);
    else
        for (size_t i = 0; i < n; i++)
            ids[i] = le_get32(p + 4 * i);
}

/* Ids as others store them: 1, 2, 4 or 8 bytes, signed or not. False where one is no id of ours:
 * negative, or beyond 32 bits. */
static inline bool le_get_any(uint32_t *ids, const unsigned char *p, size_t n, unsigned width,
                              bool is_signed)
{
    uint64_t outside = 0;
    if (width == 8) {
        for (size_t i = 0; i < n; i++) {
            ids[i] = le_get32(p + 8 * i);
            outside |= le_get32(p + 8 * i + 4);
        }
        return !outside;
    }
    if (width == 1)
        for (size_t i = 0; i < n; i++)
            ids[i] = p[i];
    else
        le_get_ids(ids, p, n, width);
    if (is_signed)
        for (size_t i = 0; i < n; i++)
            outside |= ids[i] >> (8 * width - 1);
    return !outside;
}

#endif
