/* warc_index - a line of a CDXJ index for a record
 *
 *     com,example)/a 20200102030405 {"url": "http://example.com/a", "mime": "text/html",
 *         "status": "200", "digest": "sha1:...", "length": "1228", "offset": "784",
 *         "filename": "x.warc.gz"}
 *
 * on one line: what replay tools look pages up in. Layout, members and the choice of records are
 * cdxj-indexer's (1.5): responses, revisits, resources and metadata, but not those of crawlers' own
 * fields. Lines come in the archive's order; sort them with LC_ALL=C sort.
 *
 * warc_index() makes a document without text that holds the members; warc_index_line() writes it as
 * a line. Between them stages may select by URL, status and so on.
 */
#ifndef READ_WARC_INDEX_H
#define READ_WARC_INDEX_H
#include "read/warc_read.h"

bool warc_index_wants(const struct warc_item *it);
void warc_index(struct warc_item *it);
void warc_index_line(const struct doc *d, struct buf *out);

#endif
