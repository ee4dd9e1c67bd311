/* uclass - the character classes that the scanners of known patterns ask for
 *
 * One byte of flags a code point, made from text/unicode's tables when a tokenizer is opened: 1.1
 * MB, read-only afterwards and shared by all workers. White space is the property White_Space.
 */
#ifndef TOKENIZE_UCLASS_H
#define TOKENIZE_UCLASS_H
#include <stdint.h>
#include "text/unicode.h"

enum {
    UC_UPPER = 1,               /* Lu Lt */
    UC_LOWER = 2,               /* Ll */
    UC_CASELESS = 4,            /* Lm Lo */
    UC_MARK = 8,                /* M */
    UC_NUMBER = 16,             /* N */
    UC_SPACE = 32,              /* White_Space */
    UC_LETTER = UC_UPPER | UC_LOWER | UC_CASELESS
};
#define UC_COUNT CODE_POINTS

struct uclass {
    uint8_t of[UC_COUNT];
};

struct uclass *uclass_new(enum unicode_version v);
void uclass_free(struct uclass *u);         /* NULL is allowed */

#endif
