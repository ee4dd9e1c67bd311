/* wikitext_scan - brackets and regions of wikitext, paired. The idea is MediaWiki's preprocessor,
 * with a rule for broken pages: a closing bracket may discard what was left open inside it. */
#include "read/wikitext_parts.h"
#include "core/mem.h"
#include "read/xhtml.h"

static const struct region {
    const char *name;
    enum wt_kind kind;
} REGIONS[] = {
    {"ref", WT_DROP}, {"references", WT_DROP}, {"gallery", WT_DROP}, {"timeline", WT_DROP},
    {"imagemap", WT_DROP}, {"score", WT_DROP}, {"graph", WT_DROP}, {"hiero", WT_DROP},
    {"templatedata", WT_DROP}, {"templatestyles", WT_DROP}, {"mapframe", WT_DROP},
    {"maplink", WT_DROP}, {"indicator", WT_DROP}, {"inputbox", WT_DROP},
    {"categorytree", WT_DROP}, {"includeonly", WT_DROP}, {"section", WT_DROP},
    {"style", WT_DROP}, {"script", WT_DROP}, {"nowiki", WT_LITERAL}, {"pre", WT_BLOCK},
    {"source", WT_BLOCK}, {"syntaxhighlight", WT_BLOCK}, {"math", WT_MATH}, {"ce", WT_CHEM},
    {"chem", WT_CHEM},
};
#define N_REGIONS (sizeof REGIONS / sizeof REGIONS[0])

static struct wt_token *add(struct wikitext *w, enum wt_kind kind, size_t pos, size_t end)
{
    if (w->n_tok == w->cap_tok) {
        w->cap_tok = w->cap_tok ? 2 * w->cap_tok : 1024;
        w->tok = mem_grow_array(w->tok, w->cap_tok, sizeof *w->tok);
    }
    struct wt_token *t = &w->tok[w->n_tok++];
    *t = (struct wt_token){.pos = (uint32_t)pos, .end = (uint32_t)end, .in = (uint32_t)end,
                           .in_end = (uint32_t)end, .match = WT_NO_MATCH,
                           .kind = (uint8_t)kind};
    return t;
}

static void open_pair(struct wikitext *w, enum wt_kind kind, size_t pos, size_t end)
{
    add(w, kind, pos, end);
    if (w->n_stack == w->cap_stack) {
        w->cap_stack = w->cap_stack ? 2 * w->cap_stack : 256;
        w->stack = mem_grow_array(w->stack, w->cap_stack, sizeof *w->stack);
    }
    w->stack[w->n_stack++] = w->n_tok - 1;
    w->open[kind]++;
}

static bool top_is(const struct wikitext *w, enum wt_kind kind)
{
    return w->n_stack && w->tok[w->stack[w->n_stack - 1]].kind == kind;
}

/* Pairs the token with the nearest open one of its kind; what is open inside stays text. */
static void close_pair(struct wikitext *w, enum wt_kind kind, size_t pos, size_t end)
{
    struct wt_token *t = add(w, kind, pos, end);
    t->close = true;
    if (!w->open[kind])
        return;
    for (;;) {
        uint32_t i = w->stack[--w->n_stack];
        w->open[w->tok[i].kind]--;
        if (w->tok[i].kind != kind)
            continue;
        t->match = i;
        w->tok[i].match = w->n_tok - 1;
        return;
    }
}

static size_t run(struct slice s, size_t i, char c)
{
    size_t n = 0;
    while (i + n < s.n && s.p[i + n] == c)
        n++;
    return n;
}

static bool at_line_start(struct slice s, size_t i)
{
    while (i > 0 && (s.p[i - 1] == ' ' || s.p[i - 1] == ':' || s.p[i - 1] == '\t'))
        i--;
    return i == 0 || s.p[i - 1] == '\n';
}

static size_t on_open_brace(struct wikitext *w, size_t i)
{
    size_t n = run(w->text, i, '{'), end = i + n;
    if (n == 1) {
        bool table = i + 1 < w->text.n && w->text.p[i + 1] == '|' && at_line_start(w->text, i);
        if (table)
            open_pair(w, WT_TABLE, i, i + 2);
        return i + 1 + table;
    }
    if (n == 3) {
        open_pair(w, WT_PARAM, i, end);
        return end;
    }
    for (i += n % 2; i < end; i += 2)
        open_pair(w, WT_TEMPLATE, i, i + 2);
    return end;
}

/* "{{{x}}" is a brace and a template: the open parameter is reread as that. */
static void param_to_template(struct wikitext *w)
{
    struct wt_token *t = &w->tok[w->stack[w->n_stack - 1]];
    t->kind = WT_TEMPLATE;
    t->pos++;
    w->open[WT_PARAM]--;
    w->open[WT_TEMPLATE]++;
}

static size_t on_close_brace(struct wikitext *w, size_t i)
{
    size_t n = run(w->text, i, '}'), end = i + n;
    while (end - i >= 2) {
        if (top_is(w, WT_PARAM) && end - i >= 3) {
            close_pair(w, WT_PARAM, i, i + 3);
            i += 3;
            continue;
        }
        if (top_is(w, WT_PARAM))
            param_to_template(w);
        close_pair(w, WT_TEMPLATE, i, i + 2);
        i += 2;
    }
    return end;
}

static size_t on_bar(struct wikitext *w, size_t i)
{
    size_t braces = run(w->text, i + 1, '}');
    if (braces % 2 == 0 || !w->open[WT_TABLE] || !at_line_start(w->text, i))
        return i + 1;
    close_pair(w, WT_TABLE, i, i + 2);
    return i + 2;
}

static size_t on_bracket(struct wikitext *w, size_t i)
{
    char c = w->text.p[i];
    if (i + 1 >= w->text.n || w->text.p[i + 1] != c)
        return i + 1;
    if (c == '[')
        open_pair(w, WT_LINK, i, i + 2);
    else if (top_is(w, WT_LINK))
        close_pair(w, WT_LINK, i, i + 2);
    else
        return i + 1;
    return i + 2;
}

/* Offset of the closing tag of region k at or after i, or the length of the text. A search that
 * failed is not done again, so that a page of opening tags stays linear. */
static size_t find_end(struct wikitext *w, size_t k, size_t i)
{
    struct slice name = slice_str(REGIONS[k].name), s = w->text;
    while (!(w->regions_without_end >> k & 1)) {
        size_t at = i + slice_find(slice_from(s, i), SLICE("</"));
        if (at >= s.n)
            break;
        struct slice rest = slice_from(s, at + 2);
        char after = rest.n > name.n ? rest.p[name.n] : '\0';
        if (slice_starts_nocase(rest, name) && (after == '>' || after == ' ' || after == '\n'))
            return at;
        i = at + 2;
    }
    w->regions_without_end |= 1u << k;
    return s.n;
}

static size_t on_region(struct wikitext *w, size_t k, size_t i, size_t len, bool empty)
{
    size_t in = i + len;
    if (empty) {
        add(w, WT_DROP, i, in);
        return in;
    }
    size_t close = find_end(w, k, in);
    if (close == w->text.n) {
        add(w, WT_COMMENT, i, in);
        return in;
    }
    size_t end = close + slice_find_byte(slice_from(w->text, close), '>');
    end += end < w->text.n;
    struct wt_token *t = add(w, REGIONS[k].kind, i, end);
    t->in = (uint32_t)in;
    t->in_end = (uint32_t)close;
    return end;
}

static size_t on_less(struct wikitext *w, size_t i)
{
    struct slice s = slice_from(w->text, i);
    struct xhtml_tag t;
    size_t len = xhtml_tag(s, &t);
    if (len == 0)
        return i + 1;
    if (slice_starts(s, SLICE("<!--"))) {
        add(w, WT_COMMENT, i, i + len);
        return i + len;
    }
    if (slice_eq_nocase(t.name, SLICE("table"))) {
        if (t.close)
            close_pair(w, WT_HTML_TABLE, i, i + len);
        else
            open_pair(w, WT_HTML_TABLE, i, i + len);
        return i + len;
    }
    for (size_t k = 0; !t.close && k < N_REGIONS; k++) {
        if (slice_eq_nocase(t.name, slice_str(REGIONS[k].name)))
            return on_region(w, k, i, len, t.empty);
    }
    return i + 1;
}

void wt_scan(struct wikitext *w)
{
    w->n_tok = w->n_stack = w->regions_without_end = 0;
    memset(w->open, 0, sizeof w->open);
    for (size_t i = 0; i < w->text.n;) {
        switch (w->text.p[i]) {
        case '{': i = on_open_brace(w, i); break;
        case '}': i = on_close_brace(w, i); break;
        case '[': case ']': i = on_bracket(w, i); break;
        case '|': i = on_bar(w, i); break;
        case '<': i = on_less(w, i); break;
        default: i++;
        }
    }
}
