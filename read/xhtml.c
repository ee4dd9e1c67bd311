/* xhtml - see xhtml.h. One scan; the state is what the next character needs: whether a space, a
 * line or a paragraph is due before it, and what is being left out. */
#include "read/xhtml.h"
#include "core/utf8.h"

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static bool is_alpha(char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }

/* Length of what runs to `end`; all that is left when it never comes, as in HTML. */
static size_t upto(struct slice s, struct slice end)
{
    size_t at = slice_find(s, end);
    return at == s.n ? s.n : at + end.n;
}

size_t xhtml_tag(struct slice s, struct xhtml_tag *t)
{
    *t = (struct xhtml_tag){.name = {s.p, 0}, .attrs = {s.p, 0}};
    if (slice_starts(s, SLICE("<!--")))
        return upto(s, SLICE("-->"));
    if (slice_starts(s, SLICE("<![CDATA[")))
        return upto(s, SLICE("]]>"));
    bool other = s.n > 1 && (s.p[1] == '!' || s.p[1] == '?');
    size_t i = 1 + (s.n > 1 && (s.p[1] == '/' || other)), name = i;
    if (i >= s.n || (!other && !is_alpha(s.p[i])))
        return 0;
    while (i < s.n && !is_space(s.p[i]) && s.p[i] != '>' && s.p[i] != '/' && s.p[i] != '<')
        i++;
    size_t attrs = i;
    char quote = 0;
    for (; i < s.n && s.p[i] != '<' && (quote || s.p[i] != '>'); i++) {
        if (quote ? s.p[i] == quote : s.p[i] == '"' || s.p[i] == '\'')
            quote = quote ? 0 : s.p[i];
    }
    if (i == s.n || s.p[i] != '>')      /* '<' never stands in a tag: that keeps this linear */
        return 0;
    if (!other) {
        t->name = slice_of(s.p + name, attrs - name);
        t->close = s.p[1] == '/';
        t->empty = s.p[i - 1] == '/';
        t->attrs = slice_of(s.p + attrs, i - attrs);
    }
    return i + 1;
}

struct slice xhtml_attr(const struct xhtml_tag *t, const char *name)
{
    struct slice s = t->attrs, want = slice_str(name);
    size_t i = 0;
    while (i < s.n) {
        while (i < s.n && (is_space(s.p[i]) || s.p[i] == '/'))
            i++;
        size_t from = i;
        while (i < s.n && s.p[i] != '=' && !is_space(s.p[i]) && s.p[i] != '/')
            i++;
        struct slice key = slice_of(s.p + from, i - from);
        while (i < s.n && is_space(s.p[i]))
            i++;
        struct slice value = slice_of(s.p + i, 0);
        if (i < s.n && s.p[i] == '=') {
            for (i++; i < s.n && is_space(s.p[i]);)
                i++;
            char q = i < s.n && (s.p[i] == '"' || s.p[i] == '\'') ? s.p[i++] : 0;
            from = i;
            while (i < s.n && (q ? s.p[i] != q : !is_space(s.p[i])))
                i++;
            value = slice_of(s.p + from, i - from);
            i += q && i < s.n;
        }
        if (key.n && slice_eq_nocase(key, want))
            return value;
        if (key.n == 0 && value.n == 0)
            i++;
    }
    return slice_of(NULL, 0);
}

/* ---- text ---------------------------------------------------------------------------------- */

enum gap { GAP_NONE, GAP_SPACE, GAP_TAB, GAP_LINE, GAP_PARA };

struct state {
    struct buf *out;
    size_t start;               /* of this page in out */
    enum gap gap;               /* due before the next character */
    unsigned pre;               /* depth of <pre> */
    struct slice skip;          /* name of the element being left out */
    unsigned skip_depth;
};

static void want(struct state *st, enum gap g)
{
    if (g > st->gap)
        st->gap = g;
}

static void fill_gap(struct state *st)
{
    static const char *const GAPS[] = {"", " ", "\t", "\n", "\n\n"};
    if (st->gap && st->out->n > st->start)
        buf_add_str(st->out, GAPS[st->gap]);
    st->gap = GAP_NONE;
}

static void add_cp(struct state *st, uint32_t cp)
{
    bool space = cp == ' ' || cp == '\n' || cp == '\t' || cp == '\r' || cp == '\f' || cp == 0xA0;
    if (space && !st->pre) {
        want(st, GAP_SPACE);
        return;
    }
    if (cp == 0xAD || cp == '\r')       /* soft hyphens are layout */
        return;
    char u[4];
    fill_gap(st);
    buf_add(st->out, u, utf8_put(u, cp == 0xA0 ? ' ' : cp));
}

static void add_text(struct state *st, struct slice s)
{
    for (size_t i = 0; i < s.n;) {
        size_t from = i;
        while (i < s.n && s.p[i] != '&' && !is_space(s.p[i]) && (unsigned char)s.p[i] != 0xC2)
            i++;
        if (i > from) {
            fill_gap(st);
            buf_add(st->out, s.p + from, i - from);
            continue;
        }
        uint32_t cp = 0;
        size_t used = s.p[i] == '&' ? xhtml_entity(slice_from(s, i), &cp) : 0;
        const char *p = s.p + i;
        if (!used) {
            cp = utf8_next(&p, s.p + s.n);
            used = (size_t)(p - (s.p + i));
        }
        add_cp(st, cp == UTF8_BAD ? 0xFFFD : cp);
        i += used;
    }
}

static bool in_list(struct slice name, const char *list)
{
    struct slice rest = slice_str(list), word;
    while (slice_next(&rest, ' ', &word)) {
        if (slice_eq_nocase(word, name))
            return true;
    }
    return false;
}

static bool left_out(const struct xhtml_tag *t)
{
    if (in_list(t->name, "head script style svg template iframe object audio video"))
        return true;
    struct slice type = xhtml_attr(t, "epub:type"), role = xhtml_attr(t, "role");
    return slice_is(type, "pagebreak") || slice_is(role, "doc-pagebreak");
}

static enum gap gap_of(struct slice name)
{
    if (in_list(name, "p div h1 h2 h3 h4 h5 h6 blockquote section article table ul ol dl pre hr "
                      "header footer aside nav figure figcaption body center form fieldset"))
        return GAP_PARA;
    if (in_list(name, "br tr li dt dd caption option"))
        return GAP_LINE;
    return in_list(name, "td th") ? GAP_TAB : GAP_NONE;
}

static void on_tag(struct state *st, const struct xhtml_tag *t)
{
    if (t->name.n == 0)
        return;
    if (st->skip_depth) {
        if (slice_eq_nocase(t->name, st->skip) && !t->empty)
            st->skip_depth += t->close ? -1u : 1u;
        return;
    }
    if (!t->close && left_out(t)) {
        st->skip = t->name;
        st->skip_depth = !t->empty;
        return;
    }
    bool br = slice_eq_nocase(t->name, SLICE("br"));
    if (br && st->gap == GAP_LINE && !t->close)
        want(st, GAP_PARA);
    want(st, gap_of(t->name));
    if (slice_eq_nocase(t->name, SLICE("pre")) && !t->empty)
        st->pre = t->close ? (st->pre ? st->pre - 1 : 0) : st->pre + 1;
    if (slice_eq_nocase(t->name, SLICE("li")) && !t->close && !t->empty) {
        fill_gap(st);
        buf_add_str(st->out, "- ");
    }
}

void xhtml_text(struct slice html, struct buf *out)
{
    struct state st = {.out = out, .start = out->n};
    for (size_t i = 0; i < html.n;) {
        const char *lt = memchr(html.p + i, '<', html.n - i);
        size_t to = lt ? (size_t)(lt - html.p) : html.n;
        if (!st.skip_depth)
            add_text(&st, slice_of(html.p + i, to - i));
        i = to;
        if (!lt)
            break;
        struct xhtml_tag t;
        struct slice at = slice_from(html, i);
        size_t n = xhtml_tag(at, &t);
        if (n && slice_starts(at, SLICE("<![CDATA[")) && !st.skip_depth && n >= 12)
            add_text(&st, slice_of(at.p + 9, n - 12));
        else if (n)
            on_tag(&st, &t);
        else if (!st.skip_depth)
            add_cp(&st, '<');
        i += n ? n : 1;
    }
}
