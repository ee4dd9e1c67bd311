/* code - what a source file is, and whether anybody wrote it
 *
 * Language: by file name, then extension (a few extensions ask the text), then the shebang line.
 * Left out, each with its reason: binaries, other people's trees (node_modules, vendor), lock
 * files, generated and minified files. The licence is what the file itself states by its SPDX
 * line. Own tables, in the spirit of linguist's; all functions are pure and look at a bounded
 * part of the file, except the line lengths.
 */
#ifndef READ_CODE_H
#define READ_CODE_H
#include "core/slice.h"

/* Name of the language, or NULL when unknown. */
const char *code_language(struct slice path, struct slice text);
/* Why the file is no document ("binary", "vendored", "lock", "generated", "minified", "empty"),
 * or NULL. lang may be NULL. */
const char *code_reject(struct slice path, struct slice text, const char *lang);
/* The SPDX expression among the first lines; empty when there is none. */
struct slice code_license(struct slice text);

#endif
