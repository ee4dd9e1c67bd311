/* book - see book.h. The bounds answer known failures of other strippers: collections cut to a
 * thousandth, books emptied, notes left in. */
#include "read/book.h"

static struct slice line_at(struct slice s, size_t i)
{
    struct slice rest = slice_from(s, i);
    return slice_upto(rest, slice_find_byte(rest, '\n'));
}

static bool holds_nocase(struct slice s, struct slice needle)
{
    for (size_t i = 0; i + needle.n <= s.n; i++) {
        if (slice_starts_nocase(slice_from(s, i), needle))
            return true;
    }
    return false;
}

static bool is_start(struct slice l)
{
    if (l.n < 12 || l.n > 300 || !(l.p[0] == '*' || l.p[0] == 'S' || l.p[0] == 'E'))
        return false;
    if (slice_starts_nocase(l, SLICE("*END*THE SMALL PRINT")) ||
        slice_starts_nocase(l, SLICE("*END THE SMALL PRINT")))
        return true;
    return l.p[0] == '*' && holds_nocase(slice_upto(l, 24), SLICE("START OF")) &&
           holds_nocase(l, SLICE("GUTENBERG"));
}

static bool is_end(struct slice l)
{
    if (l.n < 12 || l.n > 300)
        return false;
    size_t i = 0;
    while (i < l.n && (l.p[i] == '*' || l.p[i] == ' '))
        i++;
    l = slice_from(l, i);
    bool end = slice_starts_nocase(l, SLICE("END OF")) ||
               slice_starts_nocase(l, SLICE("ENDE DIESES"));
    return end && holds_nocase(l, SLICE("GUTENBERG"));
}

/* Offset behind the last START line of the first `bound` bytes; 0 if none. */
static size_t find_start(struct slice s, size_t bound)
{
    size_t found = 0;
    for (size_t i = 0; i < s.n && i < bound;) {
        struct slice l = line_at(s, i);
        size_t next = i + l.n + 1;
        if (is_start(l)) {
            /* A title may run on to the next line: the mark ends with its asterisks. */
            struct slice t = slice_trim(l), more = slice_trim(line_at(s, next < s.n ? next : s.n));
            bool open = t.n && t.p[0] == '*' && t.p[t.n - 1] != '*' && t.p[4] == 'S';
            if (open && slice_ends(more, SLICE("***")))
                next += line_at(s, next).n + 1;
            found = next;
        }
        i = next;
    }
    return found < s.n ? found : s.n;
}

/* Offset of the first END line at or after `bound`; the length if none. */
static size_t find_end(struct slice s, size_t bound)
{
    for (size_t i = bound; i < s.n;) {
        struct slice l = line_at(s, i);
        if (is_end(l) && (i == 0 || s.p[i - 1] == '\n'))
            return i;
        i += l.n + 1;
    }
    return s.n;
}

static void header_field(struct slice l, const char *name, struct slice *value)
{
    struct slice key = slice_str(name);
    if (value->n == 0 && slice_starts_nocase(l, key))
        *value = slice_trim(slice_from(l, key.n));
}

/* "English" to "en", for the languages that most of the books are in. */
static struct slice lang_code(struct slice name)
{
    static const char *const CODES[][2] = {
        {"English", "en"}, {"French", "fr"}, {"Finnish", "fi"}, {"German", "de"},
        {"Dutch", "nl"}, {"Italian", "it"}, {"Spanish", "es"}, {"Portuguese", "pt"},
        {"Hungarian", "hu"}, {"Greek", "el"}, {"Swedish", "sv"}, {"Esperanto", "eo"},
        {"Danish", "da"}, {"Latin", "la"}, {"Tagalog", "tl"}, {"Catalan", "ca"},
        {"Norwegian", "no"}, {"Polish", "pl"}, {"Japanese", "ja"}, {"Chinese", "zh"},
        {"Czech", "cs"}, {"Russian", "ru"}, {"Welsh", "cy"}, {"Icelandic", "is"},
    };
    for (size_t i = 0; i < sizeof CODES / sizeof CODES[0]; i++) {
        if (slice_is(name, CODES[i][0]))
            return slice_str(CODES[i][1]);
    }
    return slice_of("", 0);
}

static void read_header(struct book *b, struct slice head)
{
    struct slice l, language = {"", 0};
    while (slice_next(&head, '\n', &l)) {
        header_field(l, "Title:", &b->title);
        header_field(l, "Author:", &b->author);
        header_field(l, "Language:", &language);
        size_t at = slice_find(l, SLICE("Book #"));
        if (at < l.n && b->number.n == 0) {
            b->number = slice_from(l, at + 6);
            size_t n = 0;
            while (n < b->number.n && b->number.p[n] >= '0' && b->number.p[n] <= '9')
                n++;
            b->number.n = n;
        }
    }
    b->lang = lang_code(language);
}

/* The paragraph at the start of s, without the blank lines before it; *end is behind it. */
static struct slice first_paragraph(struct slice s, size_t *end)
{
    size_t i = 0;
    while (i < s.n && slice_trim(line_at(s, i)).n == 0)
        i += line_at(s, i).n + 1;
    size_t from = i < s.n ? i : s.n;
    while (i < s.n && slice_trim(line_at(s, i)).n != 0)
        i += line_at(s, i).n + 1;
    *end = i < s.n ? i : s.n;
    return slice_of(s.p + from, *end - from);
}

static bool is_credit(struct slice p)
{
    static const char *const STARTS[] = {
        "Produced by", "E-text prepared by", "Etext prepared by", "This etext was p",
        "This ebook was p", "This e-text was p", "Transcribed from", "[Transcriber",
        "Transcriber's n", "Transcriber’s n", "Note: Project Gutenberg also has",
        "Note: Images of the original",
        "*** START", "Scanned by", "Credits:", "Prepared by", "HTML version by", "This file was p",
        "Distributed Proofread", "[Illustration", "[Note: ", "***END", "Updated editions will",
    };
    for (size_t i = 0; i < sizeof STARTS / sizeof STARTS[0]; i++) {
        if (slice_starts_nocase(p, slice_str(STARTS[i])))
            return true;
    }
    return holds_nocase(p, SLICE("Online Distributed Proofreading")) ||
           holds_nocase(p, SLICE("gutenberg.org/"));
}

/* Notes before the text: only short paragraphs, and only the first few. */
static struct slice peel_credits(struct slice body)
{
    for (int i = 0; i < 6; i++) {
        size_t end;
        struct slice p = first_paragraph(body, &end);
        if (p.n == 0 || p.n > 1500 || !is_credit(p))
            break;
        body = slice_from(body, end);
    }
    return body;
}

void book_strip(struct book *b, struct slice text)
{
    if (slice_starts(text, SLICE("\xEF\xBB\xBF")))
        text = slice_from(text, 3);
    struct slice none = {"", 0};
    *b = (struct book){.title = none, .author = none, .lang = none, .number = none, .body = text};
    size_t bound = text.n / 10 > 20000 ? text.n / 10 : text.n / 2 < 20000 ? text.n / 2 : 20000;
    size_t from = find_start(text, bound);
    size_t last = text.n - text.n / 7 < text.n - (text.n < 30000 ? text.n / 2 : 30000)
                  ? text.n - text.n / 7 : text.n - (text.n < 30000 ? text.n / 2 : 30000);
    size_t to = find_end(text, last > from ? last : from);
    b->gutenberg = from > 0 || to < text.n;
    if (!b->gutenberg)
        return;
    read_header(b, slice_upto(text, from ? from : 3000));
    b->body = peel_credits(slice_of(text.p + from, to - from));
    while (b->body.n && strchr(" \t\r\n", b->body.p[b->body.n - 1]))
        b->body.n--;
    while (b->body.n && strchr("\r\n", b->body.p[0]))
        b->body = slice_from(b->body, 1);
}

/* ---- unwrapping ---------------------------------------------------------------------------- */

/* Prose in a plain text fills its lines: all but the last are long, and none is indented. */
static bool is_prose(struct slice p)
{
    struct slice l;
    bool prose = true;
    while (prose && slice_next(&p, '\n', &l)) {
        size_t n = 0;
        for (size_t i = 0; i < l.n; i++)
            n += ((unsigned char)l.p[i] & 0xC0) != 0x80;
        prose = l.n && l.p[0] != ' ' && l.p[0] != '\t' && (n >= 45 || p.n == 0);
    }
    return prose;
}

static void add_paragraph(struct slice p, struct buf *out)
{
    bool prose = is_prose(p), first = true;
    struct slice l;
    while (slice_next(&p, '\n', &l)) {
        if (l.n && l.p[l.n - 1] == '\r')
            l.n--;
        if (!first)
            buf_add_byte(out, prose ? ' ' : '\n');
        buf_add_slice(out, prose ? slice_trim(l) : l);
        first = false;
    }
}

void book_unwrap(struct slice body, struct buf *out)
{
    size_t start = out->n;
    while (body.n) {
        size_t end;
        struct slice p = first_paragraph(body, &end);
        if (p.n && p.p[p.n - 1] == '\n')
            p.n--;
        if (p.n) {
            if (out->n > start)
                buf_add_str(out, "\n\n");
            add_paragraph(p, out);
        }
        body = slice_from(body, end);
    }
}
