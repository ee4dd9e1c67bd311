/* Ranks to ids, anywhere; and which kernels this processor gets. */
#include "shard/tms_internal.h"

bool tms_fill_hole(struct tms_unrank *u, size_t i)
{
    if (le_get16(u->ranks + 2 * i) != TMS_EXCEPTION)
        u->flaw = "a rank that its table does not have";
    else if (u->x == u->x_end)
        u->flaw = "an exception is missing";
    else if ((u->ids[i] = le_get32(u->x)) > u->max_id)
        u->flaw = "an id above the tokenizer's largest";
    else
        u->x += 4;
    return !u->flaw;
}

static void unrank(struct tms_unrank *u)
{
    for (size_t i = 0; i < u->n; i++) {
        u->ids[i] = u->lut[le_get16(u->ranks + 2 * i)];
        if (u->ids[i] == TMS_HOLE && !tms_fill_hole(u, i))
            return;
    }
}

const struct tms_kernels tms_scalar = {unrank, tms_hash64};

const struct tms_kernels *tms_kernels_choose(void)
{
#if defined __x86_64__ && defined __GNUC__
    if (tms_avx2 && __builtin_cpu_supports("avx2"))
        return tms_avx2;
#endif
    return &tms_scalar;
}
