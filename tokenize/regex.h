/* regex - expressions of the engines that tokenizers use, rewritten for PCRE2
 *
 * A tokenizer.json was made for Oniguruma (Ruby syntax), a rank file's pattern for Rust's
 * fancy-regex. The same characters mean other things to PCRE2: which letters there are, \w, \h, \v,
 * `$`, intersections of classes. So every class is worked out here, over the tables of one Unicode
 * version, and written as bare ranges; what is left means the same to all three engines. What does
 * not, or is not known, is refused (ERR_USAGE).
 */
#ifndef TOKENIZE_REGEX_H
#define TOKENIZE_REGEX_H
#include "core/buf.h"
#include "core/err.h"
#include "text/unicode.h"

enum regex_flavor { REGEX_ONIG, REGEX_RUST };

/* Appends the expression in PCRE2's syntax (to be compiled with UTF and UCP). */
int regex_translate(struct slice pattern, enum regex_flavor flavor, enum unicode_version v,
                    struct buf *out, struct err *e);

#endif
