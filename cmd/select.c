/* select - keep documents by what is known of them: fields, metadata, values written by --annotate.
 * Expressions: filter/expr.h. */
#include <stdio.h>
#include "core/json.h"
#include "core/mem.h"
#include "core/stage.h"
#include "filter/expr.h"

/* Where a name is looked for: as it stands, then in these places. */
static const char *const places[] = {"%.*s", "metadata.%.*s", "metadata.tokmill.filter.%.*s",
                                    "metadata.tokmill.%.*s"};
enum { PLACES = sizeof places / sizeof *places, PATH = 200 };

struct name {
    char path[PLACES][PATH];
};

struct conf {
    const char *where;
    bool invert;
    struct expr *expr;
    struct name *names;
};

static const struct opt OPTS[] = {
    OPT_STR(0, "where", "EXPR", NULL, struct conf, where,
            "keep documents for which this holds, such as 'lang == \"en\" and dt_words > 50'"),
    OPT_BOOL(0, "invert", struct conf, invert, "keep the others"),
    OPT_END,
};

static int open_select(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    (void)s;
    if (!c->where)
        return err_set(e, ERR_USAGE, "select needs --where EXPR");
    c->expr = expr_parse(c->where, e);
    if (!c->expr)
        return -1;
    size_t n = expr_names(c->expr);
    c->names = mem_array(n + 1, sizeof *c->names);
    for (size_t i = 0; i < n; i++) {
        struct slice name = expr_name(c->expr, i);
        if (name.n > 150)
            return err_set(e, ERR_USAGE, "--where: the name '%.150s...' is too long", name.p);
        for (size_t k = 0; k < PLACES; k++)
            snprintf(c->names[i].path[k], PATH, places[k], (int)name.n, name.p);
    }
    return 0;
}

static void close_select(void *conf)
{
    struct conf *c = conf;
    expr_free(c->expr);
    mem_free(c->names);
}

struct names {
    const struct conf *conf;
    struct doc *doc;
};

static struct expr_value value_of(struct slice json, struct arena *a)
{
    struct expr_value v = {EXPR_NONE, 0, {NULL, 0}};
    if (json_is_string(json)) {
        v.kind = EXPR_STRING;
        v.string = json_string(json, a, NULL);
    } else if (json_f64(json, &v.number)) {
        v.kind = EXPR_NUMBER;
    } else if (slice_is(json, "true") || slice_is(json, "false")) {
        v.kind = EXPR_NUMBER;
        v.number = json.p[0] == 't';
    }
    return v;
}

static struct expr_value get(void *ctx, size_t i)
{
    const struct names *n = ctx;
    const struct name *name = &n->conf->names[i];
    if (!strcmp(name->path[0], "text") || !strcmp(name->path[0], "id"))
        return (struct expr_value){EXPR_STRING, 0,
                                   doc_get_text(n->doc, slice_str(name->path[0]))};
    for (size_t k = 0; k < PLACES; k++) {
        struct slice json = doc_get(n->doc, name->path[k]);
        if (json.p)
            return value_of(json, n->doc->arena);
    }
    return (struct expr_value){EXPR_NONE, 0, {NULL, 0}};
}

static enum verdict select_doc(const void *conf, struct job *j, struct doc *d)
{
    const struct conf *c = conf;
    struct names n = {c, d};
    return expr_holds(c->expr, get, &n) != c->invert ? DOC_KEEP : job_drop(j, "where");
}

const struct stage stage_select = {
    .name = "select",
    .summary = "keep documents by an expression over their fields",
    .operands = "[FILE...]",
    .example = "tokmill select --where 'lang == \"en\" and dt_words >= 50' scored.jsonl.zst",
    .form = FORM_MAP,
    .opts = OPTS,
    .conf_size = sizeof(struct conf),
    .open = open_select,
    .close = close_select,
    .map = select_doc,
};
