/* settings_options - options of every stage that looks for near-duplicates by MinHash */
#ifndef CMD_SETTINGS_OPTIONS_H
#define CMD_SETTINGS_OPTIONS_H
#include "core/opt.h"
#include "dedup/settings.h"

/* Rows of an option table; `member` of `type` is a struct settings_given. */
#define SETTINGS_OPTIONS(type, member) \
    OPT_STR(0, "preset", "NAME", "fineweb", type, member.preset, \
            "defaults of: fineweb, refinedweb, slimpajama, redpajama-v2, bigcode, nemo"), \
    OPT_F64(0, "jaccard", "T", NULL, type, member.jaccard, \
            "least similarity of a dropped document to its kept one (fineweb: 0.75)"), \
    OPT_U64(0, "bands", "N", NULL, type, member.bands, \
            "bands of the signature (14; with --jaccard what T needs)"), \
    OPT_U64(0, "rows", "N", NULL, type, member.rows, "rows of a band (8; likewise)"), \
    OPT_U64(0, "words", "N", NULL, type, member.words, "words of a shingle (5)"), \
    OPT_CHOICE(0, "shingles", "preset|words|code|chars", "preset", type, member.shingles, \
               "of folded words, of identifiers as they stand, or of characters"),

#endif
