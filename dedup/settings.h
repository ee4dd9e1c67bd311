/* settings - how near-duplicates are looked for: what is hashed, bands, rows, similarity
 *
 * Made from what is given and a preset; kept as JSON members in the files of the parts that run by
 * rank, so that all of them agree.
 */
#ifndef DEDUP_SETTINGS_H
#define DEDUP_SETTINGS_H
#include "core/buf.h"
#include "core/err.h"
#include "dedup/shingle.h"

struct settings_given {             /* 0 and NULL: not given */
    const char *preset;
    uint64_t bands, rows, words;
    double jaccard;
    int shingles;                   /* 1 + enum shingle_kind */
};

struct settings {
    enum shingle_kind kind;
    unsigned words, bands, rows;
    double jaccard;                 /* least similarity of a removed document to its kept one */
    uint64_t seed;
};

/* With a similarity and neither bands nor rows these are chosen, and *told gets a line on what they
 * find and miss. */
int settings_choose(const struct settings_given *g, uint64_t seed, struct settings *s,
                    struct buf *told, struct err *e);
void settings_put(const struct settings *s, struct buf *json);      /* "settings":{...} */
bool settings_get(struct slice info, struct settings *s);           /* of the object around it */

#endif
