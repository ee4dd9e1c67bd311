/* newline - what published recipes do with newlines before they ask a fastText model
 *
 *   space       leave them: fastText takes a newline as white space, as if it were a space
 *               (datatrove's language filter, Dolma)
 *   delete      take "\n" out, which joins the words around it (cc_net, DCLM's language step,
 *               datatrove's FastTextClassifierFilter)
 *   splitlines  strip, cut where Python's str.splitlines() cuts, join with spaces (DCLM's and
 *               RedPajama's quality classifiers): U+001C-1E, U+0085, U+2028, U+2029 are ends too
 */
#ifndef FILTER_NEWLINE_H
#define FILTER_NEWLINE_H
#include "core/buf.h"

enum newline { NEWLINE_SPACE, NEWLINE_DELETE, NEWLINE_SPLITLINES };
#define NEWLINE_CHOICES "space|delete|splitlines"

/* The text under a policy: itself, or made in *b, which must stay alive as long. */
struct slice newline_apply(enum newline policy, struct slice text, struct buf *b);

#endif
