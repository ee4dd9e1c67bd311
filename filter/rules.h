/* rules - rule sets: which signals, compared how, drop a document, and what is edited in between
 *
 * A set is data: steps in the order in which they are taken. A drop compares a signal with a
 * threshold; the first that holds drops the document and names the reason. An edit changes the text
 * for the steps behind it, and for the output if the document is kept. Order, strictness and
 * reasons are those of the code that the set is named after. Sets are built in (rules_*.c, listed
 * in rules.c) or read from a file of the form in which rules_show() prints them:
 *
 *     set gopher-quality
 *     version datatrove 0.10.1
 *     source https://...
 *     drop gopher_short_doc dt_solid_words < 50
 *     edit c4-lines
 *
 * "edit NAME [NUMBER]" names an edit of edits.h; "#" begins a comment. A struct rules is read-only
 * once made.
 */
#ifndef FILTER_RULES_H
#define FILTER_RULES_H
#include "filter/edits.h"
#include "filter/signals.h"

enum rule_op { RULE_LT, RULE_LE, RULE_GT, RULE_GE, RULE_EQ, RULE_NE };

/* A drop, or with `edit` an edit and its number. */
struct rule {
    const char *reason, *signal;
    enum rule_op op;
    double threshold;
    const char *edit;
};
#define RULE_EDIT(name, number) {NULL, NULL, RULE_EQ, (number), (name)}

struct rule_set {
    const char *name, *version, *source, *about;
    const struct rule *v;
    size_t n;
};
#define RULE_ROWS(rows) (rows), sizeof(rows) / sizeof *(rows)

extern const struct rule_set *const rule_sets[];        /* ends with NULL */

/* One step, ready to run: an edit, or a comparison. */
struct check {
    const struct rule_edit *edit;
    const struct signal *signal;
    size_t number;                  /* of the signal */
    const char *reason;
    enum rule_op op;
    double threshold;               /* of an edit, its number */
    bool off;                       /* threshold "none" */
    bool first;                     /* the first row that asks for this signal */
};

struct rules {
    const char *name, *version, *source, *about;
    const struct c4_rules *c4;      /* of the first edit that has them, or NULL */
    struct check *v;
    size_t n;
    struct arena arena;             /* owns what a file said */
};

/* A built-in set, or, when `name` has a "/" or ends in ".rules", the set in that file. NULL: *e
 * says why. */
struct rules *rules_load(const char *name, struct err *e);
void rules_free(struct rules *r);                       /* NULL is allowed */
/* "REASON=NUMBER" or "REASON=none": changes the rows of that reason. Their number, or -1. */
int rules_override(struct rules *r, const char *setting, struct err *e);
bool check_fails(const struct check *c, double value);
const char *rule_op_name(enum rule_op op);
void rules_show(const struct rules *r, struct buf *out);

#endif
