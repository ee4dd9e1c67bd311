/* charset - which encoding a page is in, and from there to UTF-8
 *
 * Evidence in this order: byte order mark; the HTTP header and the page's meta element, if they
 * agree; valid UTF-8; meta; HTTP; what a crawler detected; a guess by uchardet; windows-1252.
 * Labels are those of the WHATWG Encoding standard ("latin1" means windows-1252, "gb2312" means
 * gb18030). Conversion is iconv's; what it refuses becomes U+FFFD and is counted.
 */
#ifndef READ_CHARSET_H
#define READ_CHARSET_H
#include "core/arena.h"
#include "core/buf.h"

/* The standard's name for a label, in lower case; NULL if unknown. */
const char *charset_of_label(struct slice label);
/* Label in a meta element among the first bytes of a page; empty if none. */
struct slice charset_in_meta(struct slice page);
/* Label in a Content-Type value ("text/html; charset=utf-8"); empty if none. */
struct slice charset_in_type(struct slice content_type);
/* Decides; `http` and `detected` (somebody's guess, better than ours: they saw more) are labels or
 * empty. *skip is set to the length of a byte order mark. */
const char *charset_decide(struct slice page, struct slice http, struct slice detected,
                           bool is_html, size_t *skip);
/* Appends s as UTF-8; *repaired is added to. False if iconv does not know the charset. */
bool charset_convert(struct buf *out, struct slice s, const char *charset, uint64_t *repaired);

#endif
