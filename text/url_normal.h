/* url_normal - one spelling of addresses that lead to the same page
 *
 * No scheme, user or fragment; the host in lower case, without "www." and without the scheme's
 * default port; no slash at the end. Pure.
 */
#ifndef TEXT_URL_NORMAL_H
#define TEXT_URL_NORMAL_H
#include "core/buf.h"

void url_normal(struct slice url, struct buf *out);     /* appends it */

#endif
