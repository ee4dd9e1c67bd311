/* edit_urls - a text without the addresses in it, as DCLM takes them out */
#ifndef FILTER_EDIT_URLS_H
#define FILTER_EDIT_URLS_H
#include "core/buf.h"
#include "text/chars.h"

/* as_dclm: names are looked for only in texts that begin with a top-level domain's letters ("The",
 * "In"), as published. False: nothing changes; else *out gets the text. Time is linear. */
bool edit_urls(const struct chars *c, struct slice text, bool as_dclm, struct buf *out);

#endif
