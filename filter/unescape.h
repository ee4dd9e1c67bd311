/* unescape - HTML character references in text that is no HTML
 *
 * Decodes "&name;" and "&#number;" that end in a semicolon, by ftfy's rules (unescape_html): a name
 * in capitals counts as the one in small letters and gives capitals, unless it has a meaning
 * of its own; numbers as Python's html.unescape() reads them; a reference to ";" stays.
 */
#ifndef FILTER_UNESCAPE_H
#define FILTER_UNESCAPE_H
#include "core/buf.h"

/* Appends the text decoded; false, and nothing appended, if it has no reference. */
bool unescape(struct slice text, struct buf *out);

#endif
