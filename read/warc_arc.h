/* warc_arc - header lines of ARC, the Internet Archive's format before WARC
 *
 * A record is one line of fields separated by spaces, then as many bytes as its last field says:
 *     URL IP-address date content-type [more fields] length
 * URLs may hold spaces, so fields are told from the right.
 */
#ifndef READ_WARC_ARC_H
#define READ_WARC_ARC_H
#include <stdint.h>
#include "core/slice.h"

struct arc_head {
    struct slice uri, date, content_type;       /* date: 14 digits or more */
    uint64_t length;
};

/* Whether a line (without its end) is a header. */
bool arc_head(struct slice line, struct arc_head *h);

#endif
