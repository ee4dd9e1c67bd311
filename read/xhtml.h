/* xhtml - tags to plain text, for the well-behaved markup of books
 *
 * EPUB chapters are XHTML written by tools: what is wanted is all of their text, in order, with
 * paragraphs. So this is a scanner and no parser: one pass over the bytes, no tree, no recursion,
 * linear time, and broken markup costs at most a tag. Web pages need more than that.
 *
 *     block tags end a paragraph; <br> a line; <pre> keeps its lines; head, script, style, svg,
 *     and page numbers (epub:type or role "pagebreak") vanish; a table is a line per row, cells
 *     parted by a tab; list items begin with "- ".
 *
 * The character references serve wiki markup too. Pure functions; callers own the buffers.
 */
#ifndef READ_XHTML_H
#define READ_XHTML_H
#include <stdint.h>
#include "core/buf.h"

/* Appends the text of a page; paragraphs are parted by an empty line. */
void xhtml_text(struct slice html, struct buf *out);
/* s begins with '&': bytes of the reference with its semicolon and *cp, or 0 if it is none. */
size_t xhtml_entity(struct slice s, uint32_t *cp);
/* Appends s with its references decoded. */
void xhtml_unescape(struct slice s, struct buf *out);

/* Appends windows-1252 (and so Latin-1) as UTF-8. */
void xhtml_cp1252(struct slice s, struct buf *out);

/* One tag: s.p[0] is '<'. Returns its length, or 0 when '<' opens no tag (then it is text).
 * Comments, CDATA, declarations and instructions count as a tag without a name. */
struct xhtml_tag {
    struct slice name;          /* as spelled, with its prefix */
    struct slice attrs;
    bool close, empty;          /* </x>, <x/> */
};
size_t xhtml_tag(struct slice s, struct xhtml_tag *t);
/* Value of an attribute as spelled ({NULL, 0} if absent); names compare without case. */
struct slice xhtml_attr(const struct xhtml_tag *t, const char *name);

#endif
