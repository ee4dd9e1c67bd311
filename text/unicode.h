/* unicode - general categories and scripts of code points, by Unicode version
 *
 * What a letter is depends on the Unicode version, and the version is part of what a tokenizer
 * does: two libraries that differ in it cut newer scripts and emoji differently. So the tables are
 * data of ours, for versions 14 to 16, and not those of a library that an installation happens to
 * have. Constants, any thread.
 */
#ifndef TEXT_UNICODE_H
#define TEXT_UNICODE_H
#include <stdint.h>
#include "core/slice.h"

enum unicode_version { UNICODE_14, UNICODE_15, UNICODE_15_1, UNICODE_16, UNICODE_VERSIONS };
#define UNICODE_DEFAULT UNICODE_16
/* The choices of an option, in the order of the numbers. */
#define UNICODE_CHOICES "14|15|15.1|16"

/* In the order of their names, as the tables have them. */
enum unicode_category { CAT_CN, CAT_CC, CAT_CF, CAT_CO, CAT_CS, CAT_LL, CAT_LM, CAT_LO, CAT_LT,
    CAT_LU, CAT_MC, CAT_ME, CAT_MN, CAT_ND, CAT_NL, CAT_NO, CAT_PC, CAT_PD, CAT_PE, CAT_PF, CAT_PI,
    CAT_PO, CAT_PS, CAT_SC, CAT_SK, CAT_SM, CAT_SO, CAT_ZL, CAT_ZP, CAT_ZS, CATEGORIES };
#define CODE_POINTS 0x110000u

const char *unicode_version_name(enum unicode_version v);   /* "16.0.0" */
/* Category of every code point; `of` has room for CODE_POINTS. */
void unicode_categories(enum unicode_version v, uint8_t *of);
/* Bit set of the categories that a name stands for: "L", "Lu", "Letter", "Uppercase_Letter"; 0 for
 * none. */
uint32_t unicode_category_set(struct slice name);
/* Number of a script by its name (Han, Latin, ..), -1 for one that we do not know. Unassigned code
 * points belong to none; that depends on the version, so look at the category too. */
int unicode_script(struct slice name);
/* in[c] = 1 for the code points of a script. */
void unicode_script_members(int script, uint8_t *in);
/* Property White_Space, the same in all versions: \s of Oniguruma and of Rust's engines. */
bool unicode_is_space(uint32_t c);
/* \w of Rust's regex, newest version; UTF8_BAD is none. Looks through the table of runs: not for
 * every character of a text. */
bool unicode_is_word(uint32_t c);
/* Newer than Unicode 9 and known to the normal forms of later versions only: to a library with the
 * tables of 9, as the one behind Hugging Face's tokenizers, a character without class or parts. */
bool unicode_newer_form(uint32_t c);

#endif
