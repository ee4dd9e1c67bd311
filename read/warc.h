/* warc - records of a WARC or ARC file
 *
 * WARC 0.18 to 1.1 and ARC (warc_arc.h), read as archives are and not as they should be: LF line
 * ends, continuation lines, doubled fields, URIs in angle brackets or with spaces. A length is
 * believed if the next record, or two line ends, stand where it says; else the record ends before
 * the next line that begins one. Input is the decoded stream; members of the compression do not
 * matter.
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
    bool arc;                   /* fields is the header line of an ARC record */
};

/* The record at *at, which moves behind it (and not for WARC_MORE). */
enum warc_found warc_next(struct slice bytes, size_t *at, bool at_end, struct warc_record *r);

/* Types of ARC records are given as WARC's: "warcinfo" for the first, else "response" or
 * "resource". Dates are as spelled. */
struct warc_head {
    struct slice type, id, uri, date, content_type, payload_type, truncated;
    struct slice block_digest, payload_digest, concurrent_to;
    bool segmented;             /* the first part of a record in several */
};
void warc_head(const struct warc_record *r, struct warc_head *h);

/* What CommonCrawl's crawler noted of the response before, in a metadata record. */
struct warc_hints {
    struct slice charset;       /* "UTF-8" */
    struct slice languages;     /* JSON of CLD2's findings */
};
void warc_hints(struct slice content, struct warc_hints *h);

#endif
