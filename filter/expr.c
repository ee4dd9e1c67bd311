/* A recursive-descent parser to nodes in an array; see expr.h. */
#include "filter/expr.h"
#include "core/json.h"
#include "core/mem.h"

enum node_kind { N_VALUE, N_NAME, N_NOT, N_MINUS, N_AND, N_OR, N_ADD, N_SUB, N_MUL, N_DIV,
                 N_LT, N_LE, N_GT, N_GE, N_EQ, N_NE };
enum { DEPTH_MAX = 100, NODES_MAX = 10000 };

struct node {
    enum node_kind kind;
    size_t a, b;                    /* operands; of a name, its index */
    struct expr_value value;
};

struct expr {
    struct node *v;
    size_t n, root;
    struct slice *names;
    size_t n_names;
};

struct parser {
    struct expr *x;
    const char *p;
    struct slice text;
    struct err *e;
    int depth;
};

static int or_level(struct parser *s, size_t *node);

/* ---- parsing ------------------------------------------------------------------------------ */

static int fail(struct parser *s, const char *what)
{
    return err_set(s->e, ERR_USAGE, "expression '%s': %s at '%s'", s->text.p, what,
                   *s->p ? s->p : "its end");
}

static void skip_blanks(struct parser *s)
{
    while (*s->p == ' ' || *s->p == '\t' || *s->p == '\n')
        s->p++;
}

static bool is_name_char(char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' || c == '.';
}

static size_t word_length(const char *p)
{
    size_t n = 0;
    while (is_name_char(p[n]))
        n++;
    return n;
}

static bool take(struct parser *s, const char *symbol)
{
    size_t n = strlen(symbol);
    skip_blanks(s);
    bool word = is_name_char(symbol[0]);
    if (strncmp(s->p, symbol, n) || (word && word_length(s->p) != n))
        return false;
    s->p += n;
    return true;
}

static int add(struct parser *s, struct node n, size_t *at)
{
    struct expr *x = s->x;
    if (x->n == NODES_MAX)
        return fail(s, "too long");
    x->v = mem_grow_array(x->v, x->n + 1, sizeof *x->v);
    x->v[x->n] = n;
    *at = x->n++;
    return 0;
}

static int add_name(struct parser *s, struct slice name, size_t *at)
{
    struct expr *x = s->x;
    size_t i = 0;
    while (i < x->n_names && !slice_eq(x->names[i], name))
        i++;
    if (i == x->n_names) {
        x->names = mem_grow_array(x->names, x->n_names + 1, sizeof *x->names);
        x->names[x->n_names++] = name;
    }
    return add(s, (struct node){.kind = N_NAME, .a = i}, at);
}

static int string(struct parser *s, size_t *at)
{
    const char *from = s->p + 1, *to = strchr(from, *s->p);
    if (!to)
        return fail(s, "a string that does not end");
    s->p = to + 1;
    return add(s, (struct node){.kind = N_VALUE, .value = {EXPR_STRING, 0,
                                slice_of(from, (size_t)(to - from))}}, at);
}

static size_t number_length(const char *p)
{
    size_t n = 0;
    while (is_name_char(p[n]) || ((p[n] == '-' || p[n] == '+') && n && (p[n - 1] | 32) == 'e'))
        n++;
    return n;
}

static int factor(struct parser *s, size_t *at)
{
    int rc;
    skip_blanks(s);
    if (++s->depth > DEPTH_MAX)
        return fail(s, "too deep");
    size_t n = word_length(s->p), inner;
    if (take(s, "(")) {
        rc = or_level(s, at);
        if (!rc && !take(s, ")"))
            rc = fail(s, "')' expected");
    } else if (take(s, "-")) {
        rc = factor(s, &inner);
        if (!rc)
            rc = add(s, (struct node){.kind = N_MINUS, .a = inner}, at);
    } else if (*s->p == '"' || *s->p == '\'') {
        rc = string(s, at);
    } else if (*s->p >= '0' && *s->p <= '9') {
        struct node v = {.kind = N_VALUE, .value = {.kind = EXPR_NUMBER}};
        struct slice spelled = slice_of(s->p, number_length(s->p));
        if (!json_f64(spelled, &v.value.number))
            return fail(s, "not a number");
        s->p += spelled.n;
        rc = add(s, v, at);
    } else if (n) {
        s->p += n;
        rc = add_name(s, slice_of(s->p - n, n), at);
    } else {
        rc = fail(s, "a value expected");
    }
    s->depth--;
    return rc;
}

struct binary {
    const char *symbol;
    enum node_kind kind;
};

/* A row of operands of the next level, joined from the left by operators of this one. */
static int row(struct parser *s, const struct binary *ops, int (*next)(struct parser *, size_t *),
               bool many, size_t *at)
{
    if (next(s, at))
        return -1;
    for (;;) {
        const struct binary *op = ops;
        size_t right;
        while (op->symbol && !take(s, op->symbol))
            op++;
        if (!op->symbol)
            return 0;
        if (next(s, &right) || add(s, (struct node){.kind = op->kind, .a = *at, .b = right}, at))
            return -1;
        if (!many)
            return 0;
    }
}

static int term(struct parser *s, size_t *at)
{
    static const struct binary ops[] = {{"*", N_MUL}, {"/", N_DIV}, {NULL, 0}};
    return row(s, ops, factor, true, at);
}

static int sum(struct parser *s, size_t *at)
{
    static const struct binary ops[] = {{"+", N_ADD}, {"-", N_SUB}, {NULL, 0}};
    return row(s, ops, term, true, at);
}

static int comparison(struct parser *s, size_t *at)
{
    static const struct binary ops[] = {{"<=", N_LE}, {">=", N_GE}, {"==", N_EQ}, {"!=", N_NE},
                                        {"<", N_LT}, {">", N_GT}, {NULL, 0}};
    if (take(s, "not")) {
        size_t inner;
        if (++s->depth > DEPTH_MAX)
            return fail(s, "too deep");
        if (comparison(s, &inner))
            return -1;
        s->depth--;
        return add(s, (struct node){.kind = N_NOT, .a = inner}, at);
    }
    return row(s, ops, sum, false, at);
}

static int and_level(struct parser *s, size_t *at)
{
    static const struct binary ops[] = {{"and", N_AND}, {NULL, 0}};
    return row(s, ops, comparison, true, at);
}

static int or_level(struct parser *s, size_t *at)
{
    static const struct binary ops[] = {{"or", N_OR}, {NULL, 0}};
    return row(s, ops, and_level, true, at);
}

struct expr *expr_parse(const char *text, struct err *e)
{
    struct expr *x = mem_zero(sizeof *x);
    struct parser s = {x, text, slice_str(text), e, 0};
    int rc = or_level(&s, &x->root);
    skip_blanks(&s);
    if (!rc && *s.p)
        rc = fail(&s, "an operator expected");
    if (!rc)
        return x;
    expr_free(x);
    return NULL;
}

void expr_free(struct expr *x)
{
    if (!x)
        return;
    mem_free(x->v);
    mem_free(x->names);
    mem_free(x);
}

size_t expr_names(const struct expr *x) { return x->n_names; }
struct slice expr_name(const struct expr *x, size_t i) { return x->names[i]; }

/* ---- evaluation --------------------------------------------------------------------------- */

static struct expr_value of_number(double v)
{
    return (struct expr_value){EXPR_NUMBER, v, {NULL, 0}};
}

static bool truth(struct expr_value v)
{
    return v.kind == EXPR_NUMBER ? v.number != 0 : v.kind == EXPR_STRING && v.string.n > 0;
}

static bool compare(enum node_kind k, struct expr_value a, struct expr_value b)
{
    if (a.kind == EXPR_NONE || b.kind == EXPR_NONE)
        return false;
    if (a.kind != b.kind)
        return k == N_NE;
    double x = a.number, y = b.number;
    if (a.kind == EXPR_STRING) {
        x = slice_cmp(a.string, b.string);
        y = 0;
    }
    switch (k) {
    case N_LT: return x < y;
    case N_LE: return x <= y;
    case N_GT: return x > y;
    case N_GE: return x >= y;
    case N_EQ: return x == y;
    default: return x != y;
    }
}

static struct expr_value compute(enum node_kind k, struct expr_value a, struct expr_value b)
{
    const struct expr_value none = {EXPR_NONE, 0, {NULL, 0}};
    if (a.kind != EXPR_NUMBER || b.kind != EXPR_NUMBER || (k == N_DIV && b.number == 0))
        return none;
    switch (k) {
    case N_ADD: return of_number(a.number + b.number);
    case N_SUB: return of_number(a.number - b.number);
    case N_MUL: return of_number(a.number * b.number);
    default: return of_number(a.number / b.number);
    }
}

/* The left side of "and" and "or" may decide. Depth is bounded by NODES_MAX. */
static struct expr_value eval(const struct expr *x, size_t at, expr_get *get, void *ctx)
{
    const struct node *n = &x->v[at];
    switch (n->kind) {
    case N_VALUE:
        return n->value;
    case N_NAME:
        return get(ctx, n->a);
    case N_NOT:
        return of_number(!truth(eval(x, n->a, get, ctx)));
    case N_MINUS:
        return compute(N_SUB, of_number(0), eval(x, n->a, get, ctx));
    case N_AND:
        return of_number(truth(eval(x, n->a, get, ctx)) && truth(eval(x, n->b, get, ctx)));
    case N_OR:
        return of_number(truth(eval(x, n->a, get, ctx)) || truth(eval(x, n->b, get, ctx)));
    case N_ADD: case N_SUB: case N_MUL: case N_DIV:
        return compute(n->kind, eval(x, n->a, get, ctx), eval(x, n->b, get, ctx));
    default:
        return of_number(compare(n->kind, eval(x, n->a, get, ctx), eval(x, n->b, get, ctx)));
    }
}

struct expr_value expr_eval(const struct expr *x, expr_get *get, void *ctx)
{
    return eval(x, x->root, get, ctx);
}

bool expr_holds(const struct expr *x, expr_get *get, void *ctx)
{
    return truth(expr_eval(x, get, ctx));
}
