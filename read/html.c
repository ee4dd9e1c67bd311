/* The HTML tokenizer: every byte is looked at a bounded number of times. States follow the HTML
 * standard, section "Tokenization"; memchr does the long runs. */
#include <assert.h>
#include <string.h>
#include "core/mem.h"
#include "read/html_tree.h"

enum { SPACE = 1, ENDS_NAME = 2, ENDS_ATTR = 4, ENDS_VALUE = 8, LETTER = 16 };

#define AT4(c, v) [c] = v, [c + 1] = v, [c + 2] = v, [c + 3] = v
#define AT26(c, v) AT4(c, v), AT4(c + 4, v), AT4(c + 8, v), AT4(c + 12, v), AT4(c + 16, v), \
                   AT4(c + 20, v), [c + 24] = v, [c + 25] = v
static const uint8_t class_of[256] = {
    [' '] = SPACE | ENDS_NAME | ENDS_ATTR | ENDS_VALUE,
    ['\t'] = SPACE | ENDS_NAME | ENDS_ATTR | ENDS_VALUE,
    ['\n'] = SPACE | ENDS_NAME | ENDS_ATTR | ENDS_VALUE,
    ['\f'] = SPACE | ENDS_NAME | ENDS_ATTR | ENDS_VALUE,
    ['\r'] = SPACE | ENDS_NAME | ENDS_ATTR | ENDS_VALUE,
    ['/'] = ENDS_NAME | ENDS_ATTR,
    ['>'] = ENDS_NAME | ENDS_ATTR | ENDS_VALUE,
    ['='] = ENDS_ATTR,
    AT26('a', LETTER), AT26('A', LETTER),
};

static bool is(char c, unsigned classes)
{
    return (class_of[(uint8_t)c] & classes) != 0;
}

struct scan {
    const char *p, *end;
    struct tree tree;
};

/* ---- names -------------------------------------------------------------------------------- */

static const struct slice tag_names[HTML_TAG_COUNT] = {
    [HTML_TEXT] = {"", 0}, [HTML_OTHER] = {"", 0},
#define NAME(name, props) [HTML_##name] = {#name, sizeof(#name) - 1},
    HTML_TAG_LIST(NAME)
#undef NAME
};

static const struct slice attr_names[HTML_ATTR_COUNT] = {
    [HTML_ATTR_NONE] = {"", 0},
#define NAME(id, spelling) [HTML_ATTR_##id] = {spelling, sizeof(spelling) - 1},
    HTML_ATTR_LIST(NAME)
#undef NAME
};

/* Up to eight bytes of a name as a number, lower case: names compare in one step. */
static uint64_t name_key(struct slice s)
{
    uint64_t k = 0;
    for (size_t i = 0; i < s.n && i < 8; i++)
        k |= (uint64_t)((uint8_t)s.p[i] | (is(s.p[i], LETTER) ? 0x20 : 0)) << (8 * i);
    return k;
}

static unsigned tag_slot(uint64_t key)
{
    return (unsigned)((key * 0x9E3779B97F4A7C15u) >> 55) % HTML_TAG_SLOTS;
}

static void fill_tag_slots(struct html *h)
{
    for (int t = HTML_OTHER + 1; t < HTML_TAG_COUNT; t++) {
        const uint64_t key = name_key(tag_names[t]);
        unsigned at = tag_slot(key);
        while (h->tag_key[at])
            at = (at + 1) % HTML_TAG_SLOTS;
        h->tag_key[at] = key;
        h->tag_of_slot[at] = (uint8_t)t;
    }
}

static enum html_tag tag_of(const struct html *h, struct slice name)
{
    if (name.n > 10)
        return HTML_OTHER;
    const uint64_t key = name_key(name);
    for (unsigned at = tag_slot(key); h->tag_key[at]; at = (at + 1) % HTML_TAG_SLOTS)
        if (h->tag_key[at] == key) {
            const enum html_tag t = h->tag_of_slot[at];
            return slice_eq_nocase(name, tag_names[t]) ? t : HTML_OTHER;
        }
    return HTML_OTHER;
}

static enum html_attr_name attr_of(struct slice name)
{
    for (int a = HTML_ATTR_NONE + 1; a < HTML_ATTR_COUNT; a++)
        if (attr_names[a].n == name.n && attr_names[a].p[0] == (name.p[0] | 0x20) &&
            slice_eq_nocase(name, attr_names[a]))
            return a;
    return HTML_ATTR_NONE;
}

/* ---- attributes --------------------------------------------------------------------------- */

static void add_attr(struct html *h, enum html_attr_name name, struct slice v)
{
    if (h->n_attrs == h->cap_attrs) {
        h->cap_attrs = h->cap_attrs ? h->cap_attrs * 2 : 2048;
        h->attr = mem_grow_array(h->attr, h->cap_attrs, sizeof *h->attr);
    }
    h->attr[h->n_attrs++] = (struct html_attr){
        (uint32_t)(v.n ? v.p - h->page.p : 0), (uint32_t)v.n, (uint8_t)name};
}

static void skip_space(struct scan *s)
{
    while (s->p < s->end && is(*s->p, SPACE))
        s->p++;
}

/* The value behind '='; an unclosed quote runs to the end of the page. */
static struct slice attr_value(struct scan *s)
{
    skip_space(s);
    if (s->p == s->end || *s->p == '>')
        return SLICE("");
    const char *v = s->p;
    if (*v == '"' || *v == '\'') {
        v++;
        const char *q = memchr(v, *s->p, (size_t)(s->end - v));
        s->p = q ? q + 1 : s->end;
        return q ? slice_of(v, (size_t)(q - v)) : SLICE("");
    }
    while (s->p < s->end && !is(*s->p, ENDS_VALUE))
        s->p++;
    return slice_of(v, (size_t)(s->p - v));
}

/* From behind the tag's name to behind its '>'. False at the end of the page. */
static bool scan_attrs(struct scan *s, bool keep, bool *self_closing)
{
    unsigned count = 0;
    *self_closing = false;
    while (s->p < s->end && *s->p != '>') {
        if (is(*s->p, SPACE)) {
            s->p++;
            continue;
        }
        if (*s->p == '/') {
            s->p++;
            *self_closing = s->p < s->end && *s->p == '>';
            continue;
        }
        const char *name = s->p++;
        while (s->p < s->end && !is(*s->p, ENDS_ATTR))
            s->p++;
        const struct slice n = slice_of(name, (size_t)(s->p - name));
        struct slice v = SLICE("");
        skip_space(s);
        if (s->p < s->end && *s->p == '=') {
            s->p++;
            v = attr_value(s);
        }
        if (!keep || ++count > HTML_ATTRS_MAX)
            continue;
        const enum html_attr_name a = attr_of(n);
        if (a != HTML_ATTR_NONE)
            add_attr(s->tree.h, a, v);
    }
    if (s->p == s->end)
        return false;
    s->p++;
    return true;
}

/* ---- raw text ----------------------------------------------------------------------------- */

static bool tag_at(const char *p, const char *end, struct slice name)
{
    return (size_t)(end - p) > name.n && is(p[name.n], ENDS_NAME) &&
           slice_eq_nocase(slice_of(p, name.n), name);
}

/* The '<' of the end tag of a raw-text element, or the end of the page. A script may hold
 * "<!--", in which "<script>" hides the next "</script>"; unless the comment never ends. */
static const char *raw_end(const char *p, const char *end, enum html_tag tag)
{
    const struct slice name = tag_names[tag];
    const char *comment_end = NULL;
    bool may_escape = tag == HTML_script, hidden = false;
    while ((p = memchr(p, '<', (size_t)(end - p))) != NULL) {
        if (comment_end && comment_end < p) {
            comment_end = NULL;
            hidden = false;
        }
        if (end - p > 1 && p[1] == '/' && tag_at(p + 2, end, name)) {
            if (!hidden)
                return p;
            hidden = false;
        } else if (may_escape && !comment_end && end - p > 3 && memcmp(p, "<!--", 4) == 0) {
            comment_end = memmem(p + 2, (size_t)(end - p - 2), "-->", 3);
            may_escape = comment_end != NULL;
        } else if (comment_end && tag_at(p + 1, end, name)) {
            hidden = true;
        }
        p++;
    }
    return end;
}

static void scan_raw(struct scan *s, enum html_tag tag)
{
    const char *q = tag == HTML_plaintext ? s->end : raw_end(s->p, s->end, tag);
    if (!(html_tag_props(tag) & HTML_RAW)) {
        tree_text(&s->tree, slice_of(s->p, (size_t)(q - s->p)), html_tag_props(tag) & HTML_RCDATA);
        tree_close(&s->tree, tag);
    } else {
        struct html_node *x = &s->tree.h->node[s->tree.h->n_nodes - 1];
        x->at = (uint32_t)(s->p - s->tree.h->page.p);
        x->n = (uint32_t)(q - s->p);
    }
    const char *close = q < s->end ? memchr(q, '>', (size_t)(s->end - q)) : NULL;
    s->p = close ? close + 1 : s->end;
}

/* ---- markup ------------------------------------------------------------------------------- */

static void skip_behind(struct scan *s, const char *what, size_t n)
{
    const char *q = memmem(s->p, (size_t)(s->end - s->p), what, n);
    s->p = q ? q + n : s->end;
}

/* At the byte behind "<!--". */
static void skip_comment(struct scan *s)
{
    if (s->p < s->end && *s->p == '>') {
        s->p++;
        return;
    }
    if (s->end - s->p > 1 && s->p[0] == '-' && s->p[1] == '>') {
        s->p += 2;
        return;
    }
    for (const char *q = s->p; q < s->end; q++) {
        q = memchr(q, '-', (size_t)(s->end - q));
        if (!q)
            break;
        const size_t left = (size_t)(s->end - q);
        if (left > 2 && q[1] == '-' && (q[2] == '>' || (left > 3 && q[2] == '!' && q[3] == '>'))) {
            s->p = q + (q[2] == '>' ? 3 : 4);
            return;
        }
    }
    s->p = s->end;
}

/* At the byte behind '<', which is '!' or '?'. */
static void skip_declaration(struct scan *s)
{
    const size_t left = (size_t)(s->end - s->p);
    const struct tree *t = &s->tree;
    if (left > 2 && memcmp(s->p, "!--", 3) == 0) {
        s->p += 3;
        skip_comment(s);
    } else if (left > 7 && memcmp(s->p, "![CDATA[", 8) == 0 &&
               (t->open[HTML_svg] || t->open[HTML_math])) {
        skip_behind(s, "]]>", 3);
    } else {
        skip_behind(s, ">", 1);
    }
}

/* At the first letter of a tag's name. */
static void scan_tag(struct scan *s, bool closing)
{
    struct html *h = s->tree.h;
    const char *name = s->p;
    while (s->p < s->end && !is(*s->p, ENDS_NAME))
        s->p++;
    const enum html_tag tag = tag_of(h, slice_of(name, (size_t)(s->p - name)));
    const uint32_t first_attr = h->n_attrs;
    bool self_closing;
    if (!scan_attrs(s, !closing, &self_closing))
        return;
    if (closing) {
        tree_close(&s->tree, tag);
        return;
    }
    const struct tree *t = &s->tree;
    const bool foreign = t->open[HTML_svg] || t->open[HTML_math] || tag == HTML_svg ||
                         tag == HTML_math;
    tree_open(&s->tree, tag, first_attr, self_closing && foreign);
    if (html_tag_props(tag) & (HTML_RAW | HTML_RCDATA | HTML_RAWTEXT) && !(self_closing && foreign))
        scan_raw(s, tag);
}

/* The next '<' that begins markup: one before a letter, '/', '!' or '?'. */
static const char *next_markup(const char *p, const char *end)
{
    while (p < end) {
        p = memchr(p, '<', (size_t)(end - p));
        if (!p)
            return end;
        const char c = p + 1 < end ? p[1] : 0;
        if (is(c, LETTER) || c == '/' || c == '!' || c == '?')
            return p;
        p++;
    }
    return end;
}

int html_parse(struct html *h, struct slice page)
{
    if (page.n > HTML_PAGE_MAX)
        return -1;
    h->page = page;
    h->n_nodes = h->n_attrs = 0;
    buf_clear(&h->decoded);
    struct scan s = {.p = page.p, .end = page.p + page.n};
    tree_start(&s.tree, h);
    if (slice_starts(page, SLICE("\xEF\xBB\xBF")))
        s.p += 3;
    while (s.p < s.end) {
        const char *m = next_markup(s.p, s.end);
        if (m > s.p)
            tree_text(&s.tree, slice_of(s.p, (size_t)(m - s.p)), true);
        s.p = m + 1;
        if (s.p >= s.end)
            break;
        if (*s.p == '/') {
            s.p++;
            if (s.p == s.end)
                tree_text(&s.tree, slice_of(m, 2), false);      /* a last "</" is text */
            else if (is(*s.p, LETTER))
                scan_tag(&s, true);
            else
                skip_behind(&s, ">", 1);
        } else if (is(*s.p, LETTER)) {
            scan_tag(&s, false);
        } else {
            skip_declaration(&s);
        }
    }
    tree_finish(&s.tree);
    return 0;
}

struct slice html_attr(const struct html *h, const struct html_node *x, enum html_attr_name name)
{
    for (uint32_t i = 0; i < x->n_attr; i++) {
        const struct html_attr *a = &h->attr[x->attr + i];
        if (a->name == name)
            return slice_of(h->page.p + a->at, a->n);
    }
    return (struct slice){NULL, 0};
}

void html_init(struct html *h)
{
    memset(h, 0, sizeof *h);
    buf_init(&h->decoded, HTML_PAGE_MAX * 3);
    fill_tag_slots(h);
}

void html_free(struct html *h)
{
    mem_free(h->node);
    mem_free(h->attr);
    buf_free(&h->decoded);
    memset(h, 0, sizeof *h);
}
