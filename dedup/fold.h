/* fold - a text as plain words, for comparing documents
 *
 * A folder writes the words of a text with spaces between them and nothing else:
 *
 *   letters      in lower case, decomposed, without nonspacing marks
 *   numbers      as 0, with their decimal part (3.50 and 1,000 are both 0)
 *   Han, kana, Thai, Lao, Khmer, Burmese, Yi      each character a word
 *   anything else ends a word
 *
 * This is datatrove's text normalisation for deduplication, but for the simpler rule of what ends a
 * word. A folder belongs to one thread; its table of code points is filled page by page, from
 * utf8proc, as texts ask for it.
 */
#ifndef DEDUP_FOLD_H
#define DEDUP_FOLD_H
#include "core/slice.h"

enum { FOLD_ROOM = 64 };            /* least room that fold_next() needs */

struct folder;

struct folder *folder_new(void);
void folder_free(struct folder *f);                 /* NULL is allowed */
/* Folds from *p on until the text (valid UTF-8) ends or less than FOLD_ROOM bytes of room are left;
 * moves *p and returns the bytes written. Words may continue in the next call's bytes. */
size_t fold_next(struct folder *f, const char **p, const char *end, char *out, size_t room);
/* The same for code: runs of ASCII letters, digits and "_" as they stand, nothing else. */
size_t fold_code(const char **p, const char *end, char *out, size_t room);

#endif
