/* See edit_lines.h. */
#include "filter/edit_lines.h"

static double share_of(const struct chars *c, struct slice line, uint32_t flag)
{
    uint64_t n = 0, all = 0;
    for (const char *p = line.p, *end = p + line.n; p < end; all++)
        n += (chars_flags(c, chars_next(&p)) & flag) != 0;
    return (double)n / (double)all;
}

static uint64_t count_words(const struct chars *c, struct slice line)
{
    struct slice word;
    uint64_t n = 0;
    while (chars_next_word(c, &line, &word))
        n++;
    return n;
}

/* Equal to a small ASCII letter for re.IGNORECASE, or another character itself. */
static bool same_char(uint32_t cp, char small)
{
    if (cp < 0x80)
        return (cp >= 'A' && cp <= 'Z' ? cp + 32 : cp) == (uint32_t)small;
    return (small == 'i' && (cp == 0x130 || cp == 0x131)) || (small == 's' && cp == 0x17F) ||
           (small == 'k' && cp == 0x212A);
}

/* The phrase at p: its end, or NULL. "?" is any character, as a dot of the original is. */
static const char *phrase_at(const char *p, const char *end, const char *phrase)
{
    for (; *phrase; phrase++) {
        if (p == end)
            return NULL;
        uint32_t cp = chars_next(&p);
        if (*phrase != '?' && !same_char(cp, *phrase))
            return NULL;
    }
    return p;
}

/* \W*$ */
static bool has_no_word(const struct chars *c, const char *p, const char *end)
{
    while (p < end)
        if (chars_flags(c, chars_next(&p)) & CH_WORD)
            return false;
    return true;
}

/* ^\W*\d(?:,|\.|\d)*(?:K|k|M|m|B|b)?\s+(?:likes|...)\W*$ of the line in small letters */
static bool is_counter(const struct chars *c, struct slice line)
{
    static const char *const things[] = {"likes", "shares", "comments", "retweets", "reposts",
                                         "quotes", "bookmarks", "upvotes", "downvotes",
                                         "downloads", "views", "followers"};
    const char *p = line.p, *end = p + line.n, *next = p;
    while (next < end && !(chars_flags(c, chars_next(&next)) & CH_WORD))
        p = next;
    next = p;
    if (p == end || !(chars_flags(c, chars_next(&next)) & CH_DIGIT))
        return false;
    for (p = next; p < end; p = next) {
        uint32_t cp = chars_next(&next);
        if (cp != ',' && cp != '.' && !(chars_flags(c, cp) & CH_DIGIT))
            break;
    }
    next = p;
    uint32_t unit = p < end ? chars_next(&next) : 0;
    p = unit && (unit == 0x212A || (unit < 0x80 && strchr("kmbKMB", (int)unit))) ? next : p;
    struct slice rest = slice_of(p, (size_t)(end - p)), tail = chars_lstrip(c, rest);
    if (tail.n == rest.n)
        return false;
    for (size_t i = 0; i < sizeof things / sizeof *things; i++) {
        const char *behind = phrase_at(tail.p, end, things[i]);
        if (behind && has_no_word(c, behind, end))
            return true;
    }
    return false;
}

/* ---- phrases ------------------------------------------------------------------------------ */

static bool space_at(const struct chars *c, const char *p)
{
    return chars_flags(c, chars_next(&p)) & CH_SPACE;
}

/* \s?items in cart, everywhere */
static void without_cart(const struct chars *c, struct slice line, struct buf *out)
{
    const char *p = line.p, *end = p + line.n, *done = p;
    while (p < end) {
        const char *behind = p;
        if (space_at(c, p))
            chars_next(&behind);
        const char *e = phrase_at(behind, end, "items in cart");
        e = e ? e : phrase_at(p, end, "items in cart");
        if (!e) {
            chars_next(&p);
            continue;
        }
        buf_add(out, done, (size_t)(p - done));
        p = done = e;
    }
    buf_add(out, done, (size_t)(end - done));
}

/* \s?read more...$ with its unescaped dots */
static void without_read_more(const struct chars *c, struct slice line, struct buf *out)
{
    const char *end = line.p + line.n, *p = end;
    for (size_t i = 0; i < sizeof "read more..." - 1; i++) {
        if (p == line.p) {
            buf_add_slice(out, line);
            return;
        }
        chars_prev(&p);
    }
    if (phrase_at(p, end, "read more???") != end) {
        buf_add_slice(out, line);
        return;
    }
    const char *before = p;
    if (p > line.p && (chars_flags(c, chars_prev(&before)) & CH_SPACE))
        p = before;
    buf_add(out, line.p, (size_t)(p - line.p));
}

/* ^sign-in\s? */
static void without_sign_in(const struct chars *c, struct slice line, struct buf *out)
{
    const char *end = line.p + line.n, *p = phrase_at(line.p, end, "sign-in");
    if (p && p < end && space_at(c, p))
        chars_next(&p);
    p = p ? p : line.p;
    buf_add(out, p, (size_t)(end - p));
}

/* False: the line goes. Else it is at the end of *out, which must be given back otherwise. */
static bool without_phrase(const struct chars *c, enum line_edit edit, struct slice line,
                           struct buf *out)
{
    size_t before = out->n;
    if (edit == LINES_CART)
        without_cart(c, line, out);
    else if (edit == LINES_READ_MORE)
        without_read_more(c, line, out);
    else
        without_sign_in(c, line, out);
    return !line.n || chars_lstrip(c, slice_of(out->p + before, out->n - before)).n;
}

/* ---- lines -------------------------------------------------------------------------------- */

static bool stays(const struct chars *c, enum line_edit edit, double number, struct slice line)
{
    switch (edit) {
    case LINES_UPPER: return !line.n || share_of(c, line, CH_ISUPPER) <= number;
    case LINES_DIGITS: return !line.n || share_of(c, line, CH_ISDIGIT) <= number;
    case LINES_COUNTERS: return !is_counter(c, line);
    default: return !line.n || (double)count_words(c, line) >= number;
    }
}

void edit_lines(const struct chars *c, enum line_edit edit, double number, struct slice text,
                struct buf *out)
{
    struct slice rest = text, line;
    bool first = true, more = true;
    while (more) {
        size_t at = slice_find_byte(rest, '\n'), before = out->n;
        line = slice_upto(rest, at);
        more = at < rest.n;
        rest = slice_from(rest, at + 1);
        if (!first)
            buf_add_byte(out, '\n');
        bool keep = true;
        if (edit < LINES_CART) {
            keep = stays(c, edit, number, line);
            buf_add_slice(out, keep ? line : slice_of("", 0));
        } else if ((double)count_words(c, line) <= number) {
            keep = without_phrase(c, edit, line, out);
        } else {
            buf_add_slice(out, line);
        }
        if (!keep)
            out->n = before;
        first &= !keep;
    }
    if (edit == LINES_WORDS || !out->n)
        return;
    struct slice whole = buf_slice(out), left = chars_strip(c, whole);
    if (left.n && left.p != whole.p)
        memmove(out->p, left.p, left.n);
    out->n = left.n;
}

void edit_newlines(size_t most, struct slice text, struct buf *out)
{
    const char *p = text.p, *end = p + text.n;
    while (p < end) {
        const char *line = memchr(p, '\n', (size_t)(end - p));
        size_t n = 0;
        line = line ? line : end;
        buf_add(out, p, (size_t)(line - p));
        while (line + n < end && line[n] == '\n')
            n++;
        buf_add(out, line, n < most ? n : most);
        p = line + n;
    }
}
