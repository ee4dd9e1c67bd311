/* json - scan without building, write without thinking
 *
 * The record scanner never builds a tree: it walks bytes and hands out slices of the original
 * spelling, so that what nobody touches passes through byte for byte (20-digit numbers, escapes,
 * order). Strings are decoded only when asked for. Depth is limited to JSON_DEPTH_MAX. Grammar is
 * RFC 8259; strings must be valid UTF-8. Writers append to a buf, compact, no spaces.
 */
#ifndef CORE_JSON_H
#define CORE_JSON_H
#include "core/arena.h"
#include "core/buf.h"

#define JSON_DEPTH_MAX 512

struct json_member {
    struct slice key;       /* spelled as in the input, without the quotes */
    struct slice value;     /* raw spelling; first byte tells the kind: " { [ - 0-9 t f n */
};

/* Walks the members of an object or the elements of an array (key empty). */
struct json_iter {
    const char *p, *end;
    char close;             /* '}' or ']' */
    bool first, failed;
};

/* Checks one whole value with nothing but white space around it. Returns 0; -1 with *at set to
 * the offset of the first wrong byte. */
int json_check(struct slice s, size_t *at);
/* The value at the front of s (leading white space skipped), or {NULL, 0} if malformed.
 * Trusts strings to be UTF-8: run json_check first on foreign bytes. */
struct slice json_value(struct slice s);
/* False if s is neither an object nor an array. */
bool json_iter_init(struct json_iter *it, struct slice s);
bool json_iter_next(struct json_iter *it, struct json_member *m);
/* Whether a member's key, as spelled, is `name` once its escapes are decoded. */
bool json_key_is(struct slice key, struct slice name);
/* Value of a dotted path ("metadata.lang") in object s; {NULL, 0} if absent. The first of doubled
 * keys wins; *doubled (may be NULL) tells that there was another on the way. */
struct slice json_find(struct slice s, struct slice path, bool *doubled);
/* A string value ("..." with quotes) decoded to UTF-8 in the arena; borrowed from s when it holds
 * no escape. *repaired counts lone surrogates that became U+FFFD. */
struct slice json_string(struct slice value, struct arena *a, uint64_t *repaired);
bool json_f64(struct slice value, double *out);             /* false unless a number */
bool json_u64(struct slice value, uint64_t *out);           /* false unless an integer in range */
/* An array of integers below 2^32; `out` has room for array.n / 2 + 1. -1: something else. */
int json_u32_array(struct slice array, uint32_t *out, size_t *n);
bool json_is_string(struct slice value);

void json_add_string(struct buf *b, struct slice s);        /* with quotes; s is UTF-8 */
void json_add_f64(struct buf *b, double v);     /* shortest that reads back; NaN: null */

/* Objects in order: json_key puts the comma where one is due. */
void json_key(struct buf *b, const char *key);              /* [,]"key": */
void json_key_slice(struct buf *b, struct slice key);
void json_put_str(struct buf *b, const char *key, struct slice v);
void json_put_u64(struct buf *b, const char *key, uint64_t v);
void json_put_f64(struct buf *b, const char *key, double v);
void json_put_bool(struct buf *b, const char *key, bool v);
void json_put_raw(struct buf *b, const char *key, struct slice json);

#endif
