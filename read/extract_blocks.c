/* Blocks and containers: one walk over the nodes. What counts as chrome by tag, role or class
 * follows what HTML's sectioning elements and ARIA landmarks are for. */
#include "core/mem.h"
#include "read/extract.h"

struct walk {
    struct extract *x;
    const struct html *h;
    uint32_t box;               /* innermost container */
    uint32_t link_end;          /* text before this node is link text */
    uint32_t pre_end;
    bool space;                 /* a space is due before the next word */
    bool open;                  /* a block is open */
    bool item;                  /* the next block is the first of a list item */
};

/* ---- facts from tags and attributes ------------------------------------------------------- */

static uint32_t tag_facts(unsigned tag)
{
    switch (tag) {
    case HTML_nav: case HTML_menu: return IN_NAV;
    case HTML_header: return IN_HEADER;
    case HTML_footer: return IN_FOOTER;
    case HTML_aside: return IN_ASIDE;
    case HTML_dialog: return IN_DIALOG;
    case HTML_search: return IN_SEARCH;
    case HTML_main: return IN_MAIN;
    case HTML_article: return IN_ARTICLE;
    case HTML_noscript: return IN_NOSCRIPT;
    case HTML_button: case HTML_textarea: return IN_CONTROL;
    case HTML_pre: case HTML_listing: return IN_PRE;
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
        {{"contentinfo", 11}, IN_CONTENTINFO}, {{"complementary", 13}, IN_ASIDE},
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

static bool is_hint(const char *w, size_t n)
{
    static const struct slice hints[] = {
        {"share", 5}, {"sharing", 7}, {"social", 6}, {"cookie", 6}, {"cookies", 7}, {"gdpr", 4},
        {"consent", 7}, {"navigation", 10}, {"navbar", 6}, {"nav", 3}, {"breadcrumb", 10},
        {"breadcrumbs", 11}, {"related", 7}, {"recommended", 11}, {"newsletter", 10},
        {"footer", 6}, {"copyright", 9}, {"pagination", 10}, {"pager", 5},
    };
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        if (hints[i].n == n && memcmp(hints[i].p, w, n) == 0)
            return true;
    return false;
}

/* Words of a class or id: split at what is no letter and at aB. The front of long values only:
 * utility classes make them endless. */
static bool hinted(struct slice v)
{
    char w[16];
    size_t n = 0;
    bool lower = false;
    v = slice_upto(v, 256);
    for (size_t i = 0; i <= v.n; i++) {
        const char c = i < v.n ? v.p[i] : ' ';
        const bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
        const bool upper = c >= 'A' && c <= 'Z';
        if (n && (!letter || (upper && lower))) {
            if (n < sizeof w && is_hint(w, n))
                return true;
            n = 0;
        }
        if (letter && n < sizeof w)
            w[n++] = (char)(c | 0x20);
        lower = letter && !upper;
    }
    return false;
}

static uint32_t prop_facts(struct slice v)
{
    return slice_eq_nocase(v, SLICE("articleBody")) ? IN_BODY_PROP : 0;
}

static uint32_t attr_facts(const struct html *h, const struct html_node *x)
{
    uint32_t facts = 0;
    for (uint32_t i = 0; i < x->n_attr; i++) {
        const struct html_attr *a = &h->attr[x->attr + i];
        const struct slice v = slice_of(h->page.p + a->at, a->n);
        switch (a->name) {
        case HTML_ATTR_class: case HTML_ATTR_id: facts |= hinted(v) ? IN_HINTED : 0; break;
        case HTML_ATTR_role: facts |= role_facts(v); break;
        case HTML_ATTR_itemprop: facts |= prop_facts(v); break;
        case HTML_ATTR_style: facts |= hides(v) ? IN_HIDDEN : 0; break;
        case HTML_ATTR_hidden:
            facts |= slice_eq_nocase(v, SLICE("until-found")) ? 0 : IN_HIDDEN;
            break;
        case HTML_ATTR_aria_hidden:
            facts |= slice_eq_nocase(v, SLICE("true")) ? IN_HIDDEN : 0;
            break;
        default: break;
        }
    }
    return facts;
}

/* ---- blocks ------------------------------------------------------------------------------- */

static void close_block(struct walk *w)
{
    struct extract *x = w->x;
    if (!w->open)
        return;
    w->open = w->space = false;
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
    struct extract_container *b = &x->box[x->n_boxes];
    const uint32_t own = tag_facts(e->tag) | attr_facts(w->h, e);
    const uint32_t above = x->n_boxes ? x->box[w->box].facts : 0;
    *b = (struct extract_container){.parent = w->box, .end_node = e->end, .own = own,
                                    .facts = own | above, .first_block = x->n_blocks,
                                    .tag = e->tag};
    w->box = x->n_boxes++;
}

/* Containers that end before `node` are closed. */
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

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

static bool is_word_byte(char c)
{
    return (uint8_t)c >= 0x80 || (c >= '0' && c <= '9') || c == '_' ||
           ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* Words; Han, kana and the like, which have no spaces, count one for two characters. */
static uint32_t count_words(const char *p, size_t n)
{
    uint32_t words = 0, wide = 0;
    bool in = false;
    for (size_t i = 0; i < n; i++) {
        const bool word = is_word_byte(p[i]);
        words += word && !in;
        wide += (uint8_t)p[i] >= 0xE3 && (uint8_t)p[i] <= 0xE9;
        in = word;
    }
    return words + wide / 2;
}

/* Runs of white space become one space; a no-break space (C2 A0) is one too. */
static void add_collapsed(struct walk *w, struct slice s)
{
    struct buf *t = &w->x->text;
    char *o = buf_reserve(t, s.n + 1);
    if (!o)
        return;
    char *const start = o;
    const uint32_t at = w->x->block[w->x->n_blocks].at;
    bool space = w->space && t->n > at && t->p[t->n - 1] != '\n';
    for (size_t i = 0; i < s.n; i++) {
        if (is_space(s.p[i])) {
            space = o > start || (t->n > at && t->p[t->n - 1] != '\n');
        } else if (s.p[i] == '\xC2' && i + 1 < s.n && s.p[i + 1] == '\xA0') {
            space = o > start || (t->n > at && t->p[t->n - 1] != '\n');
            i++;
        } else {
            if (space)
                *o++ = ' ';
            space = false;
            *o++ = s.p[i];
        }
    }
    w->space = space;
    t->n += (size_t)(o - start);
}

static void add_text(struct walk *w, uint32_t node)
{
    const struct html_node *e = &w->h->node[node];
    if (w->x->box[w->box].facts & IN_NEVER)
        return;
    if (!w->open)
        open_block(w);
    if (e->flags & HTML_SPACE_BEFORE)
        w->space = true;
    struct buf *t = &w->x->text;
    const size_t before = t->n;
    if (w->x->box[w->box].facts & IN_PRE)
        buf_add_slice(t, html_text(w->h, e));
    else
        add_collapsed(w, html_text(w->h, e));
    struct extract_block *b = &w->x->block[w->x->n_blocks];
    const uint32_t words = count_words(t->p + before, t->n - before);
    b->words += words;
    if (node < w->link_end)
        b->link_words += words;
}

static bool is_hidden_inline(const struct html *h, const struct html_node *e)
{
    return e->n_attr && attr_facts(h, e) & IN_HIDDEN;
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
            if (w.open)
                buf_add_byte(&x->text, '\n');
            w.space = false;
        } else if (e->tag == HTML_svg || is_hidden_inline(h, e)) {
            i = e->end - 1;
        } else {
            w.space = w.space || e->flags & HTML_SPACE_BEFORE;
            if (e->tag == HTML_a && html_attr(h, e, HTML_ATTR_href).p && e->end > w.link_end)
                w.link_end = e->end;
        }
    }
    close_boxes(&w, h->n_nodes);
    close_block(&w);
    x->box[0].end_block = x->n_blocks;
}
