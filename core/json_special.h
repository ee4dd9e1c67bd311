/* json_special - the bytes that end a plain run in a JSON string: '"', '\\' and those below 0x20
 * (RFC 8259, section 7). For json.c, which looks for them, and json_write.c, which escapes them. */
#ifndef CORE_JSON_SPECIAL_H
#define CORE_JSON_SPECIAL_H
#include <stdbool.h>
#include <stdint.h>

static inline bool json_is_special(unsigned char c) { return c < 0x20 || c == '"' || c == '\\'; }

/* Bit 7 of each special byte of w (Mycroft's trick; a borrow may mark more of them, but only behind
 * the first true one, in memory's order on a little-endian machine). */
static inline uint64_t json_special_bytes(uint64_t w)
{
    const uint64_t ones = 0x0101010101010101ULL, high = 0x8080808080808080ULL;
    uint64_t q = w ^ ones * '"', b = w ^ ones * '\\';
    return (((q - ones) & ~q) | ((b - ones) & ~b) | ((w - ones * 0x20) & ~w)) & high;
}

/* Index of the first byte marked in such a word, which is not 0. */
static inline unsigned json_first(uint64_t marked)
{
    return (unsigned)__builtin_ctzll(marked) / 8;
}

#endif
