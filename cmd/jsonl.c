/* jsonl - other people's JSON lines as documents: passed through, or mapped to our members. */
#include "core/json.h"
#include "core/lines.h"
#include "core/mem.h"
#include "core/stage.h"
#include "core/utf8.h"

struct conf {
    struct opt_list map;
    bool keep_fields;
};

static const struct opt OPTS[] = {
    OPT_LIST(0, "map", "TO=FROM", struct conf, map,
             "take text, id, url, lang, date or source from the member FROM (dotted)"),
    OPT_BOOL(0, "keep-fields", struct conf, keep_fields,
             "with --map: carry the other members along, under metadata"),
    OPT_END,
};

static const char *const TARGETS[] = {"text", "id", "url", "lang", "date", "source", NULL};

static bool is_target(struct slice entry, const char *target, struct slice *from)
{
    struct slice key = slice_str(target);
    if (!slice_starts(entry, key) || entry.n <= key.n + 1 || entry.p[key.n] != '=')
        return false;
    *from = slice_from(entry, key.n + 1);
    return true;
}

static int open_map(void *conf, const struct setup *setup, struct err *e)
{
    const struct conf *c = conf;
    (void)setup;
    for (size_t i = 0; i < c->map.n; i++) {
        struct slice from;
        size_t t = 0;
        while (TARGETS[t] && !is_target(slice_str(c->map.v[i]), TARGETS[t], &from))
            t++;
        if (!TARGETS[t])
            return err_set(e, ERR_USAGE, "--map %s: not one of text, id, url, lang, date, "
                           "source = MEMBER", c->map.v[i]);
    }
    return 0;
}

static int split(const void *conf, struct slice bytes, bool at_end, size_t *used,
                 uint64_t *records, struct err *e)
{
    (void)conf, (void)e;
    const char *p = bytes.p, *end = bytes.p + bytes.n, *nl;
    *records = 0;
    while (p < end && (nl = memchr(p, '\n', (size_t)(end - p))) != NULL) {
        p = nl + 1;
        ++*records;
    }
    *used = (size_t)(p - bytes.p);
    if (at_end && p < end) {            /* a last line without its newline is a line */
        *used = bytes.n;
        ++*records;
    }
    return 0;
}

/* The member mapped to `target` as text: several are joined by an empty line. p is NULL and *kind
 * set when the value has no text; absent members are empty. */
static struct slice mapped(const struct conf *c, struct job *j, struct slice line,
                           const char *target, const char **kind)
{
    struct slice all = {"", 0}, from;
    uint64_t repaired = 0;
    for (size_t i = 0; i < c->map.n; i++) {
        if (!is_target(slice_str(c->map.v[i]), target, &from))
            continue;
        bool doubled = false;
        struct slice v = json_find(line, from, &doubled);
        if (doubled)
            *kind = "doubled-key";
        if (!v.p || v.p[0] == 'n')
            continue;
        if (json_is_string(v))
            v = json_string(v, j->arena, &repaired);
        else if (strcmp(target, "text") == 0 || v.p[0] == '{' || v.p[0] == '[')
            *kind = "text-type";
        all = all.n ? arena_fmt(j->arena, "%.*s\n\n%.*s", (int)all.n, all.p, (int)v.n, v.p) : v;
    }
    return all;
}

static bool is_taken(const struct conf *c, struct slice key)
{
    for (size_t i = 0; i < c->map.n; i++) {
        struct slice from = slice_str(c->map.v[i]);
        if (slice_eq(slice_from(from, slice_find_byte(from, '=') + 1), key))
            return true;
    }
    return slice_is(key, "url") || slice_is(key, "lang") || slice_is(key, "date");
}

static struct slice metadata(const struct conf *c, struct job *j, struct slice line,
                             const char **kind)
{
    struct buf *b = j->scratch;
    buf_clear(b);
    for (size_t t = 2; t < 5; t++) {
        struct slice v = mapped(c, j, line, TARGETS[t], kind);
        if (v.n)
            json_put_str(b, TARGETS[t], v);
    }
    struct json_iter it;
    struct json_member m;
    if (c->keep_fields && json_iter_init(&it, line)) {
        while (json_iter_next(&it, &m)) {
            if (is_taken(c, m.key))
                continue;
            buf_add_str(b, b->n ? ",\"" : "\"");
            buf_add_slice(b, m.key);
            buf_add_str(b, "\":");
            buf_add_slice(b, m.value);
        }
    }
    return arena_copy(j->arena, buf_slice(b));
}

static const char *map_record(const struct conf *c, struct job *j, struct slice line,
                              struct slice fallback_id, struct slice fallback_source,
                              struct batch *out)
{
    const char *kind = NULL;
    size_t at;
    if (!utf8_valid(line))
        return "utf8";
    if (json_check(line, &at) != 0)
        return "json";
    line = slice_trim(line);
    if (line.p[0] != '{')
        return "not-object";
    struct slice text = mapped(c, j, line, "text", &kind), id = mapped(c, j, line, "id", &kind);
    struct slice source = mapped(c, j, line, "source", &kind);
    struct slice meta = metadata(c, j, line, &kind), first = {"", 0};
    bool has_text = false;
    for (size_t i = 0; i < c->map.n && !has_text; i++)
        has_text = is_target(slice_str(c->map.v[i]), "text", &first) &&
                   json_find(line, first, NULL).p != NULL;
    if (first.n == 0) {                 /* text is not mapped: it has our name */
        uint64_t repaired = 0;
        struct slice v = json_find(line, SLICE("text"), NULL);
        has_text = v.p != NULL;
        if (has_text && !json_is_string(v))
            return "text-type";
        text = has_text ? json_string(v, j->arena, &repaired) : text;
    }
    if (kind || !has_text)
        return kind ? kind : "no-text";
    doc_make(batch_add(out), j->arena, id.n ? id : fallback_id, text,
             source.n ? source : fallback_source, meta);
    return NULL;
}

static const char *pass_record(struct job *j, struct slice line, struct slice fallback_id,
                               size_t *at, struct batch *out)
{
    const char *kind = NULL;
    uint64_t repaired = 0;
    struct doc *d = batch_add(out);
    if (doc_parse(d, j->arena, line, d->fields, fallback_id, &kind, at, &repaired) != 0)
        batch_undo(out);
    if (repaired)
        batch_repaired(out, repaired);
    return kind && strcmp(kind, "json") == 0 && !utf8_valid(line) ? "utf8" : kind;
}

static int parse(const void *conf, struct job *j, const struct piece *p, struct batch *out)
{
    const struct conf *c = conf;
    struct slice rest = p->bytes, line;
    if (rest.n && rest.p[rest.n - 1] == '\n')
        rest.n--;
    for (uint64_t n = p->record; slice_next(&rest, '\n', &line); n++) {
        size_t at = 0;
        uint64_t offset = p->offset + (uint64_t)(line.p - p->bytes.p);
        if (lines_oversize(p, line, n, offset, out))
            continue;
        if (slice_trim(line).n == 0) {
            batch_pass(out, "blank");
            continue;
        }
        struct slice id = arena_fmt(j->arena, "%.*s:%llu", (int)p->name.n, p->name.p,
                                    (unsigned long long)n);
        const char *kind = c->map.n ? map_record(c, j, line, id, p->fallback_source, out)
                                    : pass_record(j, line, id, &at, out);
        if (kind)
            batch_bad(out, kind, n, offset + at, line, "%s", kind);
        else
            batch_place(out, n, offset, line.n);
    }
    return 0;
}

static void *scratch_new(const void *conf)
{
    (void)conf;
    struct buf *b = mem_zero(sizeof *b);
    buf_init(b, BUF_NO_LIMIT);
    return b;
}

static void scratch_free(void *scratch)
{
    buf_free(scratch);
    mem_free(scratch);
}

const struct stage stage_jsonl = {
    .name = "jsonl",
    .summary = "read JSON lines, ours or with other members mapped to ours",
    .operands = "[FILE...]",
    .example = "tokmill jsonl --map text=body --map id=post_id posts.jsonl.gz -o docs.jsonl.zst",
    .form = FORM_SOURCE,
    .opts = OPTS,
    .conf_size = sizeof(struct conf),
    .open = open_map,
    .scratch_new = scratch_new,
    .scratch_free = scratch_free,
    .source = {.split = split, .parse = parse},
};
