/* warc - records of a WARC file
 *
 * WARC 0.18 to 1.1, read as archives are and not as they should be: LF line ends, continuation
 * lines, doubled fields, URIs in angle brackets or with spaces. A length is believed if the next
 * record, or two line ends, stand where it says; else the record ends before the next line that
 * begins with "WARC/". Input is the decoded stream; members of the compression do not matter.
 *
 * All slices point into the bytes given. Nothing is kept between calls.
 */
#ifndef READ_WARC_H
#define READ_WARC_H
#include "core/err.h"
#include "core/slice.h"

enum warc_found {
    WARC_RECORD,
    WARC_END,                   /* nothing but line ends */
    WARC_MORE,                  /* not at the end, and the record is not whole */
    WARC_CUT,                   /* at the end, the record is not whole: content is what is left */
    WARC_JUNK                   /* bytes that begin no record: content is all of them */
};

struct warc_record {
    size_t at;                  /* of its first byte */
    struct slice whole, fields, content;
    bool wrong_length;          /* Content-Length was missing or false */
};

/* The record at *at, which moves behind it (and not for WARC_MORE). */
enum warc_found warc_next(struct slice bytes, size_t *at, bool at_end, struct warc_record *r);

struct warc_head {
    struct slice type, id, uri, date, content_type, payload_type, truncated;
};
void warc_head(struct slice fields, struct warc_head *h);

#endif
