/* key - what makes two documents the same for exact deduplication
 *
 * A key is the XXH3-128 hash of one field or of several; "url" is compared in its normal form
 * (text/url_normal.h). A document that has none of the fields has no key and equals nothing.
 */
#ifndef DEDUP_KEY_H
#define DEDUP_KEY_H
#include "core/doc.h"
#include "core/hash.h"

/* fields: names joined by commas ("text", "url", "id" or a dotted path). `work` is scratch. False
 * if the document has no key. */
bool key_of(const struct doc *d, struct slice fields, struct buf *work, struct hash128 *key);

#endif
