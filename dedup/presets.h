/* presets - published settings of near-duplicate detection, by name */
#ifndef DEDUP_PRESETS_H
#define DEDUP_PRESETS_H
#include "core/slice.h"
#include "dedup/shingle.h"

struct preset {
    const char *name;
    enum shingle_kind kind;
    unsigned words, bands, rows;
    double jaccard;                 /* least similarity of a removed document, verified */
};

/* NULL if there is none of that name. The first one is the default. */
const struct preset *preset_find(struct slice name);

#endif
