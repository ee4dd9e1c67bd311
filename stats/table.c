/* table - see table.h. Names come from data: they are cut and stripped of control characters. */
#include "stats/table.h"
#include "stats/html.h"

enum { NAME_WIDTH = 28 };

static void put_name(struct buf *out, const char *indent, struct slice name)
{
    size_t width = strlen(indent), n = 0;
    buf_add_str(out, indent);
    for (; n < name.n && width < NAME_WIDTH; n++) {
        unsigned char c = (unsigned char)name.p[n];
        if (c >= 0x80 && c < 0xC0) {
            buf_add_byte(out, (char)c);             /* the rest of a character */
            continue;
        }
        buf_add_byte(out, c < 0x20 || c == 0x7F ? '?' : (char)c);
        width++;
    }
    for (; n < name.n && ((unsigned char)name.p[n] & 0xC0) == 0x80; n++)
        buf_add_byte(out, name.p[n]);
    for (; width < NAME_WIDTH; width++)
        buf_add_byte(out, ' ');
}

static void put_cell(struct buf *out, double v, void (*form)(struct buf *, double), size_t width)
{
    struct buf t;
    buf_init(&t, 512);
    form(&t, v);
    for (size_t n = t.n; n < width; n++)
        buf_add_byte(out, ' ');
    buf_add_slice(out, buf_slice(&t));
    buf_free(&t);
}

static void put_row(struct buf *out, double docs, double of, double bytes)
{
    put_cell(out, docs, html_exact, 16);
    buf_add_fmt(out, "%8.1f %%", of > 0 ? 100 * docs / of : 0.0);
    if (bytes >= 0)
        put_cell(out, bytes, html_bytes, 12);
    buf_add_byte(out, '\n');
}

static void put_stage(const struct node *stage, struct buf *out)
{
    double in = node_f64(stage, "in.docs") + node_f64(stage, "made.docs");
    const struct node *dropped = node_find(stage, "dropped"), *bad = node_find(stage, "bad");
    buf_add_byte(out, '\n');
    put_name(out, "", node_text(stage, "name"));
    buf_add_str(out, "       documents   of in       bytes\n");
    put_name(out, "  in", slice_str(""));
    put_row(out, in, in, node_f64(stage, "in.bytes") + node_f64(stage, "made.bytes"));
    for (size_t i = 0; dropped && i < dropped->n; i++) {
        put_name(out, "  - ", dropped->kids[i].key);
        put_row(out, node_f64(&dropped->kids[i], "docs"), in,
                node_f64(&dropped->kids[i], "bytes"));
    }
    if (node_f64(stage, "merged.docs") > 0) {
        put_name(out, "  - ", slice_str("merged"));
        put_row(out, node_f64(stage, "merged.docs"), in, -1);
    }
    for (size_t i = 0; bad && i < bad->n; i++) {
        put_name(out, "  ! bad: ", bad->kids[i].key);
        put_row(out, fixed_f64(bad->kids[i].sum), in, -1);
    }
    put_name(out, "  out", slice_str(""));
    put_row(out, node_f64(stage, "out.docs"), in, node_f64(stage, "out.bytes"));
}

void stats_table(const struct node *root, struct buf *out)
{
    const struct node *stages = node_find(root, "stages");
    for (size_t i = 0; stages && i < stages->n; i++)
        put_stage(&stages->kids[i], out);
}
