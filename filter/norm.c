/* Each step first finds out whether it has anything to do; see norm.h. Controls go before the form
 * is made, so that what they parted can join; spaces come last, because NFKC makes some. */
#include "filter/norm.h"
#include <stdlib.h>
#include <utf8proc.h>
#include "core/mem.h"
#include "text/chars.h"

enum { FIRST_UNSURE = 0x300, TABLE = 0x20000 };

struct norm {
    struct norm_opts o;
    uint8_t inert[TABLE / 8];   /* bit: normalizes to itself and never joins what is before it */
};

/* ---- composed form ------------------------------------------------------------------------ */

static bool get_bit(const uint8_t *bits, uint32_t c) { return bits[c / 8] >> c % 8 & 1; }
static void set_bit(uint8_t *bits, uint32_t c) { bits[c / 8] |= (uint8_t)(1u << c % 8); }

static int form_options(enum norm_form f)
{
    return UTF8PROC_STABLE | UTF8PROC_COMPOSE | (f == NORM_NFKC ? UTF8PROC_COMPAT : 0);
}

static size_t decompose(uint32_t c, enum norm_form f, utf8proc_int32_t *out, int max)
{
    int last = 0;
    utf8proc_ssize_t n = utf8proc_decompose_char((utf8proc_int32_t)c, out, max,
        (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE |
                            (f == NORM_NFKC ? UTF8PROC_COMPAT : 0)), &last);
    return n < 0 || n > max ? 0 : (size_t)n;
}

/* A code point is inert when it is a starter, comes out of normalization as it went in, and is not
 * the second of any composition. Seconds are found in the decompositions of all others. */
static void find_inert(struct norm *n)
{
    utf8proc_int32_t d[32];
    uint8_t *second = mem_zero(TABLE / 8);
    for (uint32_t c = 0; c < TABLE; c++) {
        size_t k = decompose(c, n->o.form, d, 32);
        for (size_t i = 1; i < k; i++)
            if (d[i] < TABLE)
                set_bit(second, (uint32_t)d[i]);
        const utf8proc_property_t *p = utf8proc_get_property((utf8proc_int32_t)c);
        bool itself = k == 1 && d[0] == (utf8proc_int32_t)c;
        if (k > 1 && n->o.form == NORM_NFC)     /* unless composition is excluded for it */
            itself = utf8proc_normalize_utf32(d, (utf8proc_ssize_t)k,
                         (utf8proc_option_t)form_options(n->o.form)) == 1 &&
                     d[0] == (utf8proc_int32_t)c;
        if (itself && p->combining_class == 0 && (c < 0xD800 || c > 0xDFFF))
            set_bit(n->inert, c);
    }
    for (size_t i = 0; i < TABLE / 8; i++)
        n->inert[i] &= (uint8_t)~second[i];
    mem_free(second);
}

static bool is_inert(const struct norm *n, uint32_t c)
{
    if (c < TABLE)
        return get_bit(n->inert, c);
    return c < 0x2F800 || c > 0x2FA1F;          /* compatibility ideographs */
}

/* Normalizes a short run that starts with an inert code point (or at the text's start) and ends
 * before another, so that nothing around it takes part. */
static void compose(const struct norm *n, struct slice run, struct buf *out)
{
    utf8proc_uint8_t *made = NULL;
    utf8proc_ssize_t len = utf8proc_map((const utf8proc_uint8_t *)run.p, (utf8proc_ssize_t)run.n,
                                        &made, (utf8proc_option_t)form_options(n->o.form));
    if (len < 0)
        mem_failed(run.n);                      /* valid UTF-8: only memory can be the reason */
    buf_add(out, made, (size_t)len);
    free(made);
}

/* Appends the normal form. False, and nothing appended, if the text is in it already. */
static bool composed(const struct norm *n, struct slice text, struct buf *out)
{
    const char *p = text.p, *end = p + text.n, *done = p, *starter = p;
    bool unsure_from_start = n->o.form == NORM_NFKC;
    size_t before = out->n;
    while (p < end) {
        const char *at = p;
        uint32_t c = chars_next(&p);
        if (c < 0x80 || (c < FIRST_UNSURE && !unsure_from_start) || is_inert(n, c)) {
            starter = at;
            continue;
        }
        while (p < end) {
            const char *next = p;
            if (is_inert(n, chars_next(&next)))
                break;
            p = next;
        }
        buf_add(out, done, (size_t)(starter - done));
        compose(n, slice_of(starter, (size_t)(p - starter)), out);
        done = starter = p;
    }
    if (out->n == before && done == text.p)
        return false;
    buf_add(out, done, (size_t)(end - done));
    if (out->n - before == text.n && !memcmp(out->p + before, text.p, text.n)) {
        out->n = before;
        return false;
    }
    return true;
}

/* ---- controls and line ends --------------------------------------------------------------- */

/* C0 and C1 controls other than TAB and LF, DEL, deprecated format characters, the byte order mark
 * inside a text, interlinear annotation: what ftfy removes. */
static bool is_control(uint32_t c)
{
    return (c < 0x20 && c != '\t' && c != '\n') || (c >= 0x7F && c <= 0x9F) ||
           (c >= 0x206A && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFC);
}

static bool ends_line(uint32_t c)
{
    return c == '\r' || c == 0x0B || c == 0x0C || c == 0x85 || c == 0x2028 || c == 0x2029;
}

/* Appends the text without them; false, and nothing appended, if it has none. */
static bool without_controls(struct slice text, struct buf *out)
{
    const char *p = text.p, *end = p + text.n, *done = p;
    while (p < end) {
        const char *at = p;
        uint32_t c = chars_next(&p);
        if ((c >= ' ' && c < 0x7F) || c == '\n' || (!ends_line(c) && !is_control(c)))
            continue;
        buf_add(out, done, (size_t)(at - done));
        if (c == '\r' && p < end && *p == '\n')
            p++;
        if (ends_line(c))
            buf_add_byte(out, '\n');
        done = p;
    }
    if (done == text.p)
        return false;
    buf_add(out, done, (size_t)(end - done));
    return true;
}

/* ---- spaces ------------------------------------------------------------------------------- */

static bool is_blank(uint32_t c)
{
    return c == ' ' || c == '\t' || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
           c == 0x202F || c == 0x205F || c == 0x3000;
}

/* Is there anything for tidy() to do? False is sure, true may be mistaken. */
static bool untidy(const struct norm_opts *o, struct slice text)
{
    const unsigned char *p = (const unsigned char *)text.p, *end = p + text.n;
    unsigned before = '\n';
    size_t newlines = o->empty_lines + 1;       /* none are wanted at the start */
    for (; p < end; before = *p++) {
        unsigned c = *p;
        if (c == '\n') {
            newlines = before == '\n' ? newlines + 1 : 1;
            if (before == ' ' || before == '\t' || newlines > o->empty_lines + 1)
                return true;
        } else if (c == ' ' || c == '\t') {
            if (o->space == NORM_COLLAPSE && (c == '\t' || before == ' ' || before == '\n'))
                return true;
        } else if (c == 0xC2 || c == 0xE1 || c == 0xE2 || c == 0xE3) {
            const char *at = (const char *)p;
            if (is_blank(chars_next(&at)))
                return true;
        }
    }
    return text.n && (before == ' ' || before == '\t' || before == '\n');
}

/* Appends the line, its last blank already gone. */
static void tidy_line(const struct norm_opts *o, struct slice line, struct buf *out)
{
    if (o->space != NORM_COLLAPSE) {
        buf_add_slice(out, line);
        return;
    }
    const char *p = line.p, *end = p + line.n;
    bool blank = false, first = true;
    while (p < end) {
        const char *at = p;
        if (is_blank(chars_next(&p))) {
            blank = !first;
            continue;
        }
        if (blank)
            buf_add_byte(out, ' ');
        buf_add(out, at, (size_t)(p - at));
        blank = first = false;
    }
}

static struct slice without_last_blanks(struct slice line)
{
    const char *end = line.p + line.n;
    while (end > line.p) {
        const char *before = end;
        if (!is_blank(chars_prev(&before)))
            break;
        end = before;
    }
    return slice_of(line.p, (size_t)(end - line.p));
}

static void tidy(const struct norm_opts *o, struct slice text, struct buf *out)
{
    struct slice line;
    size_t empty = 0, from = out->n;
    while (slice_next(&text, '\n', &line)) {
        line = without_last_blanks(line);
        if (!line.n) {
            empty++;
            continue;
        }
        if (out->n > from)
            for (size_t i = 0; i <= empty && i <= o->empty_lines; i++)
                buf_add_byte(out, '\n');
        empty = 0;
        tidy_line(o, line, out);
    }
}

/* ---- all of it ---------------------------------------------------------------------------- */

struct norm *norm_new(const struct norm_opts *o)
{
    struct norm *n = mem_zero(sizeof *n);
    n->o = *o;
    if (o->form != NORM_NONE)
        find_inert(n);
    return n;
}

void norm_free(struct norm *n) { mem_free(n); }

bool norm_run(const struct norm *n, struct slice *text, struct buf work[2])
{
    bool changed = false;
    int now = 0;
    buf_clear(&work[0]);
    if (!n->o.controls && without_controls(*text, &work[0])) {
        *text = buf_slice(&work[0]);
        changed = true;
        now = 1;
    }
    buf_clear(&work[now]);
    if (n->o.form != NORM_NONE && composed(n, *text, &work[now])) {
        *text = buf_slice(&work[now]);
        changed = true;
        now = !now;
    }
    buf_clear(&work[now]);
    if (n->o.space != NORM_KEEP && untidy(&n->o, *text)) {
        size_t before = text->n;
        tidy(&n->o, *text, &work[now]);
        changed |= work[now].n != before || memcmp(work[now].p, text->p, before);
        *text = buf_slice(&work[now]);
    }
    return changed;
}
