/* The object that compare_json() makes, as columns: a line a vocabulary, then a line a group. */
#include <string.h>
#include "core/json.h"
#include "core/utf8.h"
#include "tokenize/compare.h"

static const char *const columns[] = {"tokens", "bytes_per_token", "tokens_per_word",
    "renyi_efficiency", "unused", "unreachable", "gini", NULL};
static const char *const group_columns[] = {"documents", "tokens", "bytes_per_token",
    "tokens_per_word", "parity", NULL};

static void cell(struct buf *out, struct slice text, int width)
{
    int n = (int)utf8_count(text);
    if (width > 0)
        for (int i = n; i < width; i++)
            buf_add_byte(out, ' ');
    buf_add_slice(out, text);
    for (int i = n; i < -width; i++)
        buf_add_byte(out, ' ');
}

static int width_of(const char *name)
{
    int n = (int)strlen(name) + 2;
    return n < 10 ? 10 : n;
}

static void heading(const char *first, const char *const *names, struct buf *out)
{
    cell(out, slice_str(first), -28);
    for (; *names; names++)
        cell(out, slice_str(*names), width_of(*names));
    buf_add_byte(out, '\n');
}

static void row(struct slice name, struct slice object, const char *const *names, struct buf *out)
{
    cell(out, name, -28);
    for (; *names; names++) {
        struct slice v = json_find(object, slice_str(*names), NULL);
        cell(out, v.p ? v : SLICE("-"), width_of(*names));
    }
    buf_add_byte(out, '\n');
}

static struct slice text(struct slice object, const char *key, struct arena *a)
{
    uint64_t repaired = 0;
    struct slice v = json_find(object, slice_str(key), NULL);
    return v.p && json_is_string(v) ? json_string(v, a, &repaired) : (struct slice){"", 0};
}

static void groups(struct slice vocabulary, struct arena *a, struct buf *out)
{
    struct json_iter it;
    struct json_member m;
    struct slice list = json_find(vocabulary, SLICE("groups"), NULL);
    if (!list.p)
        return;
    buf_add_byte(out, '\n');
    heading(arena_str(a, text(vocabulary, "name", a)), group_columns, out);
    for (bool some = json_iter_init(&it, list); some && json_iter_next(&it, &m);)
        row(arena_fmt(a, "  %.*s", (int)text(m.value, "name", a).n, text(m.value, "name", a).p),
            m.value, group_columns, out);
}

void compare_table(struct slice json, struct buf *out)
{
    struct json_iter it;
    struct json_member m;
    struct arena a;
    struct slice list = json_find(json, SLICE("vocabularies"), NULL);
    arena_init(&a);
    heading("vocabulary", columns, out);
    for (bool some = json_iter_init(&it, list); some && json_iter_next(&it, &m);)
        row(text(m.value, "name", &a), m.value, columns, out);
    for (bool some = json_iter_init(&it, list); some && json_iter_next(&it, &m);)
        groups(m.value, &a, out);
    arena_free(&a);
}
