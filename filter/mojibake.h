/* mojibake - UTF-8 that somebody read as another encoding, made UTF-8 again
 *
 *   "schÃ¶n" -> is there anything unlikely? -> each encoding that could spell the text: its
 *   bytes, if they are UTF-8, are the text -> again, until nothing is unlikely or nothing helps
 *
 * The decisions are ftfy's (6.3, fix_encoding; Apache-2.0): which neighbours are unlikely, the
 * order of encodings, bytes 0xA0 that became spaces, bytes that became U+FFFD, runs of mojibake in
 * text that is none, C1 controls that are windows-1252. Works on a piece of text as a whole; ftfy
 * gives it lines.
 */
#ifndef FILTER_MOJIBAKE_H
#define FILTER_MOJIBAKE_H
#include "core/buf.h"
#include "filter/charmap.h"
#include "text/chars.h"

struct mojibake {
    const struct charmap *map;
    const struct chars *chars;
};

bool mojibake_likely(const struct mojibake *m, struct slice text);
/* Appends the repaired text; false, and nothing appended, if it stays as it is. Valid UTF-8. */
bool mojibake_fix(const struct mojibake *m, struct slice text, struct buf *out);

#endif
