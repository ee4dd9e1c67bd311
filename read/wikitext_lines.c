/* wikitext_lines - rendered wikitext, line by line: headings, list marks, and repair around what
 * was left out. */
#include "read/wikitext_parts.h"

struct lines {
    const struct wikitext_opts *o;
    struct buf *out;
    size_t start;
    struct slice pending[7];    /* headings without text so far, by level */
    unsigned skip;              /* level of the section being left out; 0: none */
    bool gap;                   /* an empty line is due */
};

static bool is_separator(char c) { return c == ',' || c == ';' || c == ':'; }

/* Behind "(": blanks, separators and holes that stand before the first real character. Returns
 * their length, 0 when there is no hole among them. */
static size_t empty_start(struct slice s)
{
    size_t i = 0;
    bool hole = false;
    while (i < s.n && (s.p[i] == ' ' || s.p[i] == WT_HOLE || is_separator(s.p[i])))
        hole |= s.p[i++] == WT_HOLE;
    return hole ? i : 0;
}

static void trim_tail(struct buf *b, size_t from, bool separators)
{
    while (b->n > from &&
           (b->p[b->n - 1] == ' ' || (separators && is_separator(b->p[b->n - 1]))))
        b->n--;
}

/* At a hole: skips it with the blanks and doubled separators behind it. */
static size_t on_hole(struct buf *out, size_t from, struct slice s)
{
    size_t i = 0;
    while (i < s.n && (s.p[i] == WT_HOLE || s.p[i] == ' '))
        i++;
    char next = i < s.n ? s.p[i] : '\0';
    bool blank = s.p[i - 1] == ' ' || (i > 1 && memchr(s.p, ' ', i));
    if (next == ')' || next == ',' || next == ';' || next == '.' || next == '\0') {
        size_t n = out->n;
        while (n > from && out->p[n - 1] == ' ')
            n--;
        bool doubled = n > from && is_separator(out->p[n - 1]);
        trim_tail(out, from, next == ')' || (doubled && next != '\0'));
        bool orphan = out->n == from && (next == ',' || next == ';');
        return i + orphan;
    }
    if (blank && out->n > from && out->p[out->n - 1] != ' ')
        buf_add_byte(out, ' ');
    return i;
}

/* Appends a line, blanks collapsed, with the holes closed. */
static void add_clean(struct buf *out, struct slice s)
{
    size_t from = out->n;
    for (size_t i = 0; i < s.n;) {
        char c = s.p[i];
        if (c == WT_HOLE) {
            i += on_hole(out, from, slice_from(s, i));
            continue;
        }
        i++;
        if (c == WT_VERBATIM || ((c == ' ' || c == '\t') && out->n == from))
            continue;
        if (c == ' ' && out->p[out->n - 1] == ' ')
            continue;
        if (c != '(') {
            buf_add_byte(out, c);
            continue;
        }
        size_t gone = empty_start(slice_from(s, i));
        i += gone;
        if (gone && i < s.n && s.p[i] == ')') {
            trim_tail(out, from, false);
            i++;
            if (i < s.n && s.p[i] != ' ' && s.p[i] != '.' && !is_separator(s.p[i]))
                buf_add_byte(out, ' ');
        } else {
            buf_add_byte(out, '(');
        }
    }
    trim_tail(out, from, false);
}

static void put_gap(struct lines *l)
{
    if (l->out->n > l->start)
        buf_add_str(l->out, l->gap ? "\n\n" : "\n");
    l->gap = false;
}

static void put_headings(struct lines *l)
{
    for (unsigned i = 1; i < 7; i++) {
        if (!l->pending[i].n)
            continue;
        l->gap = true;
        put_gap(l);
        for (unsigned k = 0; k < i && l->o->headings == WIKI_HEADINGS_MARKDOWN; k++)
            buf_add_byte(l->out, '#');
        if (l->o->headings == WIKI_HEADINGS_MARKDOWN)
            buf_add_byte(l->out, ' ');
        add_clean(l->out, l->pending[i]);
        l->pending[i].n = 0;
        l->gap = true;
    }
}

static struct slice trim_marks(struct slice s)
{
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t' || s.p[s.n - 1] == WT_HOLE))
        s.n--;
    return s;
}

static bool dropped_section(const struct lines *l, struct slice title)
{
    for (size_t i = 0; i < l->o->n_drop; i++) {
        if (slice_eq_nocase(title, slice_str(l->o->drop_sections[i])))
            return true;
    }
    return false;
}

/* "== Title ==": true if the line is one. */
static bool heading(struct lines *l, struct slice s)
{
    s = trim_marks(s);
    size_t a = 0, b = 0;
    while (a < s.n && a < 6 && s.p[a] == '=')
        a++;
    while (b < s.n && b < 6 && s.p[s.n - 1 - b] == '=')
        b++;
    size_t level = a < b ? a : b;
    if (level == 0 || s.n <= 2 * level)
        return false;
    struct slice title = slice_trim(slice_of(s.p + level, s.n - 2 * level));
    for (size_t i = level; i < 7; i++)
        l->pending[i].n = 0;
    l->gap = true;
    if (l->skip && level > l->skip)
        return true;
    l->skip = dropped_section(l, title) ? (unsigned)level : 0;
    if (!l->skip && l->o->headings != WIKI_HEADINGS_NONE)
        l->pending[level] = title;
    return true;
}

static bool has_content(struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] != ' ' && s.p[i] != '\t' && s.p[i] != WT_HOLE && s.p[i] != WT_VERBATIM)
            return true;
    }
    return false;
}

static void prose(struct lines *l, struct slice s)
{
    size_t marks = 0;
    while (marks < s.n && strchr("*#:;", s.p[marks]))
        marks++;
    bool bullet = marks && (s.p[marks - 1] == '*' || s.p[marks - 1] == '#');
    s = slice_from(s, marks);
    if (!has_content(s))
        return;
    put_headings(l);
    size_t at = l->out->n;
    bool gap = l->gap;
    put_gap(l);
    for (size_t i = 1; bullet && i < marks && i < 16; i++)
        buf_add_str(l->out, "  ");
    if (bullet)
        buf_add_str(l->out, "- ");
    size_t text = l->out->n;
    add_clean(l->out, s);
    if (l->out->n == text) {
        l->out->n = at;
        l->gap = gap;
    }
}

static void line(struct lines *l, struct slice s)
{
    if (s.n && s.p[0] == WT_VERBATIM) {
        if (l->skip)
            return;
        put_headings(l);
        put_gap(l);
        for (size_t i = 1; i < s.n; i++) {
            if (s.p[i] != WT_VERBATIM && s.p[i] != WT_HOLE)
                buf_add_byte(l->out, s.p[i]);
        }
        return;
    }
    size_t hole = 0;
    while (hole < s.n && (s.p[hole] == WT_HOLE || s.p[hole] == ' '))
        hole++;
    if (s.n == 0) {
        l->gap = true;
        return;
    }
    s = slice_from(s, hole);
    if (s.n == 0 || s.p[0] == '|' || slice_starts(s, SLICE("----")))
        return;
    if (s.p[0] == '=' && heading(l, s))
        return;
    if (!l->skip)
        prose(l, s);
}

void wt_lines(const struct wikitext_opts *o, struct slice rendered, struct buf *out)
{
    struct lines l = {.o = o, .out = out, .start = out->n};
    struct slice s;
    while (slice_next(&rendered, '\n', &s))
        line(&l, s);
}
