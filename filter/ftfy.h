/* ftfy - text repaired as ftfy does it
 *
 *   each line -> entities -> mojibake (mojibake.h) -> C1 controls -> ligatures -> widths -> quotes
 *             -> line ends -> terminal escapes -> controls -> normal form -> again until stable
 *
 * Steps, order and results are those of ftfy 6.3.1 (fix_text; Apache-2.0), each step by choice. Its
 * oddities are kept: lines are cut at "\n" and after a million characters; a line with "<" is taken
 * for HTML, and from there on no more entities are decoded; "&#59;" stays. The normal form is of
 * utf8proc's Unicode version, Python's may be another.
 *
 * A struct ftfy is read-only after ftfy_new() and shared; the buffers are a thread's own.
 */
#ifndef FILTER_FTFY_H
#define FILTER_FTFY_H
#include "filter/norm.h"

enum ftfy_entities { FTFY_ENTITIES_AUTO, FTFY_ENTITIES_ALL, FTFY_ENTITIES_NONE };

struct ftfy_opts {
    enum ftfy_entities entities;
    bool mojibake, c1, ligatures, widths, quotes, line_ends, escapes, controls;
    enum norm_form form;
};
extern const struct ftfy_opts ftfy_default;     /* fix_text() without options */
extern const struct ftfy_opts ftfy_datatrove;   /* datatrove 0.10's FTFYFormatter */

struct ftfy;
struct ftfy *ftfy_new(const struct ftfy_opts *o);
void ftfy_free(struct ftfy *f);                 /* NULL is allowed */

struct ftfy_work {
    struct buf text, a, b, c, norm[2];
};
void ftfy_work_init(struct ftfy_work *w);
void ftfy_work_free(struct ftfy_work *w);
/* Makes *text (valid UTF-8) as it should be; true if that changed it: then it lies in w->text. */
bool ftfy_run(const struct ftfy *f, struct slice *text, struct ftfy_work *w);

#endif
