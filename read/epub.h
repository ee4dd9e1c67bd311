/* epub - the text of an EPUB book, in reading order
 *
 * A zip archive in memory: META-INF/container.xml names the package file, whose manifest lists
 * the parts and whose spine gives their order. Order in the zip means nothing. Left out are the
 * navigation, parts that are not linear, and encrypted ones. A chapter that is missing or whose
 * bytes fail their checksum costs only itself and is counted.
 *
 * Everything read lies in the caller's arena, up to `max` bytes (a zip may claim any size).
 */
#ifndef READ_EPUB_H
#define READ_EPUB_H
#include "core/arena.h"
#include "core/buf.h"
#include "core/err.h"

struct epub {
    struct slice title, author, lang, identifier;
    unsigned chapters, damaged, encrypted;
};

bool epub_is(struct slice bytes);       /* a zip whose first entry says that it is an EPUB */
/* Appends the text to out. -1 when there is no package or no readable chapter. */
int epub_read(struct epub *b, struct arena *a, struct slice bytes, size_t max, struct buf *out,
              struct err *e);

#endif
