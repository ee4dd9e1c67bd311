/* matcher - the matches of an expression or of a string, one after the other
 *
 * As the regex crates iterate: matches do not overlap, and an empty match right behind another is
 * passed over. Read-only once made; a matcher_work is one worker's.
 */
#ifndef TOKENIZE_MATCHER_H
#define TOKENIZE_MATCHER_H
#include "tokenize/pretok.h"

struct matcher;
struct matcher_work;

struct matcher *matcher_new(struct slice pattern, struct pretok_opts o, struct err *e);
struct matcher *matcher_new_string(struct slice text);        /* not empty */
/* An expression that is PCRE2's already. */
struct matcher *matcher_new_pcre2(struct slice pattern, struct err *e);
/* The matcher of exactly this string. */
bool matcher_is(const struct matcher *f, struct slice text);
void matcher_free(struct matcher *f);                         /* NULL is allowed */

struct matcher_work *matcher_work_new(const struct matcher *f);
void matcher_work_free(struct matcher_work *w);

/* One search from a place on, for those that keep their own; as matcher_next(). Not for strings. */
int matcher_at(const struct matcher *f, struct matcher_work *w, struct slice text, size_t from,
               size_t *start, size_t *end);
/* Begins at the start of a text. */
void matcher_start(struct matcher_work *w);
/* The next match in [*start, *end): 1; 0 for none, -1 when the expression gives up. */
int matcher_next(const struct matcher *f, struct matcher_work *w, struct slice text, size_t *start,
                size_t *end);

#endif
