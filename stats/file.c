/* file - see file.h. One table says what the members of each sort of object are. */
#include "stats/file.h"
#include <math.h>
#include "core/docs.h"
#include "core/json.h"
#include "core/mem.h"
#include "core/tally.h"

enum { MAX_DEPTH = 16, BIN_BIAS = 1000000 };

/* What a value is, by where it stands. */
enum place { IN_ROOT, IN_STAGE, IN_HISTOGRAMS, IN_HISTOGRAM, IN_SAMPLES, IN_SAMPLE, IN_RUN,
             IN_OTHER };

struct reader {
    struct arena *a;
    struct err *e;
    int depth;
};

static int read_object(struct reader *r, struct slice json, enum place at, struct node *v);
static void write_node(const struct node *v, struct buf *out);

static int wrong(struct reader *r, struct slice key, const char *what)
{
    return err_set(r->e, ERR_DATA, "not a statistics file: member \"%.*s\" %s",
                   (int)slice_upto(key, 100).n, key.p, what);
}

static enum place place_of(enum place at, struct slice key)
{
    if (at == IN_ROOT && slice_is(key, "run"))
        return IN_RUN;
    if (at == IN_HISTOGRAMS)
        return IN_HISTOGRAM;
    if (slice_is(key, "histograms"))
        return IN_HISTOGRAMS;
    return at == IN_STAGE && slice_is(key, "samples") ? IN_SAMPLES : IN_OTHER;
}

static int read_number(struct reader *r, struct slice json, enum place at, struct node *v)
{
    bool histogram = at == IN_HISTOGRAM;
    if (histogram && slice_is(v->key, "min"))
        v->kind = NODE_LOW;
    else if ((at == IN_STAGE && slice_is(v->key, "step")) ||
             (histogram && (slice_is(v->key, "max") || slice_is(v->key, "threshold"))))
        v->kind = NODE_HIGH;
    else
        v->kind = NODE_SUM;
    bool good = v->kind == NODE_SUM ? fixed_parse(json, &v->sum) : json_f64(json, &v->f);
    return good ? 0 : wrong(r, v->key, "is not a number");
}

/* [[BIN,COUNT],...] becomes a union keyed by the bin's number, shifted so that it sorts. */
static int read_bins(struct reader *r, struct slice json, struct node *v)
{
    struct json_iter it, pair;
    struct json_member m, bin, count, more;
    v->kind = NODE_UNION;
    for (json_iter_init(&it, json); json_iter_next(&it, &m);) {
        double number;
        if (!json_iter_init(&pair, m.value) || !json_iter_next(&pair, &bin) ||
            !json_iter_next(&pair, &count) || json_iter_next(&pair, &more) ||
            !json_f64(bin.value, &number) || !(number >= TALLY_BIN_ZERO && number < BIN_BIAS))
            return wrong(r, v->key, "is not a list of [bin, count]");
        struct slice key = arena_fmt(r->a, "%07d", (int)number + BIN_BIAS);
        if (!fixed_parse(count.value, &node_add(v, key, NODE_SUM, r->a)->sum))
            return wrong(r, v->key, "is not a list of [bin, count]");
    }
    return node_sort(v, r->a, r->e);
}

int stats_bin(const struct node *bin)
{
    int v = 0;
    for (size_t i = 0; i < bin->key.n; i++)
        v = v * 10 + (bin->key.p[i] - '0');
    return v - BIN_BIAS;
}

/* A run is ordered by how we would write it, which writing and reading again does not change. */
static struct slice spelling(const struct node *v, struct arena *a)
{
    struct buf b;
    buf_init(&b, BUF_NO_LIMIT);
    write_node(v, &b);
    struct slice s = arena_copy(a, buf_slice(&b));
    buf_free(&b);
    return s;
}

static struct slice element_key(struct reader *r, enum place at, const struct node *v)
{
    if (at == IN_STAGE) {
        struct slice name = node_text(v, "name");
        return arena_fmt(r->a, "%010.0f %.*s", node_f64(v, "step"), (int)name.n, name.p);
    }
    if (at == IN_RUN)
        return spelling(v, r->a);
    struct slice k = node_text(v, "key"), id = node_text(v, "id"), rule = node_text(v, "rule"),
                 text = node_text(v, "text");
    return arena_fmt(r->a, "%.*s %.*s %.*s %.*s", (int)k.n, k.p, (int)id.n, id.p, (int)rule.n,
                     rule.p, (int)text.n, text.p);
}

static int read_list(struct reader *r, struct slice json, enum place at, enum node_kind kind,
                     struct node *v)
{
    struct json_iter it;
    struct json_member m;
    v->kind = kind;
    for (json_iter_init(&it, json); json_iter_next(&it, &m);) {
        if (m.value.p[0] != '{')
            return wrong(r, v->key, "is not a list of objects");
        struct node element = {.kind = NODE_OBJECT};
        if (read_object(r, m.value, at, &element) != 0)
            return -1;
        node_name(&element, element_key(r, at, &element));
        *node_add(v, element.key, NODE_OBJECT, r->a) = element;
    }
    return node_sort(v, r->a, r->e);
}

static int read_array(struct reader *r, struct slice json, enum place at, struct node *v)
{
    if (at == IN_ROOT && slice_is(v->key, "stages"))
        return read_list(r, json, IN_STAGE, NODE_UNION, v);
    if (at == IN_ROOT && slice_is(v->key, "runs"))
        return read_list(r, json, IN_RUN, NODE_BAG, v);
    if (at == IN_SAMPLES)
        return read_list(r, json, IN_SAMPLE, NODE_SAMPLE, v);
    if (at == IN_HISTOGRAM && slice_is(v->key, "bins"))
        return read_bins(r, json, v);
    v->kind = NODE_RAW;
    v->text = json;
    return 0;
}

static int read_value(struct reader *r, struct slice json, enum place at, struct node *v)
{
    switch (json.p[0]) {
    case '{':
        return read_object(r, json, place_of(at, v->key), v);
    case '[':
        return read_array(r, json, at, v);
    case '"':
        v->kind = NODE_TEXT;
        v->text = json_string(json, r->a, NULL);
        return 0;
    case 't':
    case 'f':
        v->kind = NODE_RAW;
        v->text = json;
        return 0;
    default:
        return read_number(r, json, at, v);
    }
}

static int read_object(struct reader *r, struct slice json, enum place at, struct node *v)
{
    struct json_iter it;
    struct json_member m;
    v->kind = NODE_OBJECT;
    if (++r->depth > MAX_DEPTH)
        return wrong(r, v->key, "is nested too deep");
    for (json_iter_init(&it, json); json_iter_next(&it, &m);) {
        struct slice key = json_string(slice_of(m.key.p - 1, m.key.n + 2), r->a, NULL);
        if (m.value.p[0] == 'n')
            continue;                   /* null says nothing */
        struct node kid = {.kind = NODE_OBJECT};
        node_name(&kid, key);
        if (read_value(r, m.value, at, &kid) != 0)
            return -1;
        *node_add(v, key, kid.kind, r->a) = kid;
    }
    r->depth--;
    return node_sort(v, r->a, r->e);
}

/* "run" of a single file becomes the only element of "runs"; beside "runs" it is a summary. */
static int take_run(struct reader *r, struct node *root)
{
    const struct node *run = node_find(root, "run");
    if (!run)
        return 0;
    if (run->kind != NODE_OBJECT)
        return wrong(r, run->key, "is not an object");
    struct node element = *run;
    size_t at = (size_t)(run - root->kids);
    memmove(root->kids + at, root->kids + at + 1, (root->n - at - 1) * sizeof *root->kids);
    root->n--;
    if (node_find(root, "runs"))
        return 0;
    struct node *runs = node_add(root, SLICE("runs"), NODE_BAG, r->a);
    node_name(&element, spelling(&element, r->a));
    *node_add(runs, element.key, NODE_OBJECT, r->a) = element;
    return node_sort(root, r->a, r->e);
}

void stats_init(struct stats *s)
{
    *s = (struct stats){.root = {.kind = NODE_OBJECT}};
    arena_init(&s->keep);
    arena_init(&s->tmp);
}

void stats_free(struct stats *s)
{
    mem_free(s->chains);
    arena_free(&s->keep);
    arena_free(&s->tmp);
}

/* Places the file's stages behind those of other chains added before: chains are the same when the
 * names of their stages are. */
static int place_chain(struct stats *s, struct node *stages, struct err *e)
{
    struct buf names;
    double first = 0;
    size_t i = 0;
    buf_init(&names, BUF_NO_LIMIT);
    for (size_t k = 0; k < stages->n; k++) {
        buf_add_slice(&names, node_text(&stages->kids[k], "name"));
        buf_add_byte(&names, '\n');
    }
    for (; i < s->n_chains && !slice_eq(s->chains[i].names, buf_slice(&names)); i++)
        first += (double)s->chains[i].stages;
    if (i == s->n_chains) {
        s->chains = mem_grow_array(s->chains, s->n_chains + 1, sizeof *s->chains);
        s->chains[s->n_chains++] = (struct stats_chain){
            arena_copy(&s->keep, buf_slice(&names)), stages->n};
    }
    buf_free(&names);
    for (size_t k = 0; k < stages->n; k++) {
        struct node *stage = &stages->kids[k];
        struct node *step = (struct node *)(uintptr_t)node_find(stage, "step");
        if (step && step->kind == NODE_HIGH)
            step->f = first + (double)k;
        node_name(stage, element_key(&(struct reader){&s->tmp, e, 0}, IN_STAGE, stage));
    }
    return node_sort(stages, &s->tmp, e);
}

int stats_add(struct stats *s, struct slice json, struct err *e)
{
    size_t at;
    struct reader r = {&s->tmp, e, 0};
    struct node root = {.kind = NODE_OBJECT};
    if (json_check(json, &at) != 0) {
        err_at(e, SLICE(""), ERR_NO_POS, at);
        return err_set(e, ERR_DATA, "not JSON");
    }
    json = json_value(json);
    arena_reset(&s->tmp);
    if (json.p[0] != '{')
        return err_set(e, ERR_DATA, "not a statistics file: no object");
    if (read_object(&r, json, IN_ROOT, &root) != 0 || take_run(&r, &root) != 0)
        return -1;
    struct node *stages = (struct node *)(uintptr_t)node_find(&root, "stages");
    if (!stages || stages->kind != NODE_UNION)
        return err_set(e, ERR_DATA, "not a statistics file: no list \"stages\"");
    if (s->in_order && place_chain(s, stages, e))
        return -1;
    return node_merge(&s->root, &root, &s->keep, e);
}

int stats_add_files(struct stats *s, const char *const *names, size_t n, struct err *e)
{
    struct buf json;
    int status = 0;
    buf_init(&json, (size_t)1 << 30);
    for (size_t i = 0; i < n && status == 0; i++) {
        buf_clear(&json);
        status = docs_read_file(names[i], &json, e);
        if (status == 0)
            status = stats_add(s, buf_slice(&json), e);
        if (status != 0)
            err_at(e, slice_str(names[i]), ERR_NO_POS, ERR_NO_POS);
    }
    buf_free(&json);
    return status;
}

/* ---- writing ------------------------------------------------------------------------------ */

static void write_kids(const struct node *v, struct buf *out)
{
    bool object = v->kind == NODE_OBJECT;
    buf_add_byte(out, object ? '{' : '[');
    for (size_t i = 0; i < v->n; i++) {
        const struct node *kid = &v->kids[i];
        if (object)
            json_key_slice(out, kid->key);
        else if (i)
            buf_add_byte(out, ',');
        if (!object && kid->kind == NODE_SUM) {
            buf_add_fmt(out, "[%d,", stats_bin(kid));
            fixed_write(out, kid->sum);
            buf_add_byte(out, ']');
        } else {
            write_node(kid, out);
        }
    }
    buf_add_byte(out, object ? '}' : ']');
}

static void write_node(const struct node *v, struct buf *out)
{
    if (node_has_kids(v))
        write_kids(v, out);
    else if (v->kind == NODE_SUM)
        fixed_write(out, v->sum);
    else if (v->kind == NODE_TEXT)
        json_add_string(out, v->text);
    else if (v->kind == NODE_RAW)
        buf_add_slice(out, v->text);
    else if (v->f == floor(v->f) && fabs(v->f) < 1e15)
        buf_add_fmt(out, "%.0f", v->f);
    else
        json_add_f64(out, v->f);
}

static void write_run(const struct node *runs, struct buf *out)
{
    double seconds = 0, cpu = 0, rss = 0, threads = 0;
    for (size_t i = 0; i < runs->n; i++) {
        const struct node *run = &runs->kids[i];
        double s = node_f64(run, "seconds"), m = node_f64(run, "peak_rss"),
               t = node_f64(run, "threads");
        seconds = s > seconds ? s : seconds;
        rss = m > rss ? m : rss;
        threads = t > threads ? t : threads;
        cpu += node_f64(run, "cpu_seconds");    /* in the list's order, so always the same */
    }
    json_key(out, "run");
    buf_add_byte(out, '{');
    json_put_u64(out, "files", runs->n);
    json_put_f64(out, "seconds", seconds);
    json_put_f64(out, "cpu_seconds", cpu);
    json_key(out, "peak_rss");
    buf_add_fmt(out, "%.0f", rss);
    json_key(out, "threads");
    buf_add_fmt(out, "%.0f", threads);
    buf_add_byte(out, '}');
}

void stats_write(const struct stats *s, struct buf *out)
{
    const struct node *runs = node_find(&s->root, "runs");
    buf_add_byte(out, '{');
    for (size_t i = 0; i < s->root.n; i++) {
        if (runs == &s->root.kids[i])
            write_run(runs, out);
        json_key_slice(out, s->root.kids[i].key);
        write_node(&s->root.kids[i], out);
    }
    buf_add_str(out, "}\n");
}
