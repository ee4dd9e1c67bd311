/* evalsets - see evalsets.h. */
#include "dedup/evalsets.h"
#include "core/docs.h"
#include "core/json.h"
#include "core/utf8.h"

enum format { FORMAT_JSONL, FORMAT_LINES, FORMAT_TEXT };

struct spec {
    struct slice name, path, fields;
    struct slice template, id;      /* template: empty, or in place of fields; id: of the field */
    enum format format;
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
    struct spec out = {.path = s, .fields = fields, .id = SLICE("id")};
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

static struct slice id_of(struct slice line, struct slice field, uint64_t number, struct arena *a)
{
    uint64_t repaired = 0;
    struct slice id = json_find(line, field, NULL);
    if (!id.p)
        return arena_fmt(a, "%llu", (unsigned long long)number);
    return json_is_string(id) ? json_string(id, a, &repaired) : id;
}

/* The text of fields, one below the other; false if there is none of them. */
static bool join_fields(struct slice fields, struct slice line, struct arena *a, struct buf *text)
{
    struct slice field;
    bool any = false;
    while (slice_next(&fields, ',', &field)) {
        struct slice value = json_find(line, field, NULL);
        any |= value.p != NULL;
        add_value(value, a, text);
    }
    return any;
}

/* "Q: {question}" with the fields in braces filled in; false if one is missing. */
static bool fill_template(struct slice template, struct slice line, struct arena *a,
                          struct buf *text)
{
    struct buf value;
    bool all = true;
    buf_init(&value, BUF_NO_LIMIT);
    while (template.n) {
        size_t open = slice_find_byte(template, '{'), close = slice_find_byte(template, '}');
        buf_add_slice(text, slice_upto(template, open));
        if (open >= template.n || close < open || close == template.n)
            break;
        struct slice name = slice_of(template.p + open + 1, close - open - 1);
        struct slice v = json_find(line, name, NULL);
        buf_clear(&value);
        add_value(v, a, &value);
        buf_add_slice(text, buf_slice(&value));
        all &= v.p != NULL;
        template = slice_from(template, close + 1);
    }
    buf_free(&value);
    return all;
}

static int add_item(struct gram_index *g, const struct spec *spec, struct slice line,
                    uint64_t number, struct arena *a, struct buf *text, struct err *e)
{
    size_t at;
    arena_reset(a);
    buf_clear(text);
    if (spec->format != FORMAT_JSONL) {
        gram_index_add(g, spec->name, arena_fmt(a, "%llu", (unsigned long long)number), line);
        return 0;
    }
    if (json_check(line, &at) || line.p[0] != '{')
        return err_set(e, ERR_DATA, "line %llu is no JSON object", (unsigned long long)number);
    bool ok = spec->template.n ? fill_template(spec->template, line, a, text)
                               : join_fields(spec->fields, line, a, text);
    if (!ok)
        return err_set(e, ERR_DATA, "line %llu has none of the fields %.*s",
                       (unsigned long long)number,
                       (int)(spec->template.n ? spec->template.n : spec->fields.n),
                       spec->template.n ? spec->template.p : spec->fields.p);
    gram_index_add(g, spec->name, id_of(line, spec->id, number, a), buf_slice(text));
    return 0;
}

static int add_set(struct gram_index *g, const struct spec *spec, struct err *e)
{
    struct arena a;
    struct buf all, text;
    struct slice rest, line;
    uint64_t number = 0;
    arena_init(&a);
    buf_init(&all, BUF_NO_LIMIT);
    buf_init(&text, BUF_NO_LIMIT);
    char *path = arena_str(&a, spec->path);
    int rc = docs_read_file(path, &all, e);
    rest = buf_slice(&all);
    if (!rc && spec->format != FORMAT_JSONL && !utf8_valid(rest)) {
        err_at(e, spec->path, ERR_NO_POS, ERR_NO_POS);
        rc = err_set(e, ERR_DATA, "is no UTF-8");
    }
    while (!rc && slice_next(&rest, spec->format == FORMAT_TEXT ? '\0' : '\n', &line)) {
        number++;
        line = slice_trim(line);
        if (line.n && (rc = add_item(g, spec, line, number, &a, &text, e)))
            err_at(e, spec->path, number, ERR_NO_POS);
    }
    buf_free(&all);
    buf_free(&text);
    arena_free(&a);
    return rc;
}

int evalset_add(struct gram_index *g, struct slice s, struct slice fields, struct err *e)
{
    struct spec spec = parse_spec(s, fields);
    return add_set(g, &spec, e);
}

/* ---- spec files ----------------------------------------------------------------------------- */

static struct slice string_of(struct slice object, const char *key, struct arena *a)
{
    uint64_t repaired = 0;
    struct slice v = json_find(object, slice_str(key), NULL);
    return v.p && json_is_string(v) ? json_string(v, a, &repaired) : (struct slice){"", 0};
}

/* Array of strings, or one, as names joined by commas. */
static struct slice names_of(struct slice object, const char *key, struct arena *a)
{
    struct slice v = json_find(object, slice_str(key), NULL), one = string_of(object, key, a);
    struct json_iter it;
    struct json_member m;
    uint64_t repaired = 0;
    if (one.n || !v.p || !json_iter_init(&it, v))
        return one;
    while (json_iter_next(&it, &m))
        if (json_is_string(m.value)) {
            struct slice next = json_string(m.value, a, &repaired);
            one = arena_fmt(a, "%.*s%s%.*s", (int)one.n, one.p, one.n ? "," : "", (int)next.n,
                            next.p);
        }
    return one;
}

static int add_described(struct gram_index *g, struct slice object, struct slice folder,
                         struct arena *a, struct err *e)
{
    struct slice format = string_of(object, "format", a), file = string_of(object, "file", a);
    struct spec spec = {.name = string_of(object, "name", a),
                        .fields = names_of(object, "fields", a),
                        .template = string_of(object, "template", a),
                        .id = string_of(object, "id", a)};
    spec.format = slice_is(format, "lines") ? FORMAT_LINES
                  : slice_is(format, "text") ? FORMAT_TEXT : FORMAT_JSONL;
    if (!file.n || (format.n && !spec.format && !slice_is(format, "jsonl")))
        return err_set(e, ERR_DATA, "a set without a file, or of unknown format");
    spec.path = file.p[0] == '/' ? file : arena_fmt(a, "%.*s%.*s", (int)folder.n, folder.p,
                                                    (int)file.n, file.p);
    spec.name = spec.name.n ? spec.name : base_name(file);
    spec.fields = spec.fields.n ? spec.fields : SLICE("text");
    spec.id = spec.id.n ? spec.id : SLICE("id");
    return add_set(g, &spec, e);
}

int evalset_add_spec(struct gram_index *g, const char *path, struct err *e)
{
    struct arena a;
    struct buf all;
    struct json_iter it;
    struct json_member m;
    size_t at, folder = strlen(path);
    while (folder > 0 && path[folder - 1] != '/')
        folder--;
    arena_init(&a);
    buf_init(&all, 64 << 20);
    int rc = docs_read_file(path, &all, e);
    struct slice spec = slice_trim(buf_slice(&all));
    if (!rc && (json_check(spec, &at) || !spec.n || spec.p[0] != '{' ||
                !json_iter_init(&it, json_find(spec, SLICE("sets"), NULL))))
        rc = err_set(e, ERR_DATA, "is no description of sets");
    while (!rc && json_iter_next(&it, &m))
        rc = add_described(g, m.value, slice_of(path, folder), &a, e);
    if (rc)
        err_at(e, slice_str(path), ERR_NO_POS, ERR_NO_POS);
    buf_free(&all);
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
