/* Character classes by table: one Unicode version decides everywhere (CONTRACT.md, section 8). */
#include "tokenize/uclass.h"
#include "core/mem.h"

static uint8_t flags_of(unsigned category)
{
    switch (category) {
    case CAT_LU:
    case CAT_LT:
        return UC_UPPER;
    case CAT_LL:
        return UC_LOWER;
    case CAT_LM:
    case CAT_LO:
        return UC_CASELESS;
    case CAT_MN:
    case CAT_MC:
    case CAT_ME:
        return UC_MARK;
    case CAT_ND:
    case CAT_NL:
    case CAT_NO:
        return UC_NUMBER;
    default:
        return 0;
    }
}

struct uclass *uclass_new(enum unicode_version v)
{
    struct uclass *u = mem_alloc(sizeof *u);
    uint8_t flags[CATEGORIES];
    for (unsigned k = 0; k < CATEGORIES; k++)
        flags[k] = flags_of(k);
    unicode_categories(v, u->of);
    for (uint32_t c = 0; c < UC_COUNT; c++)
        u->of[c] = flags[u->of[c]];
    for (uint32_t c = 0; c < 0x3001; c++)
        if (unicode_is_space(c))
            u->of[c] = UC_SPACE;
    return u;
}

void uclass_free(struct uclass *u)
{
    mem_free(u);
}
