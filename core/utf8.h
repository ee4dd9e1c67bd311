/* utf8 - validity, decoding, repair */
#ifndef CORE_UTF8_H
#define CORE_UTF8_H
#include "core/arena.h"
#include "core/buf.h"

#define UTF8_BAD 0xFFFFFFFFu

size_t utf8_valid_upto(struct slice s);         /* bytes of the longest valid prefix */
bool utf8_valid(struct slice s);
/* Code point at *p (< end), and *p moved behind it. An ill-formed sequence gives UTF8_BAD and
 * moves over its maximal subpart (Unicode 15, section 3.9). */
uint32_t utf8_next(const char **p, const char *end);
size_t utf8_put(char *out, uint32_t cp);        /* 1-4 bytes */
size_t utf8_count(struct slice s);              /* code points of valid UTF-8 */
/* s itself if valid, else a copy with each maximal ill-formed subpart as U+FFFD. */
struct slice utf8_repair(struct slice s, struct arena *a, uint64_t *repaired);

#endif
