/* html - text into a page
 *
 * Everything that comes from data goes through html_text(): markup characters are escaped and
 * control characters, which a page may not hold, become U+FFFD. Numbers are made short for people.
 */
#ifndef STATS_HTML_H
#define STATS_HTML_H
#include "core/buf.h"

void html_text(struct buf *b, struct slice s);      /* for content and quoted attributes */
void html_count(struct buf *b, double v);           /* 12, 3.4k, 5.6M */
void html_bytes(struct buf *b, double v);           /* 12 B, 3.4 KB, 5.6 GB */
void html_exact(struct buf *b, double v);           /* 1,234,567 */
void html_percent(struct buf *b, double part, double whole);

#endif
