/* evalsets - see evalsets.h. */
#include "dedup/evalsets.h"
#include "core/docs.h"
#include "core/json.h"
#include "core/utf8.h"

struct spec {
    struct slice name, path, fields;
};

/* Behind the last '/', up to the first '.' after it. */
static struct slice base_name(struct slice path)
{
    size_t start = path.n;
    while (start > 0 && path.p[start - 1] != '/')
        start--;
    struct slice base = slice_from(path, start);
    return slice_upto(base, slice_find_byte(base, '.'));
}

static struct spec parse_spec(struct slice s, struct slice fields)
{
    struct spec out = {.path = s, .fields = fields};
    size_t equal = slice_find_byte(s, '=');
    if (equal < s.n) {
        out.name = slice_upto(s, equal);
        out.path = slice_from(s, equal + 1);
    }
    for (size_t i = out.path.n; i > 0 && out.path.p[i - 1] != '/'; i--)
        if (out.path.p[i - 1] == ':') {
            out.fields = slice_from(out.path, i);
            out.path = slice_upto(out.path, i - 1);
            break;
        }
    if (!out.name.n)
        out.name = base_name(out.path);
    return out;
}

static void add_value(struct slice value, struct arena *a, struct buf *text)
{
    struct json_iter it;
    struct json_member m;
    uint64_t repaired = 0;
    if (json_is_string(value)) {
        if (text->n)
            buf_add_byte(text, '\n');
        buf_add_slice(text, json_string(value, a, &repaired));
    } else if (json_iter_init(&it, value)) {
        while (json_iter_next(&it, &m))
            add_value(m.value, a, text);
    }
}

static struct slice id_of(struct slice line, uint64_t number, struct arena *a)
{
    uint64_t repaired = 0;
    struct slice id = json_find(line, SLICE("id"), NULL);
    if (!id.p)
        return arena_fmt(a, "%llu", (unsigned long long)number);
    return json_is_string(id) ? json_string(id, a, &repaired) : id;
}

static int add_item(struct gram_index *g, const struct spec *spec, struct slice line,
                    uint64_t number, struct arena *a, struct buf *text, struct err *e)
{
    struct slice fields = spec->fields, field;
    size_t at;
    bool any = false;
    arena_reset(a);
    buf_clear(text);
    if (json_check(line, &at) || line.p[0] != '{')
        return err_set(e, ERR_DATA, "line %llu is no JSON object", (unsigned long long)number);
    while (slice_next(&fields, ',', &field)) {
        struct slice value = json_find(line, field, NULL);
        any |= value.p != NULL;
        add_value(value, a, text);
    }
    if (!any)
        return err_set(e, ERR_DATA, "line %llu has none of the fields %.*s",
                       (unsigned long long)number, (int)spec->fields.n, spec->fields.p);
    gram_index_add(g, spec->name, id_of(line, number, a), buf_slice(text));
    return 0;
}

int evalset_add(struct gram_index *g, struct slice s, struct slice fields, struct err *e)
{
    struct spec spec = parse_spec(s, fields);
    struct arena a;
    struct buf all, text;
    struct slice rest, line;
    uint64_t number = 0;
    arena_init(&a);
    buf_init(&all, BUF_NO_LIMIT);
    buf_init(&text, BUF_NO_LIMIT);
    char *path = arena_str(&a, spec.path);
    int rc = docs_read_file(path, &all, e);
    rest = buf_slice(&all);
    while (!rc && slice_next(&rest, '\n', &line)) {
        number++;
        line = slice_trim(line);
        if (line.n && (rc = add_item(g, &spec, line, number, &a, &text, e)))
            err_at(e, spec.path, number, ERR_NO_POS);
    }
    buf_free(&all);
    buf_free(&text);
    arena_free(&a);
    return rc;
}

int evalset_ordinary(struct gram_index *g, const char *path, uint32_t most, struct err *e)
{
    struct arena a;
    struct doc d;
    int rc;
    struct docs *docs = docs_open(path, &doc_fields_default, e);
    if (!docs)
        return -1;
    struct gram_scanner *s = gram_scanner_new(g);
    arena_init(&a);
    while ((rc = docs_next(docs, &a, &d, e)) > 0) {
        gram_index_ordinary(g, s, d.text);
        arena_reset(&a);
    }
    if (rc == 0)
        gram_index_common(g, most);
    arena_free(&a);
    gram_scanner_free(s);
    docs_close(docs);
    return rc;
}
