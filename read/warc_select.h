/* warc_select - which records a user wants
 *
 * Each criterion is a list of alternatives; an empty list lets everything pass. Statuses are
 * numbers or classes ("200", "2xx"), languages the first part of a tag ("de" takes "de-AT"), media
 * types and URLs are shell patterns ("text/?*", "*.example.org*"); all without case.
 */
#ifndef READ_WARC_SELECT_H
#define READ_WARC_SELECT_H
#include <stdint.h>
#include "core/slice.h"

bool select_name(const char *list, struct slice name);          /* equal, commas between */
bool select_status(const char *list, unsigned status);
bool select_language(const char *list, struct slice tag);
bool select_pattern(const char *list, struct slice s);          /* shell patterns, commas between */
bool select_any_pattern(const char *const *patterns, uint64_t n, struct slice s);

#endif
