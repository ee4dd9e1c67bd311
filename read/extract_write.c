/* Kept blocks as plain text or Markdown. */
#include <stdio.h>
#include "read/extract_features.h"

enum {
    LIST_DEPTH_MAX = 8,
    CELL_WORDS = 30,            /* tables with longer cells lay out a page and hold no data */
    NO_BOX = 0
};

static const struct extract_box *box_of(const struct extract *x, const struct extract_block *b)
{
    return &x->box[b->in];
}

static bool is_cell(unsigned tag)
{
    return tag == HTML_td || tag == HTML_th;
}

/* ---- plain text ----------------------------------------------------------------------------- */

/* Cells of one row are separated by a tab, items and rows by a newline, the rest by an empty
 * line. */
static const char *plain_separator(const struct extract *x, const struct extract_block *a,
                                   const struct extract_block *b)
{
    const struct extract_box *ca = box_of(x, a), *cb = box_of(x, b);
    if (is_cell(ca->tag) && is_cell(cb->tag))
        return ca->parent == cb->parent ? "\t" : "\n";
    if (b->item || cb->tag == HTML_dt || cb->tag == HTML_dd || cb->tag == HTML_option)
        return "\n";
    return "\n\n";
}

static void write_plain(const struct extract *x, struct buf *out)
{
    const struct extract_block *last = NULL;
    for (uint32_t i = 0; i < x->n_blocks; i++) {
        const struct extract_block *b = &x->block[i];
        if (!x->keep[i])
            continue;
        if (last)
            buf_add_str(out, plain_separator(x, last, b));
        if (b->item)
            buf_add_str(out, "- ");
        buf_add(out, x->text.p + b->at, b->n);
        last = b;
    }
}

/* ---- Markdown ------------------------------------------------------------------------------- */

/* Where a block stands: its cell, row and table, if that is a table of data. */
struct place {
    uint32_t cell, row, table;
};

struct markdown {
    const struct extract *x;
    struct buf *out;
    struct place last;
    uint32_t cells, header;     /* of the row at hand; of the first row, until it is closed */
    bool any, last_item;
};

static uint32_t climb_to(const struct extract *x, uint32_t box, unsigned a, unsigned b)
{
    while (box && x->box[box].tag != a && x->box[box].tag != b)
        box = x->box[box].parent;
    return box;
}

static struct place place_of(const struct extract *x, const struct extract_block *b)
{
    struct place p = {NO_BOX, NO_BOX, NO_BOX};
    if (!(box_of(x, b)->facts & IN_TABLE))
        return p;
    const uint32_t cell = climb_to(x, b->in, HTML_td, HTML_th);
    const uint32_t row = climb_to(x, cell, HTML_tr, HTML_tr);
    const uint32_t table = climb_to(x, row, HTML_table, HTML_table);
    const uint32_t blocks = table ? features_blocks(x, table) : 0;
    if (blocks < 2 || features_words(x, table) > blocks * CELL_WORDS)
        return p;
    return (struct place){cell, row, table};
}

static void close_row(struct markdown *m)
{
    if (!m->last.row)
        return;
    buf_add_str(m->out, " |");
    if (m->header) {
        buf_add_byte(m->out, '\n');
        for (uint32_t i = 0; i < m->cells; i++)
            buf_add_str(m->out, i ? " --- |" : "| --- |");
        m->header = 0;
    }
}

static void add_cell(struct markdown *m, struct place p, struct slice text)
{
    if (p.table != m->last.table) {
        close_row(m);
        buf_add_str(m->out, m->any ? "\n\n| " : "| ");
        m->cells = 1;
        m->header = 1;
    } else if (p.row != m->last.row) {
        close_row(m);
        buf_add_str(m->out, "\n| ");
        m->cells = 1;
    } else if (p.cell != m->last.cell) {
        buf_add_str(m->out, " | ");
        m->cells++;
    } else {
        buf_add_byte(m->out, ' ');
    }
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '|')
            buf_add_byte(m->out, '\\');
        buf_add_byte(m->out, text.p[i] == '\n' ? ' ' : text.p[i]);
    }
}

static unsigned list_depth(const struct extract *x, uint32_t box)
{
    unsigned depth = 0;
    for (; box && depth < LIST_DEPTH_MAX; box = x->box[box].parent)
        depth += x->box[box].tag == HTML_ul || x->box[box].tag == HTML_ol;
    return depth;
}

static void add_mark(struct markdown *m, const struct extract_block *b)
{
    const struct extract *x = m->x;
    const struct extract_box *c = box_of(x, b);
    if (b->item) {
        const uint32_t li = climb_to(x, b->in, HTML_li, HTML_li);
        for (unsigned d = list_depth(x, li); d > 1; d--)
            buf_add_str(m->out, "  ");
        char number[16] = "- ";
        if (x->box[x->box[li].parent].tag == HTML_ol)
            snprintf(number, sizeof number, "%u. ", x->box[li].number);
        buf_add_str(m->out, number);
    }
    if (extract_is_heading(c->tag)) {
        for (unsigned n = HTML_h1; n <= c->tag; n++)
            buf_add_byte(m->out, '#');
        buf_add_byte(m->out, ' ');
    }
}

/* A text that happens to begin like a heading, a list or a quotation. */
static bool needs_escape(struct slice s)
{
    if (s.n < 2)
        return false;
    if (strchr("#>+-*", s.p[0]))
        return s.p[1] == ' ' || s.p[1] == s.p[0];
    size_t n = 0;
    while (n < s.n && n < 9 && s.p[n] >= '0' && s.p[n] <= '9')
        n++;
    return n > 0 && n + 1 < s.n && s.p[n] == '.' && s.p[n + 1] == ' ';
}

static void add_lines(struct markdown *m, struct slice text, bool quoted)
{
    const char *const line_end = quoted ? "  \n> " : "  \n";
    if (quoted)
        buf_add_str(m->out, "> ");
    if (needs_escape(text)) {
        const size_t digits = text.p[0] >= '0' && text.p[0] <= '9' ? slice_find_byte(text, '.') : 0;
        buf_add(m->out, text.p, digits);
        buf_add_byte(m->out, '\\');
        text = slice_from(text, digits);
    }
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\n')
            buf_add_str(m->out, line_end);
        else
            buf_add_byte(m->out, text.p[i]);
    }
}

static void add_code(struct markdown *m, struct slice text)
{
    const char *fence = slice_find(text, SLICE("```")) < text.n ? "~~~~" : "```";
    buf_add_str(m->out, fence);
    buf_add_byte(m->out, '\n');
    buf_add_slice(m->out, text);
    buf_add_byte(m->out, '\n');
    buf_add_str(m->out, fence);
}

static void add_block(struct markdown *m, const struct extract_block *b, struct slice text)
{
    const struct extract_box *c = box_of(m->x, b);
    close_row(m);
    if (m->any)
        buf_add_str(m->out, b->item && m->last_item ? "\n" : "\n\n");
    add_mark(m, b);
    if (c->facts & IN_PRE)
        add_code(m, text);
    else
        add_lines(m, text, c->facts & IN_QUOTE);
}

static void write_markdown(const struct extract *x, struct buf *out)
{
    struct markdown m = {.x = x, .out = out};
    for (uint32_t i = 0; i < x->n_blocks; i++) {
        const struct extract_block *b = &x->block[i];
        if (!x->keep[i])
            continue;
        const struct slice text = slice_of(x->text.p + b->at, b->n);
        const struct place p = place_of(x, b);
        if (p.table)
            add_cell(&m, p, text);
        else
            add_block(&m, b, text);
        m.last = p;
        m.last_item = b->item;
        m.any = true;
    }
    close_row(&m);
}

void extract_write(const struct extract *x, enum extract_form form, struct buf *out)
{
    if (form == EXTRACT_MARKDOWN)
        write_markdown(x, out);
    else
        write_plain(x, out);
}
