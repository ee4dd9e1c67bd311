/* http - a stored HTTP message: status line, header fields, body
 *
 * Archives hold messages as crawlers left them. A field that says "chunked" or "gzip" is a hint and
 * no more: bodies are decoded only if they look the part, and are taken as they are otherwise.
 * Slices point into the message, or into the buffers given.
 */
#ifndef READ_HTTP_H
#define READ_HTTP_H
#include "core/buf.h"

struct http {
    unsigned status;            /* 0 if there is no status line */
    struct slice fields;        /* header lines */
    struct slice body;          /* as stored */
};

/* Any bytes are accepted: without "HTTP/" in front, everything is body. */
void http_parse(struct slice message, struct http *m);
/* Value of the first field with this name, trimmed; also used for WARC headers. Lines end with LF
 * or CR LF; a line that begins with white space continues the one before. */
struct slice http_field(struct slice fields, struct slice name);
/* Length of the header block of s including its empty line; s.n + 1 if the empty line is absent. */
size_t http_header_end(struct slice s);
/* Media type of a Content-Type value without parameters. */
struct slice http_media_type(struct slice content_type);

/* Appends the body without its chunk framing. False, with nothing appended, if s is not chunked. */
bool http_dechunk(struct buf *out, struct slice s);
/* The body without its content codings ("gzip, br"; the last was applied last): gzip and zstd by
 * their magic numbers, deflate with or without zlib's frame, br. A coding that is declared but not
 * there is passed over; what decodes before an error is kept. Returns the body itself, or one of
 * tmp, which are overwritten. */
struct slice http_decode(struct buf tmp[2], struct slice body, struct slice codings);

#endif
