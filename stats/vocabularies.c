/* See vocabularies.h. */
#include "stats/vocabularies.h"
#include "core/arena.h"
#include "core/json.h"
#include "stats/html.h"

static const char *const columns[][2] = {{"tokens", "tokens"}, {"bytes_per_token", "bytes/token"},
    {"tokens_per_word", "tokens/word"}, {"renyi_efficiency", "R\xC3\xA9nyi efficiency"},
    {"one_byte_share", "one-byte tokens"}, {"vocabulary", "entries"}, {"unused", "unused"},
    {"unreachable", "unreachable"}, {"gini", "Gini"}};
static const char *const group_columns[][2] = {{"documents", "documents"}, {"bytes", "bytes"},
    {"tokens", "tokens"}, {"bytes_per_token", "bytes/token"}, {"tokens_per_word", "tokens/word"},
    {"parity", "parity"}};
enum { COLUMNS = sizeof columns / sizeof *columns,
       GROUP_COLUMNS = sizeof group_columns / sizeof *group_columns };

static struct slice get(struct slice object, const char *key)
{
    return json_find(object, slice_str(key), NULL);
}

static void name_cell(struct slice object, struct buf *out)
{
    struct arena a;
    uint64_t repaired = 0;
    struct slice name = get(object, "name");
    arena_init(&a);
    buf_add_str(out, "<tr><td>");
    if (name.p && json_is_string(name))
        html_text(out, json_string(name, &a, &repaired));
    buf_add_str(out, "</td>");
    arena_free(&a);
}

static void heading(const char *first, const char *const (*names)[2], int n, struct buf *out)
{
    buf_add_fmt(out, "<table><tr><th>%s</th>", first);
    for (int i = 0; i < n; i++)
        buf_add_fmt(out, "<th>%s</th>", names[i][1]);
    buf_add_str(out, "</tr>\n");
}

static void row(struct slice object, const char *const (*names)[2], int n, struct buf *out)
{
    name_cell(object, out);
    for (int i = 0; i < n; i++) {
        double v;
        struct slice raw = get(object, names[i][0]);
        buf_add_str(out, "<td class=\"num\">");
        if (raw.p && json_f64(raw, &v)) {
            if (v == (double)(uint64_t)v)
                html_exact(out, v);
            else
                buf_add_fmt(out, "%.4g", v);
        }
        buf_add_str(out, "</td>");
    }
    buf_add_str(out, "</tr>\n");
}

static void groups(struct slice vocabulary, struct buf *out)
{
    struct json_iter it;
    struct json_member m;
    struct slice list = get(vocabulary, "groups");
    if (!list.p || !json_iter_init(&it, list))
        return;
    heading("group", group_columns, GROUP_COLUMNS, out);
    name_cell(vocabulary, out);
    buf_add_str(out, "</tr>\n");
    while (json_iter_next(&it, &m))
        row(m.value, group_columns, GROUP_COLUMNS, out);
    buf_add_str(out, "</table>\n");
}

int vocabularies_section(struct slice json, struct buf *out, struct err *e)
{
    struct json_iter it;
    struct json_member m;
    size_t at;
    if (json_check(json, &at) < 0)
        return err_set(e, ERR_DATA, "no valid JSON at byte %zu", at);
    struct slice list = get(json, "vocabularies");
    if (!list.p || !json_iter_init(&it, list))
        return err_set(e, ERR_DATA, "not what vocab compare --json writes");
    buf_add_str(out, "<section class=\"card\"><h2>Vocabularies</h2>\n");
    heading("vocabulary", columns, COLUMNS, out);
    while (json_iter_next(&it, &m))
        row(m.value, columns, COLUMNS, out);
    buf_add_str(out, "</table>\n");
    for (bool some = json_iter_init(&it, list); some && json_iter_next(&it, &m);)
        groups(m.value, out);
    buf_add_str(out, "</section>\n");
    return 0;
}
