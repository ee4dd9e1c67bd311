/* norm - one spelling for what looks the same
 *
 * Three steps: line ends become LF and control characters go; composed form (NFC or NFKC, by
 * utf8proc); blanks at line ends go and runs of empty lines are cut. A step that has nothing to do
 * copies nothing.
 */
#ifndef FILTER_NORM_H
#define FILTER_NORM_H
#include "core/buf.h"

enum norm_form { NORM_NFC, NORM_NFKC, NORM_NONE };
enum norm_space { NORM_TRIM, NORM_COLLAPSE, NORM_KEEP };

struct norm_opts {
    enum norm_form form;
    enum norm_space space;      /* trim line ends; collapse runs of blanks as well; keep */
    size_t empty_lines;         /* at most so many in a row, unless NORM_KEEP */
    bool controls;              /* keep control characters and line ends as they are */
};

struct norm;
struct norm *norm_new(const struct norm_opts *o);
void norm_free(struct norm *n);                 /* NULL is allowed */

/* Makes *text (valid UTF-8) as it should be; true if that changed it: then it lies in one of the
 * two buffers, whose old content is lost. Running it twice changes nothing more. */
bool norm_run(const struct norm *n, struct slice *text, struct buf work[2]);

#endif
