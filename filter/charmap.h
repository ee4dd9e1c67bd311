/* charmap - the one-byte encodings that mojibake comes from
 *
 * UTF-8 that was read as one of these looks like "Ã©". To undo it, a text is spelled in the same
 * encoding again. The Windows ones are taken as readers take them: a byte that means nothing stands
 * for the C1 control of its number, and 0x1A for U+FFFD, a byte that was lost.
 *
 * One table for all of them, made once and then read-only: a row for each character that some
 * encoding has above ASCII, with its byte in each, and what mojibake.c must know of it.
 */
#ifndef FILTER_CHARMAP_H
#define FILTER_CHARMAP_H
#include <stdbool.h>
#include <stdint.h>

/* In the order in which they are tried. */
enum { CHARMAP_LATIN_1, CHARMAP_1252, CHARMAP_1251, CHARMAP_1250, CHARMAP_1253, CHARMAP_1254,
       CHARMAP_1257, CHARMAP_LATIN_2, CHARMAP_MACROMAN, CHARMAP_437, CHARMAPS };

/* Categories of characters, a bit each: how likely they stand beside each other. Those of ftfy 6.3
 * (ftfy/badness.py, Apache-2.0). */
enum {
    CM_C1 = 1, CM_BAD = 2, CM_LAW = 4, CM_CURRENCY = 8, CM_START = 16, CM_END = 32,
    CM_NUMERIC = 64, CM_KAOMOJI = 128, CM_UPPER = 256, CM_LOWER = 512, CM_UPPER_COMMON = 1024,
    CM_LOWER_COMMON = 2048, CM_BOX = 4096, CM_COMMON = 8192,
    /* What the character's byte is in some encoding that shares its layout with latin-1. */
    CM_FIRST_OF_2 = 1 << 16, CM_FIRST_OF_3 = 1 << 17, CM_FIRST_OF_4 = 1 << 18,
    CM_CONTINUATION = 1 << 19,
    CM_CONTINUATION_STRICT = 1 << 20    /* and the character says little else */
};

struct charmap_row {
    uint32_t flags;
    uint16_t encodings;             /* bit: this one has it */
    uint8_t byte[CHARMAPS];
};

struct charmap {
    uint16_t row_of[0x10000];       /* 0: a row of nothing */
    struct charmap_row rows[1024];
    unsigned n;
};

struct charmap *charmap_new(void);
void charmap_free(struct charmap *m);           /* NULL is allowed */
bool charmap_is_sloppy(int encoding);           /* has a byte for U+FFFD */
uint32_t charmap_1252(uint32_t c1);             /* of a C1 control; itself where there is none */

static inline const struct charmap_row *charmap_row(const struct charmap *m, uint32_t cp)
{
    return &m->rows[cp < 0x10000 ? m->row_of[cp] : 0];
}

#endif
