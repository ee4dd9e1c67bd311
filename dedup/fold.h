/* fold - what a code point is to near-duplicate detection
 *
 * Each thread has its own table, filled page by page from utf8proc as a text asks for it.
 */
#ifndef DEDUP_FOLD_H
#define DEDUP_FOLD_H
#include <stdint.h>

enum fold_kind {
    FOLD_END,                       /* ends a word: space, punctuation, symbol, control */
    FOLD_LETTER,                    /* part of a word, as .cp */
    FOLD_WORD,                      /* a word of its own, as .cp */
    FOLD_DIGIT,                     /* decimal digit */
    FOLD_NOTHING,                   /* nonspacing mark or format character */
    FOLD_SEVERAL                    /* decomposes into several: fold_several() */
};

struct fold_table;

struct fold_table *fold_new(void);
void fold_free(struct fold_table *t);
const uint32_t *fold_page(struct fold_table *t, uint32_t page);
/* The letters that cp decomposes into; at most 4. */
int fold_several(uint32_t cp, uint32_t out[4]);

struct fold_table {
    uint32_t *pages[0x1100];        /* of 256 entries, kind << 24 | folded; NULL: not yet made */
};

static inline uint32_t fold_get(struct fold_table *t, uint32_t cp)
{
    const uint32_t *page = t->pages[cp >> 8];
    return (page ? page : fold_page(t, cp >> 8))[cp & 255];
}
static inline enum fold_kind fold_kind(uint32_t entry) { return (enum fold_kind)(entry >> 24); }
static inline uint32_t fold_cp(uint32_t entry) { return entry & 0xFFFFFF; }

#endif
