/* Blocks and boxes: one walk over the nodes. What counts as chrome by tag, role or class
 * follows what HTML's sectioning elements and ARIA landmarks are for. */
#include "core/hash.h"
#include "core/mem.h"
#include "read/extract_words.h"

struct walk {
    struct extract *x;
    const struct html *h;
    uint32_t box;               /* innermost box */
    uint32_t link_end;          /* text before this node is link text */
    uint32_t bold_end;
    bool space;                 /* a space is due before the next word */
    bool open;                  /* a block is open */
    bool item;                  /* the next block is the first of a list item */
    bool broken;                /* the text of the block ends with a line break */
    bool new_link;              /* a link began since the last text */
};

/* ---- facts from tags and attributes ------------------------------------------------------- */

static uint32_t tag_facts(unsigned tag)
{
    switch (tag) {
    case HTML_nav: return IN_NAV;
    case HTML_menu: return IN_NAV | IN_UL;
    case HTML_header: return IN_HEADER;
    case HTML_footer: return IN_FOOTER;
    case HTML_aside: return IN_ASIDE;
    case HTML_dialog: return IN_DIALOG;
    case HTML_search: return IN_SEARCH;
    case HTML_main: return IN_MAIN;
    case HTML_article: return IN_ARTICLE;
    case HTML_noscript: return IN_NOSCRIPT;
    case HTML_button: case HTML_textarea: return IN_CONTROL;
    case HTML_pre: case HTML_listing: case HTML_xmp: case HTML_plaintext: return IN_PRE;
    case HTML_section: return IN_SECTION;
    case HTML_form: return IN_FORM;
    case HTML_table: return IN_TABLE;
    case HTML_ul: case HTML_dir: return IN_UL;
    case HTML_ol: return IN_OL;
    case HTML_dl: return IN_DL;
    case HTML_li: return IN_LI;
    case HTML_blockquote: return IN_QUOTE;
    case HTML_figure: return IN_FIGURE;
    case HTML_details: return IN_DETAILS;
    case HTML_p: return IN_P;
    case HTML_head: case HTML_template: case HTML_datalist: case HTML_select: case HTML_title:
        return IN_NEVER;
    default: return 0;
    }
}

static uint32_t role_facts(struct slice role)
{
    static const struct { struct slice role; uint32_t facts; } roles[] = {
        {{"navigation", 10}, IN_NAV}, {{"menu", 4}, IN_NAV}, {{"menubar", 7}, IN_NAV},
        {{"tablist", 7}, IN_NAV}, {{"banner", 6}, IN_BANNER}, {{"search", 6}, IN_SEARCH},
        {{"contentinfo", 11}, IN_CONTENTINFO}, {{"complementary", 13}, IN_COMPLEMENTARY},
        {{"main", 4}, IN_MAIN}, {{"dialog", 6}, IN_DIALOG}, {{"alertdialog", 11}, IN_DIALOG},
        {{"button", 6}, IN_CONTROL}, {{"article", 7}, IN_ARTICLE},
    };
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (slice_eq_nocase(role, roles[i].role))
            return roles[i].facts;
    return 0;
}

static bool hides(struct slice style)
{
    for (struct slice d; slice_next(&style, ';', &d);) {
        const size_t colon = slice_find_byte(d, ':');
        const struct slice name = slice_trim(slice_upto(d, colon));
        const struct slice value = slice_trim(slice_from(d, colon + 1));
        if ((slice_eq_nocase(name, SLICE("display")) &&
             slice_starts_nocase(value, SLICE("none"))) ||
            (slice_eq_nocase(name, SLICE("visibility")) &&
             slice_starts_nocase(value, SLICE("hidden"))))
            return true;
    }
    return false;
}

static uint32_t prop_facts(struct slice v)
{
    if (slice_eq_nocase(v, SLICE("articleBody")) || slice_eq_nocase(v, SLICE("mainContentOfPage")))
        return IN_BODY_PROP;
    return IN_ITEM_PROP;
}

static uint32_t hiding_fact(enum html_attr_name name, struct slice v)
{
    if (name == HTML_ATTR_style)
        return hides(v) ? IN_HIDDEN : 0;
    if (name == HTML_ATTR_hidden)
        return slice_eq_nocase(v, SLICE("until-found")) ? 0 : IN_HIDDEN;
    if (name == HTML_ATTR_aria_hidden)
        return slice_eq_nocase(v, SLICE("true")) ? IN_HIDDEN : 0;
    return 0;
}

static struct slice attr_value(const struct html *h, const struct html_attr *a)
{
    return slice_of(h->page.p + a->at, a->n);
}

/* Siblings with the same first class look the same: later ones tell their state. */
static uint32_t first_class(struct slice v)
{
    v = slice_trim(v);
    size_t n = 0;
    while (n < v.n && n < 16 && (uint8_t)v.p[n] > ' ')
        n++;
    return (uint32_t)hash64(slice_upto(v, n));
}

static void add_attr_facts(const struct walk *w, const struct html_node *e, struct extract_box *b)
{
    for (uint32_t i = 0; i < e->n_attr; i++) {
        const struct html_attr *a = &w->h->attr[e->attr + i];
        const struct slice v = attr_value(w->h, a);
        switch (a->name) {
        case HTML_ATTR_class:
            b->signature += first_class(v);
            b->hints |= hints_of(&w->x->hints, v);
            break;
        case HTML_ATTR_id: b->hints |= hints_of(&w->x->hints, v); break;
        case HTML_ATTR_role: b->own |= role_facts(v); break;
        case HTML_ATTR_itemprop: b->own |= prop_facts(v); break;
        case HTML_ATTR_itemtype: b->own |= IN_ITEM_TYPE; break;
        default: b->own |= hiding_fact(a->name, v); break;
        }
    }
}

static bool is_hidden(const struct html *h, const struct html_node *e)
{
    for (uint32_t i = 0; i < e->n_attr; i++) {
        const struct html_attr *a = &h->attr[e->attr + i];
        if (hiding_fact(a->name, attr_value(h, a)))
            return true;
    }
    return false;
}

/* ---- blocks ------------------------------------------------------------------------------- */

static void close_block(struct walk *w)
{
    struct extract *x = w->x;
    if (!w->open)
        return;
    w->open = w->space = w->broken = false;
    struct extract_block *b = &x->block[x->n_blocks];
    while (x->text.n > b->at && (x->text.p[x->text.n - 1] == ' ' ||
                                 x->text.p[x->text.n - 1] == '\n'))
        x->text.n--;
    b->n = (uint32_t)(x->text.n - b->at);
    if (b->n == 0)
        return;
    b->item = w->item;
    w->item = false;
    x->n_blocks++;
}

static void open_block(struct walk *w)
{
    struct extract *x = w->x;
    if (x->n_blocks == x->cap_blocks) {
        x->cap_blocks = x->cap_blocks ? x->cap_blocks * 2 : 1024;
        x->block = mem_grow_array(x->block, x->cap_blocks, sizeof *x->block);
    }
    x->block[x->n_blocks] = (struct extract_block){.at = (uint32_t)x->text.n, .in = w->box};
    w->open = true;
    w->space = false;
}

static void add_box(struct walk *w, uint32_t node)
{
    struct extract *x = w->x;
    if (x->n_boxes == x->cap_boxes) {
        x->cap_boxes = x->cap_boxes ? x->cap_boxes * 2 : 1024;
        x->box = mem_grow_array(x->box, x->cap_boxes, sizeof *x->box);
    }
    const struct html_node *e = &w->h->node[node];
    struct extract_box *b = &x->box[x->n_boxes];
    *b = (struct extract_box){.parent = w->box, .end_node = e->end, .own = tag_facts(e->tag),
                              .first_block = x->n_blocks, .tag = e->tag, .depth = e->depth,
                              .signature = e->tag};
    add_attr_facts(w, e, b);
    if (x->n_boxes) {
        struct extract_box *above = &x->box[w->box];
        if (e->tag == HTML_header && above->facts & (IN_ARTICLE | IN_MAIN))
            b->own = (b->own & ~(uint32_t)IN_HEADER) | IN_HEADER_INSIDE;
        if (e->tag == HTML_li)
            b->number = ++above->number;
        b->facts = above->facts;
        b->hints_above = above->hints_above;
    }
    b->facts |= b->own;
    b->hints_above |= b->hints;
    w->box = x->n_boxes++;
}

/* Boxes that end before `node` are closed. */
static void close_boxes(struct walk *w, uint32_t node)
{
    struct extract *x = w->x;
    while (x->box[w->box].end_node <= node && w->box != 0) {
        close_block(w);
        w->item = w->item && x->box[w->box].tag != HTML_li;
        x->box[w->box].end_block = x->n_blocks;
        w->box = x->box[w->box].parent;
    }
}

static void add_text(struct walk *w, uint32_t node)
{
    struct extract *x = w->x;
    const struct html_node *e = &w->h->node[node];
    const uint32_t facts = x->box[w->box].facts;
    if (facts & IN_NEVER)
        return;
    if (!w->open)
        open_block(w);
    if (e->flags & HTML_SPACE_BEFORE)
        w->space = true;
    w->broken = false;
    struct extract_block *b = &x->block[x->n_blocks];
    const struct words_in in = {.link = node < w->link_end, .bold = node < w->bold_end,
                                .verbatim = facts & IN_PRE};
    if (in.link) {
        b->links += w->new_link || b->links == 0;
        w->new_link = false;
    }
    extract_add_words(&x->text, b, html_text(w->h, e), &w->space, in);
}

/* A line break; two of them end a paragraph. */
static void add_break(struct walk *w)
{
    if (!w->open)
        return;
    const bool verbatim = w->x->box[w->box].facts & IN_PRE;
    if (w->broken && !verbatim) {
        close_block(w);
        return;
    }
    buf_add_byte(&w->x->text, '\n');
    w->space = false;
    w->broken = true;
}

static void enter_inline(struct walk *w, const struct html_node *e)
{
    w->space = w->space || e->flags & HTML_SPACE_BEFORE;
    if (e->tag == HTML_a && html_attr(w->h, e, HTML_ATTR_href).p && e->end > w->link_end) {
        w->link_end = e->end;
        w->new_link = true;
    } else if ((e->tag == HTML_b || e->tag == HTML_strong) && e->end > w->bold_end) {
        w->bold_end = e->end;
    }
}

void extract_blocks(struct extract *x, const struct html *h)
{
    struct walk w = {.x = x, .h = h};
    buf_clear(&x->text);
    x->n_blocks = x->n_boxes = 0;
    add_box(&w, 0);
    for (uint32_t i = 1; i < h->n_nodes; i++) {
        const struct html_node *e = &h->node[i];
        close_boxes(&w, i);
        if (e->tag == HTML_TEXT) {
            add_text(&w, i);
        } else if (html_tag_props(e->tag) & HTML_BLOCK) {
            close_block(&w);
            add_box(&w, i);
            w.item = w.item || e->tag == HTML_li;
        } else if (e->tag == HTML_br) {
            add_break(&w);
        } else if (e->tag == HTML_svg || (e->n_attr && is_hidden(h, e))) {
            i = e->end - 1;
        } else {
            enter_inline(&w, e);
        }
    }
    close_boxes(&w, h->n_nodes);
    close_block(&w);
    x->box[0].end_block = x->n_blocks;
}
