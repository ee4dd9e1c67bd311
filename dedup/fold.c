/* fold - see fold.h. Categories, case and decompositions are utf8proc's. */
#include "dedup/fold.h"
#include <utf8proc.h>
#include "core/mem.h"

struct fold_table *fold_new(void) { return mem_zero(sizeof(struct fold_table)); }

void fold_free(struct fold_table *t)
{
    if (!t)
        return;
    for (uint32_t i = 0; i < 0x1100; i++)
        mem_free(t->pages[i]);
    mem_free(t);
}

/* Scripts written without spaces between words, by block (Unicode 15). */
static int is_unspaced(uint32_t cp)
{
    static const uint32_t ranges[][2] = {
        {0x0E00, 0x0EFF}, {0x1000, 0x109F}, {0x1780, 0x17FF}, {0x3040, 0x30FF}, {0x31F0, 0x31FF},
        {0x3400, 0x4DBF}, {0x4E00, 0x9FFF}, {0xA000, 0xA4CF}, {0xAA60, 0xAA7F}, {0xF900, 0xFAFF},
        {0xFF66, 0xFF9F}, {0x1B000, 0x1B16F}, {0x20000, 0x3FFFF}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (cp >= ranges[i][0] && cp <= ranges[i][1])
            return 1;
    return 0;
}

static enum fold_kind kind_of(uint32_t cp)
{
    switch (utf8proc_category((utf8proc_int32_t)cp)) {
    case UTF8PROC_CATEGORY_ND:
        return FOLD_DIGIT;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_CF:
        return FOLD_NOTHING;
    case UTF8PROC_CATEGORY_LU: case UTF8PROC_CATEGORY_LL: case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM: case UTF8PROC_CATEGORY_LO: case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME: case UTF8PROC_CATEGORY_NL: case UTF8PROC_CATEGORY_NO:
        return is_unspaced(cp) ? FOLD_WORD : FOLD_LETTER;
    default:
        return FOLD_END;
    }
}

int fold_several(uint32_t cp, uint32_t out[4])
{
    utf8proc_int32_t parts[16];
    int last = 0, n = 0;
    utf8proc_ssize_t got = utf8proc_decompose_char(utf8proc_tolower((utf8proc_int32_t)cp), parts,
                                                   16, UTF8PROC_DECOMPOSE, &last);
    for (utf8proc_ssize_t i = 0; i < got && i < 16 && n < 4; i++)
        if (utf8proc_category(parts[i]) != UTF8PROC_CATEGORY_MN)
            out[n++] = (uint32_t)parts[i];
    return n;
}

static uint32_t entry_of(uint32_t cp)
{
    uint32_t parts[4];
    enum fold_kind kind = kind_of(cp);
    if (kind != FOLD_LETTER && kind != FOLD_WORD)
        return (uint32_t)kind << 24;
    int n = fold_several(cp, parts);
    if (n == 0)
        return (uint32_t)FOLD_NOTHING << 24;
    if (n == 1)
        return (uint32_t)kind << 24 | parts[0];
    return (uint32_t)FOLD_SEVERAL << 24;
}

const uint32_t *fold_page(struct fold_table *t, uint32_t page)
{
    uint32_t *entries = mem_alloc(256 * sizeof *entries);
    for (uint32_t i = 0; i < 256; i++)
        entries[i] = entry_of(page << 8 | i);
    t->pages[page] = entries;
    return entries;
}
