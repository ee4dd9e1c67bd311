/* doc - see doc.h. The shell is edited by splicing; text and ids are put back when formatting. */
#include "core/doc.h"
#include <assert.h>
#include "core/json.h"

const struct doc_fields doc_fields_default = {
    {"text", 4}, {"id", 2}, {"metadata.url", 12}, {"metadata.lang", 13}};

/* ---- the shell ---------------------------------------------------------------------------- */

/* Replaces `cut` bytes at `at` by `put`, and keeps the remembered places right. */
static void splice(struct doc *d, size_t at, size_t cut, struct slice put)
{
    size_t n = d->shell.n - cut + put.n;
    char *p = arena_alloc(d->arena, n);
    memcpy(p, d->shell.p, at);
    if (put.n)
        memcpy(p + at, put.p, put.n);
    memcpy(p + at + put.n, d->shell.p + at + cut, d->shell.n - at - cut);
    if (d->text_at >= at + cut)
        d->text_at += put.n - cut;
    if (d->ids_at >= at + cut)
        d->ids_at += put.n - cut;
    d->shell = slice_of(p, n);
}

/* Takes the value at `at` out of the shell and leaves a 0. */
static void cut_value(struct doc *d, struct slice value, size_t *place)
{
    size_t at = (size_t)(value.p - d->shell.p);
    *place = 0;
    splice(d, at, value.n, SLICE("0"));
    *place = at;
}

static size_t last_byte(struct slice object)
{
    size_t n = object.n;
    while (object.p[n - 1] != '}')
        n--;
    return n - 1;
}

/* Where a new member of `object` (a slice of the shell) goes: before its brace. */
static size_t object_end(const struct doc *d, struct slice object)
{
    return (size_t)(object.p - d->shell.p) + last_byte(object);
}

static bool object_empty(struct slice object)
{
    struct json_iter it;
    struct json_member m;
    return !json_iter_init(&it, object) || !json_iter_next(&it, &m);
}

/* ---- reading and making ------------------------------------------------------------------- */

static int bad(const char **kind, const char *why)
{
    *kind = why;
    return -1;
}

struct members {
    struct slice text, id, ids, metadata;
    bool doubled;
};

static void note_member(struct slice *to, struct slice value, bool *doubled)
{
    if (to->p)
        *doubled = true;
    else
        *to = value;
}

/* One walk over the top level finds all that we read; dotted names go by json_find. */
static void find_members(struct slice line, const struct doc_fields *f, struct members *m)
{
    struct json_iter it;
    struct json_member top;
    bool text_dotted = slice_find_byte(f->text, '.') < f->text.n;
    bool id_dotted = slice_find_byte(f->id, '.') < f->id.n;
    *m = (struct members){{NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}, false};
    json_iter_init(&it, line);
    while (json_iter_next(&it, &top)) {
        if (!text_dotted && json_key_is(top.key, f->text))
            note_member(&m->text, top.value, &m->doubled);
        else if (!id_dotted && json_key_is(top.key, f->id))
            note_member(&m->id, top.value, &m->doubled);
        else if (json_key_is(top.key, SLICE("input_ids")))
            note_member(&m->ids, top.value, &m->doubled);
        else if (json_key_is(top.key, SLICE("metadata")))
            note_member(&m->metadata, top.value, &m->doubled);
    }
    if (text_dotted)
        m->text = json_find(line, f->text, &m->doubled);
    if (id_dotted)
        m->id = json_find(line, f->id, &m->doubled);
}

/* A null id takes the value; where none stands it becomes the first member. */
static void give_id(struct doc *d, struct slice id)
{
    struct buf b;
    struct slice null = json_find(d->shell, d->fields->id, NULL);
    buf_init(&b, BUF_NO_LIMIT);
    if (null.p) {
        json_add_string(&b, id);
        splice(d, (size_t)(null.p - d->shell.p), null.n, buf_slice(&b));
    } else {
        json_put_str(&b, "id", id);
        if (!object_empty(d->shell))
            buf_add_byte(&b, ',');
        splice(d, slice_find_byte(d->shell, '{') + 1, 0, buf_slice(&b));
    }
    buf_free(&b);
    d->id = id;
}

static const char *members_badness(const struct members *m)
{
    if (m->doubled)
        return "doubled-key";
    if (!m->text.p && !m->ids.p)
        return "no-text";
    if (m->text.p && !json_is_string(m->text))
        return "text-type";
    if (m->metadata.p && m->metadata.p[0] != '{' && m->metadata.p[0] != 'n')
        return "metadata-type";
    return NULL;
}

int doc_parse(struct doc *d, struct arena *a, struct slice line, const struct doc_fields *f,
              struct slice fallback_id, const char **kind, size_t *at, uint64_t *repaired)
{
    struct members m;
    *d = (struct doc){.arena = a, .fields = f, .index = d->index, .record = d->record,
                      .at = d->at, .length = d->length};
    *at = 0;
    if (json_check(line, at))
        return bad(kind, "json");
    line = slice_trim(line);
    if (line.p[0] != '{')
        return bad(kind, "not-object");
    find_members(line, f, &m);
    if (members_badness(&m))
        return bad(kind, members_badness(&m));
    d->shell = line;
    if (m.id.p && m.id.p[0] != 'n')
        d->id = json_is_string(m.id) ? json_string(m.id, a, repaired) : m.id;
    if (m.text.p) {
        d->text_json = m.text;
        uint64_t before = *repaired;
        d->text = json_string(m.text, a, repaired);
        if (*repaired != before)
            d->text_json = (struct slice){NULL, 0};
        d->has_text = true;
        cut_value(d, m.text, &d->text_at);
    }
    if (m.ids.p) {
        struct slice here = json_find(d->shell, SLICE("input_ids"), NULL);
        d->ids_json = m.ids;
        d->has_ids = true;
        cut_value(d, here, &d->ids_at);
    }
    if (!d->id.p)
        give_id(d, fallback_id);
    return 0;
}

void doc_make(struct doc *d, struct arena *a, struct slice id, struct slice text,
              struct slice source, struct slice metadata)
{
    struct buf b;
    *d = (struct doc){.arena = a, .fields = &doc_fields_default, .index = d->index,
                      .record = d->record, .at = d->at, .length = d->length};
    buf_init(&b, BUF_NO_LIMIT);
    buf_add_byte(&b, '{');
    json_put_str(&b, "id", id);
    json_key(&b, "text");
    d->text_at = b.n;
    buf_add_byte(&b, '0');
    json_put_str(&b, "source", source);
    json_key(&b, "metadata");
    buf_add_byte(&b, '{');
    buf_add_slice(&b, metadata);
    buf_add_str(&b, "}}");
    d->shell = arena_copy(a, buf_slice(&b));
    buf_free(&b);
    d->id = id;
    d->text = text;
    d->has_text = true;
}

/* ---- asking ------------------------------------------------------------------------------- */

struct slice doc_get(const struct doc *d, const char *path)
{
    return json_find(d->shell, slice_str(path), NULL);
}

struct slice doc_get_text(const struct doc *d, struct slice path)
{
    if (slice_is(path, "text"))
        return d->text;
    if (slice_is(path, "id"))
        return d->id;
    struct slice v = json_find(d->shell, path, NULL);
    if (!v.p || slice_is(v, "null"))
        return slice_of("", 0);
    return json_is_string(v) ? json_string(v, d->arena, NULL) : v;
}

struct slice doc_url(const struct doc *d) { return doc_get_text(d, d->fields->url); }
struct slice doc_lang(const struct doc *d) { return doc_get_text(d, d->fields->lang); }

/* ---- changing ----------------------------------------------------------------------------- */

void doc_set_text(struct doc *d, struct slice text)
{
    if (!d->has_text) {
        doc_set(d, "text", SLICE("0"));
        struct slice at = json_find(d->shell, SLICE("text"), NULL);
        d->text_at = (size_t)(at.p - d->shell.p);
        d->has_text = true;
    }
    d->text = text;
    d->text_json = (struct slice){NULL, 0};
    d->views = NULL;
}

void doc_set_ids(struct doc *d, const uint32_t *ids, size_t n)
{
    if (!d->has_ids) {
        doc_set(d, "input_ids", SLICE("0"));
        struct slice at = json_find(d->shell, SLICE("input_ids"), NULL);
        d->ids_at = (size_t)(at.p - d->shell.p);
        d->has_ids = true;
    }
    d->ids = ids;
    d->n_ids = n;
    d->ids_json = (struct slice){NULL, 0};
}

void doc_drop_ids(struct doc *d)
{
    if (!d->has_ids)
        return;
    /* The member's key stands before its value: from the comma (or brace) to the value's end. */
    size_t from = d->ids_at - 1, end = d->ids_at + 1;
    while (d->shell.p[from] != ',' && d->shell.p[from] != '{')
        from--;
    if (d->shell.p[from] == '{') {
        from++;
        while (strchr(" \t\r\n", d->shell.p[end]))
            end++;
        end += d->shell.p[end] == ',';
    }
    d->ids_at = 0;
    splice(d, from, end - from, slice_of("", 0));
    d->has_ids = false;
    d->ids = NULL;
    d->n_ids = 0;
    d->ids_json = (struct slice){NULL, 0};
}

/* Members that are missing on the way to the last key of `path` are made as objects. */
static void add_member(struct doc *d, struct slice object, struct slice key, struct slice rest,
                       struct slice json)
{
    struct buf b;
    size_t depth = 0;
    buf_init(&b, BUF_NO_LIMIT);
    if (!object_empty(object))
        buf_add_byte(&b, ',');
    json_add_string(&b, key);
    buf_add_byte(&b, ':');
    while (slice_next(&rest, '.', &key)) {
        buf_add_byte(&b, '{');
        json_add_string(&b, key);
        buf_add_byte(&b, ':');
        depth++;
    }
    buf_add_slice(&b, json);
    while (depth--)
        buf_add_byte(&b, '}');
    splice(d, object_end(d, object), 0, buf_slice(&b));
    buf_free(&b);
}

void doc_set(struct doc *d, const char *path, struct slice json)
{
    struct slice key, rest = slice_str(path), object = d->shell;
    while (slice_next(&rest, '.', &key)) {
        struct slice value = json_find(object, key, NULL);
        if (!value.p) {
            add_member(d, object, key, rest, json);
            return;
        }
        if (rest.p && value.p[0] != '{') {      /* null: becomes an object */
            size_t at = (size_t)(value.p - d->shell.p);
            splice(d, at, value.n, SLICE("{}"));
            value = slice_of(d->shell.p + at, 2);
        }
        object = value;
    }
    splice(d, (size_t)(object.p - d->shell.p), object.n, json);
}

void doc_set_str(struct doc *d, const char *path, struct slice v)
{
    struct buf b;
    buf_init(&b, BUF_NO_LIMIT);
    json_add_string(&b, v);
    doc_set(d, path, buf_slice(&b));
    buf_free(&b);
}

void doc_set_u64(struct doc *d, const char *path, uint64_t v)
{
    doc_set(d, path, arena_fmt(d->arena, "%llu", (unsigned long long)v));
}

void doc_set_f64(struct doc *d, const char *path, double v)
{
    struct buf b;
    buf_init(&b, BUF_NO_LIMIT);
    json_add_f64(&b, v);
    doc_set(d, path, buf_slice(&b));
    buf_free(&b);
}

int doc_ids(struct doc *d)
{
    size_t n;
    if (!d->has_ids)
        return -1;
    if (d->ids || !d->ids_json.p)
        return 0;
    /* An id takes at least two bytes ("0,"), so the spelling bounds their number. */
    uint32_t *ids = arena_alloc(d->arena, (d->ids_json.n / 2 + 1) * sizeof *ids);
    if (json_u32_array(d->ids_json, ids, &n))
        return -1;
    d->ids = ids;
    d->n_ids = n;
    return 0;
}

/* ---- writing ------------------------------------------------------------------------------ */

static void add_ids(const struct doc *d, struct buf *out)
{
    if (d->ids_json.p) {
        buf_add_slice(out, d->ids_json);
        return;
    }
    buf_add_byte(out, '[');
    for (size_t i = 0; i < d->n_ids; i++) {
        if (i)
            buf_add_byte(out, ',');
        buf_add_u64(out, d->ids[i]);
    }
    buf_add_byte(out, ']');
}

static void add_text(const struct doc *d, struct buf *out)
{
    if (d->text_json.p)
        buf_add_slice(out, d->text_json);
    else
        json_add_string(out, d->text);
}

/* The shell up to `end` from `from`, with the placeholder at `at` skipped. */
static size_t add_upto(const struct doc *d, struct buf *out, size_t from, size_t at)
{
    buf_add(out, d->shell.p + from, at - from);
    return at + 1;
}

static void add_record(const struct doc *d, struct buf *out)
{
    size_t from = 0;
    bool ids_first = d->has_ids && (!d->has_text || d->ids_at < d->text_at);
    if (ids_first) {
        from = add_upto(d, out, from, d->ids_at);
        add_ids(d, out);
    }
    if (d->has_text) {
        from = add_upto(d, out, from, d->text_at);
        add_text(d, out);
    }
    if (d->has_ids && !ids_first) {
        from = add_upto(d, out, from, d->ids_at);
        add_ids(d, out);
    }
    buf_add(out, d->shell.p + from, d->shell.n - from);
}

void doc_format(const struct doc *d, struct buf *out)
{
    add_record(d, out);
    buf_add_byte(out, '\n');
}

void doc_format_with(const struct doc *d, struct buf *out, const char *key, struct slice json)
{
    struct doc copy = *d;       /* the splice is the copy's */
    add_member(&copy, copy.shell, slice_str(key), (struct slice){NULL, 0}, json);
    add_record(&copy, out);
    buf_add_byte(out, '\n');
}
