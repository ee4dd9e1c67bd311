/* part_sign - the signatures of one shard, in one file
 *
 *   keys of each document, in order -> sorted by key -> one section for each range of keys
 *
 * Sections 0 to PART_RANGES - 1 hold records of a key and a document's number in the shard (64 and
 * 32 bits, packed), sorted; a section has the keys whose upper 8 bits are its number. The ranges
 * are fixed, so any task finds its share in any shard. Info: settings, shard. One thread.
 */
#ifndef DEDUP_PART_SIGN_H
#define DEDUP_PART_SIGN_H
#include "dedup/settings.h"

enum { PART_RANGES = 256, PART_RANGE_SHIFT = 56, PART_BAND_RECORD = 12 };
#define PART_SIGN_KIND "minsign"

struct part_sign;

struct part_sign_about {
    struct settings settings;
    uint64_t memory, tmp_max;       /* bytes */
    const char *tmp;
};

struct part_sign *part_sign_new(const struct part_sign_about *about);
void part_sign_free(struct part_sign *s);           /* NULL is allowed */
/* keys: one a band, or NULL for a document without words. */
int part_sign_add(struct part_sign *s, const uint64_t *keys, struct slice id, size_t text_bytes,
                  struct err *e);
int part_sign_write(struct part_sign *s, const char *path, const char *shard, struct err *e);

#endif
