/* Where nodes hang: the HTML standard's tree construction, reduced to the rules that decide which
 * block a piece of text belongs to. */
#include <assert.h>
#include "core/mem.h"
#include "read/html_tree.h"

static const uint8_t tag_props[HTML_TAG_COUNT] = {
#define PROPS(name, props) [HTML_##name] = (props),
    HTML_TAG_LIST(PROPS)
#undef PROPS
};

unsigned html_tag_props(enum html_tag tag)
{
    return tag_props[tag];
}

static struct html_node *add_node(struct tree *t, enum html_tag tag)
{
    struct html *h = t->h;
    if (h->n_nodes == h->cap_nodes) {
        h->cap_nodes = h->cap_nodes ? h->cap_nodes * 2 : 4096;
        h->node = mem_grow_array(h->node, h->cap_nodes, sizeof *h->node);
    }
    struct html_node *x = &h->node[h->n_nodes++];
    *x = (struct html_node){.tag = (uint8_t)tag, .depth = (uint16_t)t->depth, .end = h->n_nodes};
    x->parent = t->depth ? t->node[t->depth - 1] : 0;
    x->flags = t->space ? HTML_SPACE_BEFORE : 0;
    t->space = false;
    return x;
}

static void push(struct tree *t, enum html_tag tag)
{
    if (t->depth == HTML_DEPTH_MAX) {
        t->too_deep++;
        return;
    }
    t->node[t->depth] = t->h->n_nodes - 1;
    t->tag[t->depth++] = (uint8_t)tag;
    t->open[tag]++;
}

static void pop_to(struct tree *t, int depth)
{
    while (t->depth > depth) {
        t->depth--;
        t->open[t->tag[t->depth]]--;
        t->h->node[t->node[t->depth]].end = t->h->n_nodes;
    }
}

/* Innermost open element with this tag, not beyond one with a property of `wall`; 0 if none. */
static int find_open(const struct tree *t, enum html_tag tag, unsigned wall)
{
    if (!t->open[tag])
        return 0;
    for (int i = t->depth - 1; i > 0; i--) {
        if (t->tag[i] == tag)
            return i;
        if (tag_props[t->tag[i]] & wall)
            return 0;
    }
    return 0;
}

static bool is_heading(unsigned tag)
{
    return tag >= HTML_h1 && tag <= HTML_h6;
}

static bool is_list(unsigned tag)
{
    return tag == HTML_ul || tag == HTML_ol || tag == HTML_dl || tag == HTML_menu ||
           tag == HTML_dir;
}

static void close_p(struct tree *t)
{
    if (!t->open[HTML_p])
        return;
    for (int i = t->depth - 1; i > 0; i--) {
        if (t->tag[i] == HTML_p) {
            pop_to(t, i);
            return;
        }
        if (tag_props[t->tag[i]] & HTML_WALL || t->tag[i] == HTML_button)
            return;
    }
}

static void close_item(struct tree *t, enum html_tag a, enum html_tag b)
{
    if (!t->open[a] && !t->open[b])
        return;
    for (int i = t->depth - 1; i > 0; i--) {
        if (t->tag[i] == a || t->tag[i] == b) {
            pop_to(t, i);
            return;
        }
        if (is_list(t->tag[i]) || tag_props[t->tag[i]] & HTML_WALL)
            return;
    }
}

/* Rows end cells, sections end rows, all within the innermost table. */
static void close_cells(struct tree *t, enum html_tag tag)
{
    const bool cell = tag == HTML_td || tag == HTML_th;
    const bool section = tag == HTML_thead || tag == HTML_tbody || tag == HTML_tfoot;
    int to = 0;
    for (int i = t->depth - 1; i > 0; i--) {
        const unsigned o = t->tag[i];
        if (o == HTML_table || o == HTML_template)
            break;
        if (o == HTML_td || o == HTML_th || o == HTML_caption || (!cell && o == HTML_tr) ||
            (section && (o == HTML_thead || o == HTML_tbody || o == HTML_tfoot)))
            to = i;
    }
    if (to)
        pop_to(t, to);
}

static void close_top_if(struct tree *t, enum html_tag tag)
{
    if (t->depth > 1 && t->tag[t->depth - 1] == tag)
        pop_to(t, t->depth - 1);
}

static void close_implied(struct tree *t, enum html_tag tag)
{
    if (tag_props[tag] & HTML_ENDS_P)
        close_p(t);
    if (tag == HTML_li) {
        close_item(t, HTML_li, HTML_li);
    } else if (tag == HTML_dt || tag == HTML_dd) {
        close_item(t, HTML_dt, HTML_dd);
    } else if (is_heading(tag) && t->depth > 1 && is_heading(t->tag[t->depth - 1])) {
        pop_to(t, t->depth - 1);
    } else if (tag == HTML_option || tag == HTML_optgroup) {
        close_top_if(t, HTML_option);
        if (tag == HTML_optgroup)
            close_top_if(t, HTML_optgroup);
    } else if (tag == HTML_td || tag == HTML_th || tag == HTML_tr || tag == HTML_thead ||
               tag == HTML_tbody || tag == HTML_tfoot) {
        if (t->open[HTML_table])
            close_cells(t, tag);
    } else if (tag == HTML_a) {
        const int i = find_open(t, HTML_a, HTML_BLOCK);
        if (i)
            pop_to(t, i);
    }
    if (t->open[HTML_head] && tag_props[tag] & HTML_BLOCK && tag != HTML_title &&
        tag != HTML_noscript && tag != HTML_template) {
        const int i = find_open(t, HTML_head, 0);
        if (i)
            pop_to(t, i);
    }
}

void tree_start(struct tree *t, struct html *h)
{
    memset(t, 0, sizeof *t);
    t->h = h;
    add_node(t, HTML_html);
    push(t, HTML_html);
}

void tree_finish(struct tree *t)
{
    pop_to(t, 0);
}

static void add_attrs(struct html *h, struct html_node *x, uint32_t first_attr)
{
    const uint32_t n = h->n_attrs - first_attr;
    x->attr = first_attr;
    x->n_attr = (uint8_t)(n < 255 ? n : 255);
}

void tree_open(struct tree *t, enum html_tag tag, uint32_t first_attr, bool closed)
{
    if (tag == HTML_html) {             /* the root is there: it takes the attributes */
        if (!t->h->node[0].n_attr)
            add_attrs(t->h, &t->h->node[0], first_attr);
        return;
    }
    if ((tag == HTML_head && (t->open[HTML_head] || t->open[HTML_body])) ||
        (tag == HTML_body && t->open[HTML_body]))
        return;
    close_implied(t, tag);
    add_attrs(t->h, add_node(t, tag), first_attr);
    if (!closed && !(tag_props[tag] & (HTML_VOID | HTML_RAW)))
        push(t, tag);
}

static void close_heading(struct tree *t)
{
    for (int i = t->depth - 1; i > 0; i--) {
        if (is_heading(t->tag[i])) {
            pop_to(t, i);
            return;
        }
        if (tag_props[t->tag[i]] & HTML_WALL)
            return;
    }
}

static void close_block(struct tree *t, enum html_tag tag)
{
    const bool table_part = tag >= HTML_table && tag <= HTML_th;
    for (int i = t->depth - 1; i > 0; i--) {
        const unsigned o = t->tag[i];
        if (o == tag) {
            pop_to(t, i);
            return;
        }
        if (table_part ? o == HTML_table : (tag_props[o] & HTML_WALL) != 0)
            return;
        if (tag == HTML_li && (o == HTML_ul || o == HTML_ol))
            return;
    }
}

void tree_close(struct tree *t, enum html_tag tag)
{
    if (t->too_deep && !(tag_props[tag] & HTML_VOID)) {
        t->too_deep--;
        return;
    }
    /* As browsers do: what follows </body> is still in the body. */
    if (tag == HTML_body || tag == HTML_html)
        return;
    if (is_heading(tag)) {
        close_heading(t);               /* </h2> ends an h1 too */
    } else if (!t->open[tag]) {
        return;
    } else if (tag_props[tag] & HTML_BLOCK) {
        close_block(t, tag);
    } else {                            /* an inline end tag never closes a block */
        const int i = find_open(t, tag, HTML_BLOCK);
        if (i)
            pop_to(t, i);
    }
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

void tree_text(struct tree *t, struct slice s, bool decode)
{
    size_t i = 0;
    while (i < s.n && is_space(s.p[i]))
        i++;
    if (i == s.n && !t->open[HTML_pre]) {
        t->space = t->space || s.n;
        return;
    }
    struct html *h = t->h;
    struct html_node *x = add_node(t, HTML_TEXT);
    if (decode && memchr(s.p, '&', s.n)) {
        x->at = (uint32_t)h->decoded.n;
        html_decode(&h->decoded, s);
        x->n = (uint32_t)(h->decoded.n - x->at);
        x->flags |= HTML_DECODED;
    } else {
        x->at = (uint32_t)(s.p - h->page.p);
        x->n = (uint32_t)s.n;
    }
}
