/* slice - borrowed bytes
 *
 * A slice points into memory that somebody else owns: an arena, an input block, a literal. It is
 * never NUL-ended and never freed; the owner's header says until when it lives. All functions here
 * are pure. Bytes compare as unsigned, shorter first on a common prefix.
 */
#ifndef CORE_SLICE_H
#define CORE_SLICE_H
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slice {
    const char *p;
    size_t n;
};

#define SLICE(literal) ((struct slice){(literal), sizeof(literal) - 1})

static inline struct slice slice_of(const char *p, size_t n) { return (struct slice){p, n}; }
static inline struct slice slice_str(const char *s)
{
    return s ? (struct slice){s, strlen(s)} : (struct slice){"", 0};
}
static inline bool slice_eq(struct slice a, struct slice b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
static inline bool slice_is(struct slice a, const char *s) { return slice_eq(a, slice_str(s)); }
static inline bool slice_starts(struct slice a, struct slice prefix)
{
    return a.n >= prefix.n && (prefix.n == 0 || memcmp(a.p, prefix.p, prefix.n) == 0);
}
static inline bool slice_ends(struct slice a, struct slice suffix)
{
    return a.n >= suffix.n &&
           (suffix.n == 0 || memcmp(a.p + a.n - suffix.n, suffix.p, suffix.n) == 0);
}
static inline struct slice slice_from(struct slice a, size_t at)
{
    return at >= a.n ? (struct slice){a.p + a.n, 0} : (struct slice){a.p + at, a.n - at};
}
static inline struct slice slice_upto(struct slice a, size_t n)
{
    return (struct slice){a.p, n < a.n ? n : a.n};
}

int slice_cmp(struct slice a, struct slice b);             /* <0, 0, >0 */
bool slice_eq_nocase(struct slice a, struct slice b);      /* ASCII letters only */
bool slice_starts_nocase(struct slice a, struct slice prefix);
size_t slice_find(struct slice a, struct slice needle);    /* offset, or a.n if absent */
size_t slice_find_byte(struct slice a, char c);            /* offset, or a.n if absent */
struct slice slice_trim(struct slice a);                   /* without ASCII space at both ends */
/* The piece before the next `sep`; *rest moves behind it. False when *rest is used up. */
bool slice_next(struct slice *rest, char sep, struct slice *piece);

#endif
