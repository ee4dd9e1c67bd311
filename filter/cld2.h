/* cld2 - Compact Language Detector 2, for C
 *
 * CLD2 (Apache-2.0; Debian's libcld2) is C++ and works on the text's letters, lower-cased, by
 * quadgrams and scripts; it finds up to three languages with the share of the text in each. We link
 * its full tables (libcld2_full), 160 languages instead of 80. Thread-safe; no state of ours.
 */
#ifndef FILTER_CLD2_H
#define FILTER_CLD2_H
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cld2_found {
    int language;           /* index, below cld2_languages(); -1: none found */
    int percent;            /* share of the text's letters, 0 to 100 */
};

int cld2_languages(void);
const char *cld2_code(int language);    /* ISO 639 code, zh-Hant; "": no language has this index */
/* The languages of valid UTF-8, largest first. *reliable: CLD2 is sure of the first. Texts beyond
 * 1 GiB are looked at up to there. */
void cld2_detect(const char *text, size_t n, struct cld2_found found[3], bool *reliable);

#ifdef __cplusplus
}
#endif
#endif
