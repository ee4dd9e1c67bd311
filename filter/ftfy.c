/* See ftfy.h. Each step gets a text and says whether it made another. */
#include "filter/ftfy.h"
#include <stdlib.h>
#include <utf8proc.h>
#include "core/mem.h"
#include "filter/mojibake.h"
#include "filter/unescape.h"

enum { LONGEST_LINE = 1000000, WIDE_FROM = 0xFF01, WIDE_TO = 0xFFEF };

struct ftfy {
    struct ftfy_opts o;
    struct charmap *map;
    struct chars *chars;
    struct mojibake mojibake;
    struct norm *norm;              /* NULL: no normal form */
    uint32_t wide[WIDE_TO - WIDE_FROM + 1];     /* what a full- or half-width form stands for */
};

const struct ftfy_opts ftfy_default = {.mojibake = true, .c1 = true, .ligatures = true,
                                       .widths = true, .quotes = true, .line_ends = true,
                                       .escapes = true, .controls = true, .form = NORM_NFC};
const struct ftfy_opts ftfy_datatrove = {.mojibake = true, .c1 = true, .escapes = true,
                                         .controls = true, .form = NORM_NONE};

/* ---- single characters -------------------------------------------------------------------- */

static const struct {
    uint32_t cp;
    const char *letters;
} ligatures[] = {
    {0x132, "IJ"}, {0x133, "ij"}, {0x149, "ʼn"}, {0x1C4, "DŽ"}, {0x1C5, "Dž"}, {0x1C6, "dž"},
    {0x1C7, "LJ"}, {0x1C8, "Lj"}, {0x1C9, "lj"}, {0x1CA, "NJ"}, {0x1CB, "Nj"}, {0x1CC, "nj"},
    {0x1F1, "DZ"}, {0x1F2, "Dz"}, {0x1F3, "dz"}, {0xFB00, "ff"}, {0xFB01, "fi"}, {0xFB02, "fl"},
    {0xFB03, "ffi"}, {0xFB04, "ffl"}, {0xFB05, "ſt"}, {0xFB06, "st"},
};

static const char *ligature(uint32_t c)
{
    if (c < 0x132 || (c > 0x1F3 && (c < 0xFB00 || c > 0xFB06)))
        return NULL;
    for (size_t i = 0; i < sizeof ligatures / sizeof *ligatures; i++)
        if (ligatures[i].cp == c)
            return ligatures[i].letters;
    return NULL;
}

static uint32_t width(const struct ftfy *f, uint32_t c)
{
    return c == 0x3000 ? ' ' : c >= WIDE_FROM && c <= WIDE_TO ? f->wide[c - WIDE_FROM] : c;
}

static uint32_t straight(uint32_t c)
{
    return c == 0x2BC || (c >= 0x2018 && c <= 0x201B) ? '\'' : c >= 0x201C && c <= 0x201F ? '"' : c;
}

static void put(struct buf *out, uint32_t c)
{
    char bytes[4];
    buf_add(out, bytes, utf8_put(bytes, c));
}

/* Widths, quotes and line ends of one character. */
static void put_plain(const struct ftfy *f, uint32_t c, struct buf *out)
{
    if (f->o.widths)
        c = width(f, c);
    if (f->o.quotes)
        c = straight(c);
    if (f->o.line_ends && (c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029))
        c = '\n';
    put(out, c);
}

/* C1 controls, ligatures, widths, quotes, line ends. */
static bool characters(const struct ftfy *f, struct slice text, struct buf *out)
{
    const char *end = text.p + text.n;
    size_t before = out->n;
    for (const char *p = text.p; p < end;) {
        uint32_t c = chars_next(&p);
        const char *letters;
        if (c == '\r' && f->o.line_ends && p < end && *p == '\n')
            continue;
        if (c >= 0x80 && c < 0xA0 && f->o.c1)
            c = charmap_1252(c);
        if (f->o.ligatures && (letters = ligature(c)))
            while (*letters)
                put_plain(f, chars_next(&letters), out);
        else
            put_plain(f, c, out);
    }
    if (!slice_eq(slice_from(buf_slice(out), before), text))
        return true;
    out->n = before;
    return false;
}

/* ---- terminal escapes and controls -------------------------------------------------------- */

/* ESC [ digits and semicolons, a letter: its length, or 0. */
static size_t escape(const struct ftfy *f, struct slice s)
{
    const char *p = s.p + 2, *end = s.p + s.n;
    if (s.n < 3 || s.p[1] != '[')
        return 0;
    while (p < end) {
        const char *at = p;
        uint32_t c = chars_next(&p);
        if ((c | 32) >= 'a' && (c | 32) <= 'z')
            return (size_t)(p - s.p);
        if (c != ';' && !(chars_flags(f->chars, c) & CH_DIGIT))
            return 0;
        if (p == at)
            return 0;
    }
    return 0;
}

static bool escapes(const struct ftfy *f, struct slice text, struct buf *out)
{
    size_t before = out->n;
    bool changed = false;
    while (text.n) {
        size_t at = slice_find_byte(text, '\033'), n;
        buf_add(out, text.p, at);
        text = slice_from(text, at);
        if (!text.n)
            break;
        n = escape(f, text);
        changed |= n > 0;
        if (!n)
            buf_add_byte(out, '\033');
        text = slice_from(text, n ? n : 1);
    }
    if (!changed)
        out->n = before;
    return changed;
}

static bool is_control(uint32_t c)
{
    return c < 0x20 ? c != '\t' && c != '\n' && c != '\f' && c != '\r'
                    : c == 0x7F || (c >= 0x206A && c <= 0x206F) || c == 0xFEFF ||
                          (c >= 0xFFF9 && c <= 0xFFFC);
}

static bool controls(struct slice text, struct buf *out)
{
    const char *end = text.p + text.n, *done = text.p;
    for (const char *p = text.p; p < end;) {
        const char *at = p;
        if (!is_control(chars_next(&p)))
            continue;
        buf_add(out, done, (size_t)(at - done));
        done = p;
    }
    if (done == text.p)
        return false;
    buf_add(out, done, (size_t)(end - done));
    return true;
}

/* ---- a line ------------------------------------------------------------------------------- */

/* ASCII without references and controls is as it should be. */
static bool is_plain(struct slice text)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c >= 0x7F || c == '&' || (c < ' ' && c != '\t' && c != '\n' && c != '\f'))
            return false;
    }
    return true;
}

static bool normal_form(const struct ftfy *f, struct slice text, struct ftfy_work *w,
                        struct buf *out)
{
    if (!f->norm || !norm_run(f->norm, &text, w->norm))
        return false;
    buf_add_slice(out, text);
    return true;
}

enum { ENTITIES, MOJIBAKE, CHARACTERS, ESCAPES, CONTROLS, FORM, STEPS };

static bool step(const struct ftfy *f, int which, struct slice text, struct ftfy_work *w,
                 struct buf *out)
{
    switch (which) {
    case ENTITIES: return unescape(text, out);
    case MOJIBAKE: return f->o.mojibake && mojibake_fix(&f->mojibake, text, out);
    case CHARACTERS: return characters(f, text, out);
    case ESCAPES: return f->o.escapes && escapes(f, text, out);
    case CONTROLS: return f->o.controls && controls(text, out);
    default: return normal_form(f, text, w, out);
    }
}

/* The steps over and over until a round gives what it got. One buffer holds what the round began
 * with, the others what the last two steps made. */
static struct slice line(const struct ftfy *f, struct slice text, bool entities,
                         struct ftfy_work *w)
{
    struct buf *bufs[3] = {&w->a, &w->b, &w->c};
    for (int origin = 0;;) {        /* bufs[origin] holds `text`, after the first round */
        struct slice now = text;
        int at = origin;
        for (int i = entities ? ENTITIES : MOJIBAKE; i < STEPS; i++) {
            int next = at == origin ? (origin + 1) % 3 : 3 - origin - at;
            buf_clear(bufs[next]);
            if (step(f, i, now, w, bufs[next])) {
                now = buf_slice(bufs[next]);
                at = next;
            }
        }
        if (slice_eq(now, text))
            return text;
        text = now;
        origin = at;
    }
}

/* ---- a text ------------------------------------------------------------------------------- */

/* The next line with its newline, of no more than a million characters. */
static struct slice next_line(struct slice rest)
{
    struct slice s = slice_upto(rest, slice_find_byte(rest, '\n') + 1);
    if (s.n <= LONGEST_LINE || utf8_count(s) <= LONGEST_LINE)
        return s;
    const char *p = s.p;
    for (int i = 0; i < LONGEST_LINE; i++)
        chars_next(&p);
    return slice_of(s.p, (size_t)(p - s.p));
}

bool ftfy_run(const struct ftfy *f, struct slice *text, struct ftfy_work *w)
{
    bool entities = f->o.entities != FTFY_ENTITIES_NONE, changed = false;
    buf_clear(&w->text);
    for (struct slice rest = *text; rest.n;) {
        struct slice s = next_line(rest), made = s;
        rest = slice_from(rest, s.n);
        if (f->o.entities == FTFY_ENTITIES_AUTO && slice_find_byte(s, '<') < s.n)
            entities = false;
        if (!is_plain(s))
            made = line(f, s, entities, w);
        changed |= !slice_eq(made, s);
        buf_add_slice(&w->text, made);
    }
    if (changed)
        *text = buf_slice(&w->text);
    return changed;
}

/* ---- making ------------------------------------------------------------------------------- */

static void find_widths(struct ftfy *f)
{
    for (uint32_t c = WIDE_FROM; c <= WIDE_TO; c++) {
        char bytes[4];
        size_t n = utf8_put(bytes, c);
        utf8proc_uint8_t *made = NULL;
        utf8proc_ssize_t len = utf8proc_map((const utf8proc_uint8_t *)bytes, (utf8proc_ssize_t)n,
            &made, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
        const char *p = (const char *)made;
        f->wide[c - WIDE_FROM] = len > 0 ? chars_next(&p) : c;
        free(made);
    }
}

struct ftfy *ftfy_new(const struct ftfy_opts *o)
{
    struct ftfy *f = mem_zero(sizeof *f);
    f->o = *o;
    f->map = charmap_new();
    f->chars = chars_new();
    f->mojibake = (struct mojibake){f->map, f->chars};
    find_widths(f);
    if (o->form != NORM_NONE) {
        const struct norm_opts form = {.form = o->form, .space = NORM_KEEP, .controls = true};
        f->norm = norm_new(&form);
    }
    return f;
}

void ftfy_free(struct ftfy *f)
{
    if (!f)
        return;
    charmap_free(f->map);
    chars_free(f->chars);
    norm_free(f->norm);
    mem_free(f);
}

void ftfy_work_init(struct ftfy_work *w)
{
    struct buf *bufs[] = {&w->text, &w->a, &w->b, &w->c, &w->norm[0], &w->norm[1]};
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
        buf_init(bufs[i], BUF_NO_LIMIT);
}

void ftfy_work_free(struct ftfy_work *w)
{
    struct buf *bufs[] = {&w->text, &w->a, &w->b, &w->c, &w->norm[0], &w->norm[1]};
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
        buf_free(bufs[i]);
}
