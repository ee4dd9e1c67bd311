/* Kept blocks as plain text or Markdown. */
#include "read/extract.h"

struct writer_of {
    const struct extract *x;
    enum extract_form form;
    struct buf *out;
    const struct extract_block *last;
};

static bool is_cell(unsigned tag)
{
    return tag == HTML_td || tag == HTML_th;
}

static const struct extract_box *box_of(const struct extract *x, const struct extract_block *b)
{
    return &x->box[b->in];
}

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

void extract_write(const struct extract *x, enum extract_form form, struct buf *out)
{
    (void)form;
    write_plain(x, out);
}
