/* uclass - the character classes that pretokenizer patterns speak of
 *
 * One byte of flags a code point, made from utf8proc's tables when a tokenizer is opened: 1.1 MB,
 * read-only afterwards and shared by all workers. The Unicode version is utf8proc's and is part of
 * what a tokenizer does; `tokmill --version` prints it. White space is the property White_Space,
 * which is what \s means to Oniguruma and to the Rust engines (PCRE2 would add U+180E).
 */
#ifndef TOKENIZE_UCLASS_H
#define TOKENIZE_UCLASS_H
#include <stdint.h>
#include "core/buf.h"

enum {
    UC_UPPER = 1,               /* Lu Lt */
    UC_LOWER = 2,               /* Ll */
    UC_CASELESS = 4,            /* Lm Lo */
    UC_MARK = 8,                /* M */
    UC_NUMBER = 16,             /* N */
    UC_SPACE = 32,              /* White_Space */
    UC_LETTER = UC_UPPER | UC_LOWER | UC_CASELESS
};
#define UC_COUNT 0x110000u

struct uclass {
    uint8_t of[UC_COUNT];
};

struct uclass *uclass_new(void);
void uclass_free(struct uclass *u);         /* NULL is allowed */

/* Rewrites \p{..}, \P{..}, \pX, \s and \S of a pattern as explicit ranges of our tables, so that
 * PCRE2's own tables do not decide. False: a property name that is not a general category (left to
 * PCRE2 untouched). */
bool uclass_expand(const struct uclass *u, struct slice pattern, struct buf *out);

#endif
