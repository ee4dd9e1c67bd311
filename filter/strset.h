/* strset - a set of strings from lists, and a finder of many strings at once
 *
 * A set holds its strings one after the other and a hash table of places: 8 to 16 bytes a string
 * beside its own, so that blocklists of millions fit. Filled once, then read-only.
 */
#ifndef FILTER_STRSET_H
#define FILTER_STRSET_H
#include "core/buf.h"

struct strset {
    struct buf text;                /* strings, each with its newline */
    uint32_t *slot;                 /* 1 + offset in text */
    size_t n, slots;
};
void strset_init(struct strset *s);
void strset_free(struct strset *s);
void strset_add(struct strset *s, struct slice string);     /* no newline in it; "" is not added */
bool strset_has(const struct strset *s, struct slice string);

/* Aho-Corasick over a-z and 0-9: is any of a set's strings inside a text? */
struct finder;
struct finder *finder_new(const struct strset *s);          /* other characters are left out */
void finder_free(struct finder *f);                         /* NULL is allowed */
/* The text as letters and digits only, in lower case: others are passed over, capitals lowered. */
bool finder_finds(const struct finder *f, struct slice text);

#endif
