/* expr - small expressions over named values
 *
 *     dt_words >= 50 and not (chars > 1e6 or lang == "de")
 *
 * Numbers, strings in '' or "", names, + - * /, < <= > >= == !=, and, or, not, parentheses. A name
 * that has no value, and whatever is computed with it, has none; a comparison with no value does
 * not hold; nor does one with a division by zero. Parsed once, then read-only; evaluation allocates
 * nothing.
 */
#ifndef FILTER_EXPR_H
#define FILTER_EXPR_H
#include "core/err.h"

enum expr_kind { EXPR_NONE, EXPR_NUMBER, EXPR_STRING };

struct expr_value {
    enum expr_kind kind;
    double number;
    struct slice string;
};

struct expr;
/* `text` must live as long as the expression. */
struct expr *expr_parse(const char *text, struct err *e);
void expr_free(struct expr *x);                         /* NULL is allowed */

/* The names in it, in order of first appearance. */
size_t expr_names(const struct expr *x);
struct slice expr_name(const struct expr *x, size_t i);

/* get(ctx, i) gives the value of name i; it is asked only for what decides. */
typedef struct expr_value expr_get(void *ctx, size_t i);
struct expr_value expr_eval(const struct expr *x, expr_get *get, void *ctx);
bool expr_holds(const struct expr *x, expr_get *get, void *ctx);

#endif
