/* pretok - cut a text into the pieces inside which merges happen
 *
 * A pretokenizer is a pattern: text is covered by its matches from left to right, and what it does
 * not match is a piece of its own (nothing is lost). The patterns that most vocabularies use have
 * scanners of their own (a pattern spelled like one of them is recognised); any other runs in
 * PCRE2, compiled, over the same character tables.
 *
 * `struct pretok` is read-only after pretok_new() and shared; `struct pretok_work` is one worker's
 * (PCRE2 match data). Pieces see the end of the text they are given as its end: look-ahead does
 * not pass a special token. Any bytes may come: to the scanners an ill-formed sequence is a
 * character of no class, to an expression a piece that it does not match. Texts up to 4 GiB.
 */
#ifndef TOKENIZE_PRETOK_H
#define TOKENIZE_PRETOK_H
#include <stdint.h>
#include "core/err.h"
#include "core/slice.h"
#include "tokenize/cuts.h"
#include "tokenize/regex.h"

struct pretok;
struct pretok_work;

struct pretok_opts {
    enum regex_flavor flavor;               /* the engine that an expression was written for */
    enum unicode_version unicode;
};

/* `pattern` is a name (gpt2, cl100k, o200k, qwen2, tekken, one of patterns.h) or a regular
 * expression. NULL with *e set when it is not. */
struct pretok *pretok_new(struct slice pattern, struct pretok_opts o, struct err *e);
/* The expression behind the name of a pattern with a scanner; {NULL, 0} for none. */
struct slice pretok_known_pattern(struct slice name);
/* An expression that is known to match every character of any text. */
bool pretok_covers(struct slice pattern);
/* Each piece of `outer` is cut again by `inner`. Owns both; either may be such a chain. */
struct pretok *pretok_chain(struct pretok *outer, struct pretok *inner);
/* The same, never by scanner: an oracle for tests. */
struct pretok *pretok_new_regex(struct slice pattern, struct pretok_opts o, struct err *e);
void pretok_free(struct pretok *p);                     /* NULL is allowed */
/* "gpt2", "cl100k", "o200k", "qwen2", "tekken", a name of patterns.h, "regex" or "chain". */
const char *pretok_name(const struct pretok *p);
/* The pattern in the spelling that tokenizer.json files carry. */
struct slice pretok_pattern(const struct pretok *p);

struct pretok_work *pretok_work_new(const struct pretok *p);
void pretok_work_free(struct pretok_work *w);           /* NULL is allowed */

/* End of the piece that starts at `at` (< text.n), always behind it. A text is walked from its
 * start to its end. 0: the pattern gave up on this text (match limit). */
size_t pretok_next(const struct pretok *p, struct pretok_work *w, struct slice text, size_t at);

/* The ends of the next pieces from `at` (< text.n) on, in order; returns how many, at least one and
 * at most `max`, 0 when the pattern gave up. text.n < 2^32. */
size_t pretok_ends(const struct pretok *p, struct pretok_work *w, struct slice text, size_t at,
                   uint32_t *ends, size_t max);

/* The same, pieces cut further where `cuts` (NULL: nowhere) allows. A text is walked from its start
 * to its end with the same cuts. */
size_t pretok_parts(const struct pretok *p, struct pretok_work *w, const struct cuts *cuts,
                    struct slice text, size_t at, uint32_t *ends, size_t max);

#endif
