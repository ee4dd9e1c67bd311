/* Built-in sets, the file form, and comparing; see rules.h. */
#include "filter/rules.h"
#include <stdio.h>
#include <stdlib.h>
#include "core/docs.h"
#include "core/json.h"
#include "core/mem.h"

extern const struct rule_set rules_gopher_quality, rules_gopher_repetition, rules_c4,
    rules_c4_fineweb, rules_fineweb, rules_fineweb_2024, rules_code, rules_dolma_v1,
    rules_dolma_v2, rules_dolma_mended, rules_dclm, rules_dclm_mended, rules_refinedweb,
    rules_rps, rules_nemo, rules_redpajama_code;

const struct rule_set *const rule_sets[] = {
    &rules_gopher_quality, &rules_gopher_repetition, &rules_c4, &rules_c4_fineweb,
    &rules_fineweb, &rules_fineweb_2024, &rules_dolma_v1, &rules_dolma_v2, &rules_dolma_mended,
    &rules_refinedweb, &rules_dclm, &rules_dclm_mended,
    &rules_rps, &rules_nemo, &rules_redpajama_code,     &rules_code, NULL};

static const char *const op_names[] = {"<", "<=", ">", ">=", "==", "!="};

const char *rule_op_name(enum rule_op op) { return op_names[op]; }

bool check_fails(const struct check *c, double value)
{
    switch (c->op) {
    case RULE_LT: return value < c->threshold;
    case RULE_LE: return value <= c->threshold;
    case RULE_GT: return value > c->threshold;
    case RULE_GE: return value >= c->threshold;
    case RULE_EQ: return value == c->threshold;
    case RULE_NE: return value != c->threshold;
    }
    return false;
}

/* ---- making a set ------------------------------------------------------------------------- */

static struct rules *new_rules(void)
{
    struct rules *r = mem_zero(sizeof *r);
    arena_init(&r->arena);
    r->name = r->version = r->source = r->about = "";
    return r;
}

void rules_free(struct rules *r)
{
    if (!r)
        return;
    arena_free(&r->arena);
    mem_free(r->v);
    mem_free(r);
}

static struct check *add_step(struct rules *r)
{
    r->v = mem_grow_array(r->v, r->n + 1, sizeof *r->v);
    return memset(&r->v[r->n++], 0, sizeof *r->v);
}

static int add_check(struct rules *r, const struct rule *rule, struct err *e)
{
    size_t number = signal_find(slice_str(rule->signal));
    if (number == SIGNAL_NONE)
        return err_set(e, ERR_USAGE, "rule set %s: there is no signal '%s'", r->name,
                       rule->signal);
    bool first = true;
    for (size_t i = 0; i < r->n; i++)
        first &= r->v[i].edit || r->v[i].number != number;
    *add_step(r) = (struct check){NULL, signal_at(number), number, rule->reason, rule->op,
                                  rule->threshold, false, first};
    return 0;
}

static int add_edit(struct rules *r, const char *name, double number, bool has_number,
                    struct err *e)
{
    const struct rule_edit *x = rule_edits;
    while (x->name && strcmp(x->name, name))
        x++;
    if (!x->name)
        return err_set(e, ERR_USAGE, "rule set %s: there is no edit '%s'", r->name, name);
    if (x->has_number != has_number)
        return err_set(e, ERR_USAGE, "rule set %s: edit %s takes %s number", r->name, name,
                       x->has_number ? "a" : "no");
    r->c4 = r->c4 ? r->c4 : x->c4;
    *add_step(r) = (struct check){.edit = x, .reason = x->emptied ? x->emptied : "",
                                  .threshold = number};
    return 0;
}

static int from_table(struct rules *r, const struct rule_set *set, struct err *e)
{
    r->name = set->name;
    r->version = set->version;
    r->source = set->source;
    r->about = set->about;
    for (size_t i = 0; i < set->n; i++) {
        const struct rule *x = &set->v[i];
        if (x->edit ? add_edit(r, x->edit, x->threshold, x->threshold != 0, e)
                    : add_check(r, x, e))
            return -1;
    }
    return 0;
}

/* ---- a set in a file ---------------------------------------------------------------------- */

static bool next_token(struct slice *rest, struct slice *token)
{
    *rest = slice_trim(*rest);
    size_t n = 0;
    while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
        n++;
    *token = slice_upto(*rest, n);
    *rest = slice_from(*rest, n);
    return n > 0;
}

static bool parse_op(struct slice s, enum rule_op *op)
{
    for (size_t i = 0; i < sizeof op_names / sizeof *op_names; i++)
        if (slice_is(s, op_names[i])) {
            *op = (enum rule_op)i;
            return true;
        }
    return false;
}

/* REASON SIGNAL OP NUMBER */
static int parse_drop(struct rules *r, struct slice rest, struct err *e)
{
    struct slice reason, signal, op, number, more;
    struct rule rule;
    if (!next_token(&rest, &reason) || !next_token(&rest, &signal) || !next_token(&rest, &op) ||
        !next_token(&rest, &number) || next_token(&rest, &more) || !parse_op(op, &rule.op) ||
        !json_f64(number, &rule.threshold))
        return err_set(e, ERR_USAGE, "expected: drop REASON SIGNAL <|<=|>|>=|==|!= NUMBER");
    rule.reason = arena_str(&r->arena, reason);
    rule.signal = arena_str(&r->arena, signal);
    return add_check(r, &rule, e);
}

/* NAME [NUMBER] */
static int parse_edit(struct rules *r, struct slice rest, struct err *e)
{
    struct slice name, number, more;
    double v = 0;
    if (!next_token(&rest, &name))
        return err_set(e, ERR_USAGE, "expected: edit NAME [NUMBER]");
    bool has_number = next_token(&rest, &number);
    if (has_number && (!json_f64(number, &v) || next_token(&rest, &more)))
        return err_set(e, ERR_USAGE, "expected: edit NAME [NUMBER]");
    return add_edit(r, arena_str(&r->arena, name), v, has_number, e);
}

static int parse_line(struct rules *r, struct slice line, struct err *e)
{
    struct slice word, rest = line;
    if (!next_token(&rest, &word) || word.p[0] == '#')
        return 0;
    const char *value = arena_str(&r->arena, slice_trim(rest));
    if (slice_is(word, "drop"))
        return parse_drop(r, rest, e);
    if (slice_is(word, "edit"))
        return parse_edit(r, rest, e);
    if (slice_is(word, "set"))
        r->name = value;
    else if (slice_is(word, "version"))
        r->version = value;
    else if (slice_is(word, "source"))
        r->source = value;
    else if (slice_is(word, "about"))
        r->about = value;
    else
        return err_set(e, ERR_USAGE, "'%.*s' begins no line of a rule set", (int)word.n, word.p);
    return 0;
}

static int from_file(struct rules *r, const char *path, struct err *e)
{
    struct buf b;
    uint64_t number = 1;
    int rc;
    buf_init(&b, 1 << 20);
    r->name = arena_str(&r->arena, slice_str(path));
    if (!(rc = docs_read_file(path, &b, e))) {
        struct slice rest = buf_slice(&b), line;
        for (; !rc && slice_next(&rest, '\n', &line); number++)
            if ((rc = parse_line(r, line, e)))
                err_at(e, slice_str(path), number, ERR_NO_POS);
    }
    buf_free(&b);
    return rc;
}

static bool is_path(const char *name)
{
    return strchr(name, '/') || slice_ends(slice_str(name), SLICE(".rules"));
}

struct rules *rules_load(const char *name, struct err *e)
{
    struct rules *r = new_rules();
    int rc = -1;
    if (is_path(name)) {
        rc = from_file(r, name, e);
    } else {
        const struct rule_set *const *s = rule_sets;
        while (*s && strcmp((*s)->name, name))
            s++;
        rc = *s ? from_table(r, *s, e)
                : err_set(e, ERR_USAGE, "there is no rule set '%s' (--list-rules shows all)", name);
    }
    if (!rc)
        return r;
    rules_free(r);
    return NULL;
}

int rules_override(struct rules *r, const char *setting, struct err *e)
{
    struct slice s = slice_str(setting);
    size_t eq = slice_find_byte(s, '=');
    struct slice reason = slice_upto(s, eq), value = slice_from(s, eq + 1);
    double number = 0;
    bool off = slice_is(value, "none");
    int found = 0;
    if (eq == s.n || (!off && !json_f64(value, &number)))
        return err_set(e, ERR_USAGE, "--set: '%s' is not REASON=NUMBER or REASON=none", setting);
    for (size_t i = 0; i < r->n; i++)
        if (!r->v[i].edit && slice_is(reason, r->v[i].reason)) {
            r->v[i].off = off;
            r->v[i].threshold = number;
            found++;
        }
    return found;
}

/* The shortest spelling that reads back, without an exponent where people write none. */
static void add_number(struct buf *out, double v)
{
    char text[40];
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, v);
        if (strtod(text, NULL) == v)
            break;
    }
    buf_add_str(out, text);
}

void rules_show(const struct rules *r, struct buf *out)
{
    buf_add_fmt(out, "# %s\nset %s\nversion %s\nsource %s\nabout %s\n",
                "the first line that holds drops the document; tokmill filter --list-signals",
                r->name, r->version, r->source, r->about);
    for (size_t i = 0; i < r->n; i++) {
        const struct check *c = &r->v[i];
        if (c->off)
            continue;
        if (c->edit)
            buf_add_fmt(out, "edit %s%s", c->edit->name, c->edit->has_number ? " " : "");
        else
            buf_add_fmt(out, "drop %s %s %s ", c->reason, c->signal->name, op_names[c->op]);
        if (!c->edit || c->edit->has_number)
            add_number(out, c->threshold);
        buf_add_byte(out, '\n');
    }
}
