/* mime - what a payload is, by what it is called and by how it begins
 *
 * Only pages and plain text become documents. Names are often wrong ("text/html" on a JPEG), so the
 * first bytes have the last word against them; a missing name is decided by the bytes alone.
 */
#ifndef READ_MIME_H
#define READ_MIME_H
#include "core/slice.h"

enum mime_kind { MIME_OTHER, MIME_HTML, MIME_TEXT };

/* `name` is a media type without parameters, or empty. */
enum mime_kind mime_kind(struct slice name, struct slice bytes);

#endif
