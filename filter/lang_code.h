/* lang_code - one language under its several names
 *
 * People and models write en, eng, eng_Latn, zh-Hant, cmn_Hani. A code is parsed into the ISO
 * 639-3 language (macrolanguages for their standard member: cmn is zho) and, when given, the ISO
 * 15924 script. A wanted code without script means every script; a label without script may be of
 * any. All functions are pure.
 */
#ifndef FILTER_LANG_CODE_H
#define FILTER_LANG_CODE_H
#include <stdint.h>
#include "core/slice.h"

struct lang_code {
    uint32_t language;      /* three lower-case letters, packed */
    uint32_t script;        /* four lower-case letters, packed; 0: not given */
};

/* False for what is no code: a two-letter one must be of ISO 639-1, three letters are taken. */
bool lang_code_parse(struct slice s, struct lang_code *out);
bool lang_code_match(struct lang_code wanted, struct lang_code label);

#endif
