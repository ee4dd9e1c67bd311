/* edits - changes that rule sets make to a text
 *
 * Each is what one function of the original code does to one document. An edit may have a number
 * (words, share), and may leave nothing: then the document is dropped for `emptied`, if it is set.
 */
#ifndef FILTER_EDITS_H
#define FILTER_EDITS_H
#include "filter/measure.h"

struct rule_edit {
    const char *name, *about, *emptied;
    /* The text of m, changed, is added to the empty *out. False: nothing changes. */
    bool (*run)(const struct rule_edit *edit, struct measure *m, double number, struct buf *out);
    bool has_number;
    int variant;                    /* run()'s own */
    const struct c4_rules *c4;      /* which signals c4_* belong to it */
};

extern const struct rule_edit rule_edits[];             /* ends with name = NULL */

#endif
