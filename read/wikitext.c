/* wikitext - the rendering pass and the entry point; see wikitext.h. What to keep follows what a
 * reader sees on the page, less what is not prose. */
#include "read/wikitext_parts.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "read/xhtml.h"

struct wikitext *wikitext_new(void)
{
    struct wikitext *w = mem_zero(sizeof *w);
    buf_init(&w->mid, BUF_NO_LIMIT);
    return w;
}

void wikitext_free(struct wikitext *w)
{
    if (!w)
        return;
    mem_free(w->tok);
    mem_free(w->stack);
    buf_free(&w->mid);
    mem_free(w);
}

void wt_add(struct wikitext *w, struct slice s)
{
    for (size_t i = 0; i < s.n;) {
        size_t from = i;
        while (i < s.n && ((unsigned char)s.p[i] >= ' ' || s.p[i] == '\n' || s.p[i] == '\t'))
            i++;
        buf_add(&w->mid, s.p + from, i - from);
        i += i < s.n;
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

/* ---- plain runs ----------------------------------------------------------------------------- */

static const char HTML_INLINE[] =
    "b i u s em strong small big sub sup span font tt code var kbd samp cite q abbr del ins "
    "strike dfn noinclude onlyinclude translate tvar languages wbr bdi bdo ruby rb rt rp rtc time "
    "data mark nobr poem a";
static const char HTML_BLOCK[] =
    "div p br hr center blockquote li ul ol dl dt dd h1 h2 h3 h4 h5 h6 tr td th caption tbody "
    "thead";

/* '<' at s.p[0]: bytes used, 0 when it is only a sign. */
static size_t html_tag(struct wikitext *w, struct slice s)
{
    struct xhtml_tag t;
    size_t n = xhtml_tag(s, &t);
    if (n == 0) {
        size_t i = 1 + (s.n > 1 && s.p[1] == '/'), from = i;
        while (i < s.n && (s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'z')
            i++;
        struct slice name = slice_of(s.p + from, i - from), rest = slice_from(s, i);
        if (!in_list(name, HTML_INLINE) && !in_list(name, HTML_BLOCK))
            return 0;
        /* A template in an attribute cuts the tag: go on until '>' behind it. */
        w->in_tag = slice_find_byte(rest, '<') == rest.n && slice_find_byte(rest, '\n') == rest.n;
        return w->in_tag ? s.n : 0;
    }
    if (in_list(t.name, HTML_BLOCK)) {
        buf_add_byte(&w->mid, '\n');
        return n;
    }
    if (!in_list(t.name, HTML_INLINE))
        return 0;
    bool sup = slice_eq_nocase(t.name, SLICE("sup")) && !t.close && n < s.n;
    if (sup && ((s.p[n] >= '0' && s.p[n] <= '9') || s.p[n] == '-' || (unsigned char)s.p[n] == 0xE2))
        buf_add_byte(&w->mid, '^');
    return n;
}

static bool is_scheme(struct slice s)
{
    static const char *const SCHEMES[] = {"http://", "https://", "//", "ftp://", "mailto:",
                                          "news:", "irc://", "gopher://", "git://"};
    for (size_t i = 0; i < sizeof SCHEMES / sizeof SCHEMES[0]; i++) {
        if (slice_starts_nocase(s, slice_str(SCHEMES[i])))
            return true;
    }
    return false;
}

/* "[http://x label]": the address goes; the label and its bracket are met later. */
static size_t external(struct wikitext *w, struct slice s)
{
    if (w->in_ext || !is_scheme(slice_from(s, 1)))
        return 0;
    size_t i = 1;
    while (i < s.n && s.p[i] != ' ' && s.p[i] != ']' && s.p[i] != '\n' && s.p[i] != '<')
        i++;
    if (i < s.n && s.p[i] == ']') {
        buf_add_byte(&w->mid, WT_HOLE);
        return i + 1;
    }
    w->in_ext = i == s.n || s.p[i] == ' ' || s.p[i] == '<';
    return i + (i < s.n && s.p[i] == ' ');
}

static size_t quotes(struct wikitext *w, struct slice s)
{
    size_t n = 1;
    while (n < s.n && s.p[n] == '\'')
        n++;
    size_t keep = n == 1 || n == 4 ? 1 : n > 5 ? n - 5 : 0;
    while (keep--)
        buf_add_byte(&w->mid, '\'');
    return n;
}

/* __NOTOC__ and its like. */
static size_t behaviour_switch(struct wikitext *w, struct slice s)
{
    size_t i = 2;
    if (!slice_starts(s, SLICE("__")))
        return 0;
    while (i < s.n && i < 40 && s.p[i] >= 'A' && s.p[i] <= 'Z')
        i++;
    if (i <= 4 || !slice_starts(slice_from(s, i), SLICE("__")))
        return 0;
    buf_add_byte(&w->mid, WT_HOLE);
    return i + 2;
}

static size_t entity(struct wikitext *w, struct slice s)
{
    uint32_t cp;
    char u[4];
    size_t n = xhtml_entity(s, &cp);
    if (n && cp != 0xAD && cp != 0x200E && cp != 0x200F)
        buf_add(&w->mid, u, utf8_put(u, cp == 0xA0 ? ' ' : cp));
    return n;
}

/* The character at s.p[0] means something: bytes used, 0 to take it as text. */
static size_t special(struct wikitext *w, struct slice s)
{
    switch (s.p[0]) {
    case '\'': return quotes(w, s);
    case '&': return entity(w, s);
    case '<': return html_tag(w, s);
    case '[': return external(w, s);
    case '_': return behaviour_switch(w, s);
    case ']':
        if (!w->in_ext)
            return 0;
        w->in_ext = false;
        return 1;
    case '\n':
        w->in_ext = false;
        return 0;
    default: return (unsigned char)s.p[0] < ' ' && s.p[0] != '\t';
    }
}

static bool is_special(char c)
{
    return c == '\'' || c == '&' || c == '<' || c == '[' || c == ']' || c == '_' ||
           ((unsigned char)c < ' ' && c != '\t');
}

static void render_plain(struct wikitext *w, struct slice s)
{
    size_t i = 0;
    if (w->in_tag) {
        i = slice_find_byte(s, '>');
        w->in_tag = i == s.n;
        i += i < s.n;
    }
    while (i < s.n) {
        size_t from = i;
        while (i < s.n && !is_special(s.p[i]))
            i++;
        buf_add(&w->mid, s.p + from, i - from);
        if (i == s.n)
            break;
        size_t n = special(w, slice_from(s, i));
        if (n == 0)
            buf_add_byte(&w->mid, s.p[i]);
        i += n ? n : 1;
    }
}

/* ---- tokens --------------------------------------------------------------------------------- */

bool wt_next_arg(const struct wikitext *w, struct wt_span *rest, struct wt_span *arg)
{
    if (rest->from > rest->to)
        return false;
    uint32_t pos = rest->from, k = rest->tok;
    *arg = *rest;
    while (pos < rest->to) {
        uint32_t stop = k < w->n_tok && w->tok[k].pos < rest->to ? w->tok[k].pos : rest->to;
        const char *bar = stop > pos ? memchr(w->text.p + pos, '|', stop - pos) : NULL;
        if (bar) {
            arg->to = (uint32_t)(bar - w->text.p);
            *rest = (struct wt_span){arg->to + 1, rest->to, k};
            return true;
        }
        if (stop == rest->to)
            break;
        const struct wt_token *t = &w->tok[k];
        k = t->match != WT_NO_MATCH && !t->close ? t->match + 1 : k + 1;
        pos = w->tok[k - 1].end > stop ? w->tok[k - 1].end : stop;
    }
    rest->from = rest->to + 1;
    return true;
}

static bool is_language(struct slice p)
{
    bool lower = p.n >= 2;
    for (size_t i = 0; i < p.n && lower; i++)
        lower = (p.p[i] >= 'a' && p.p[i] <= 'z') || (i > 1 && p.p[i] == '-');
    if (!lower)
        return false;
    if (p.n <= 3)
        return !in_list(p, "wp wt mw doi rfc isbn wmf phab");
    return in_list(p, "simple zh-yue zh-min-nan zh-classical be-x-old be-tarask roa-rup roa-tara "
                      "bat-smg fiu-vro cbk-zam map-bms nds-nl");
}

static bool vanishes(const struct wikitext *w, struct slice target)
{
    size_t colon = slice_find_byte(target, ':');
    if (colon == target.n || colon == 0)
        return false;
    struct slice prefix = slice_trim(slice_upto(target, colon));
    if (in_list(prefix, "File Image Category Media") || is_language(prefix))
        return true;
    for (size_t i = 0; i < w->names->n; i++) {
        if (slice_eq_nocase(prefix, w->names->v[i]))
            return true;
    }
    return false;
}

/* "[[Help:Contents (wiki)|]]" shows "Contents". */
static void pipe_trick(struct wikitext *w, struct slice target)
{
    size_t colon = slice_find_byte(target, ':');
    if (colon < target.n)
        target = slice_from(target, colon + 1);
    target = slice_trim(slice_upto(target, slice_find(target, SLICE(" ("))));
    wt_add(w, target);
}

static void render_link(struct wikitext *w, const struct wt_token *open)
{
    struct wt_span rest = {open->end, w->tok[open->match].pos,
                           (uint32_t)(open - w->tok) + 1}, first = rest;
    wt_next_arg(w, &rest, &first);
    struct slice target = slice_trim(wt_slice(w, first.from, first.to));
    if (target.n && target.p[0] == ':') {
        first.from += (uint32_t)(target.p + 1 - (w->text.p + first.from));
        target = slice_from(target, 1);
    } else if (vanishes(w, target)) {
        buf_add_byte(&w->mid, WT_HOLE);
        return;
    }
    if (rest.from > rest.to)
        wt_render(w, first);
    else if (rest.from == rest.to)
        pipe_trick(w, target);
    else
        wt_render(w, rest);
}

/* <pre>, <source>: the lines as they are, none before or after them that the page has not. */
static void render_block(struct wikitext *w, const struct wt_token *t)
{
    struct slice s = wt_slice(w, t->in, t->in_end), line;
    bool decode = slice_starts_nocase(wt_slice(w, t->pos, t->in), SLICE("<pre"));
    if (s.n && s.p[0] == '\n')
        s = slice_from(s, 1);
    if (s.n && s.p[s.n - 1] == '\n')
        s.n--;
    if (w->mid.n && w->mid.p[w->mid.n - 1] != '\n')
        buf_add_byte(&w->mid, '\n');
    while (slice_next(&s, '\n', &line)) {
        buf_add_byte(&w->mid, WT_VERBATIM);
        if (decode)
            xhtml_unescape(line, &w->mid);
        else
            wt_add(w, line);
        if (s.p)
            buf_add_byte(&w->mid, '\n');
    }
    if (t->end < w->text.n && w->text.p[t->end] != '\n')
        buf_add_byte(&w->mid, '\n');
}

static void render_formula(struct wikitext *w, const struct wt_token *t)
{
    struct slice s = slice_trim(wt_slice(w, t->in, t->in_end)), line;
    struct slice tag = wt_slice(w, t->pos, t->in);
    const char *mark = slice_find(tag, SLICE("block")) < tag.n ? "$$" : "$";
    if (s.n == 0)
        return;
    buf_add_str(&w->mid, mark);
    buf_add_str(&w->mid, t->kind == WT_CHEM ? "\\ce{" : "");
    for (bool first = true; slice_next(&s, '\n', &line); first = false) {
        if (!first)
            buf_add_byte(&w->mid, ' ');
        wt_add(w, line);
    }
    buf_add_str(&w->mid, t->kind == WT_CHEM ? "}" : "");
    buf_add_str(&w->mid, mark);
}

static void render_token(struct wikitext *w, const struct wt_token *t)
{
    struct slice in = wt_slice(w, t->in, t->in_end);
    switch ((enum wt_kind)t->kind) {
    case WT_TEMPLATE:
        if (t->match != WT_NO_MATCH && !t->close)
            wt_template(w, t);
        break;
    case WT_LINK:
        if (t->match != WT_NO_MATCH && !t->close)
            render_link(w, t);
        break;
    case WT_LITERAL:
        buf_add_byte(&w->mid, WT_VERBATIM);
        xhtml_unescape(in, &w->mid);
        break;
    case WT_BLOCK: render_block(w, t); break;
    case WT_MATH: case WT_CHEM: render_formula(w, t); break;
    case WT_PARAM: case WT_TABLE: case WT_HTML_TABLE: case WT_DROP:
        buf_add_byte(&w->mid, WT_HOLE);
        break;
    default: break;
    }
}

void wt_render(struct wikitext *w, struct wt_span s)
{
    if (w->depth >= WT_DEPTH_MAX)
        return;
    bool ext = w->in_ext;
    w->depth++;
    w->in_ext = false;
    uint32_t pos = s.from, k = s.tok;
    while (k < w->n_tok && w->tok[k].pos < pos)
        k++;
    while (pos < s.to) {
        uint32_t stop = k < w->n_tok && w->tok[k].pos < s.to ? w->tok[k].pos : s.to;
        if (stop > pos)
            render_plain(w, wt_slice(w, pos, stop));
        if (stop == s.to)
            break;
        const struct wt_token *t = &w->tok[k];
        render_token(w, t);
        k = t->match != WT_NO_MATCH && !t->close ? t->match + 1 : k + 1;
        pos = w->tok[k - 1].end;
    }
    w->in_ext = ext;
    w->depth--;
}

int wikitext_convert(struct wikitext *w, const struct wikitext_opts *o,
                     const struct wiki_names *names, struct slice text, struct buf *out)
{
    if (text.n > INT32_MAX)
        return -1;
    w->text = text;
    w->names = names;
    w->depth = 0;
    w->in_ext = w->in_tag = false;
    buf_clear(&w->mid);
    wt_scan(w);
    wt_render(w, (struct wt_span){0, (uint32_t)text.n, 0});
    wt_lines(o, buf_slice(&w->mid), out);
    return buf_ok(out) ? 0 : -1;
}
