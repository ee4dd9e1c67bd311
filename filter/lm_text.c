#include "filter/lm_text.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <utf8proc.h>
#include "core/docs.h"
#include "core/json.h"
#include "core/utf8.h"
#include "text/chars.h"

/* cc_net's table of signs, its full-width one included, which it takes for a quotation mark. By the
 * time it is consulted, digits are 0, so that sign never comes. */
static const struct sign { uint32_t from; const char *to; } SIGNS[] = {
    {0xB4, "'"}, {0xAB, "\""}, {0xBB, "\""}, {0x2013, "-"}, {0x2014, " - "}, {0x2019, "'"},
    {0x201C, "\""}, {0x201D, "\""}, {0x201E, "\""}, {0x2026, "..."}, {0x2236, ":"},
    {0x2501, "-"}, {0x25BA, "-"}, {0x3001, ","}, {0x3002, "."}, {0x3008, "<"}, {0x3009, ">"},
    {0x300A, "\""}, {0x300B, "\""}, {0x300C, "\""}, {0x300D, "\""}, {0x3010, "["}, {0x3011, "]"},
    {0xFF01, "!"}, {0xFF05, "%"}, {0xFF08, "("}, {0xFF09, ")"}, {0xFF0C, ","}, {0xFF0E, ". "},
    {0xFF11, "\""}, {0xFF1A, ":"}, {0xFF1B, ";"}, {0xFF1F, "?"}, {0xFF5E, "~"},
};

static const char *sign_of(uint32_t c)
{
    size_t low = 0, high = sizeof SIGNS / sizeof *SIGNS;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (SIGNS[mid].from == c)
            return SIGNS[mid].to;
        if (SIGNS[mid].from < c)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

static void add_char(struct buf *b, uint32_t c)
{
    char bytes[4];
    if (c < 32 || (c >= 127 && c < 160))
        return;
    if (c >= '0' && c <= '9') {
        buf_add_byte(b, '0');
    } else if (c < 127) {
        buf_add_byte(b, (char)c);
    } else if (utf8proc_category((utf8proc_int32_t)c) == UTF8PROC_CATEGORY_ND) {
        buf_add_byte(b, '0');
    } else {
        const char *sign = sign_of(c);
        if (sign)
            buf_add_str(b, sign);
        else
            buf_add(b, bytes, utf8_put(bytes, c));
    }
}

/* A letter without its accents: its canonical decomposition without nonspacing marks. What is left
 * needs no reordering, since only nonspacing marks have an order to lose, but for rare others. */
static void add_plain(struct buf *b, uint32_t c)
{
    utf8proc_int32_t parts[8];
    utf8proc_ssize_t n = utf8proc_decompose_char((utf8proc_int32_t)c, parts, 8,
                                                 UTF8PROC_DECOMPOSE, NULL);
    for (utf8proc_ssize_t i = 0; i < n && i < 8; i++)
        if (utf8proc_category(parts[i]) != UTF8PROC_CATEGORY_MN)
            add_char(b, (uint32_t)parts[i]);
}

/* What Python's str.strip() takes for white space. */
static bool is_python_space(uint32_t c)
{
    return (c >= 9 && c <= 13) || (c >= 28 && c <= 32) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x3000;
}

static struct slice strip(struct slice text)
{
    const char *p = text.p, *end = text.p + text.n, *first = end, *last = text.p;
    while (p < end) {
        const char *from = p;
        if (is_python_space(utf8_next(&p, end)))
            continue;
        first = first == end ? from : first;
        last = p;
    }
    return first == end ? slice_of(text.p, 0) : slice_of(first, (size_t)(last - first));
}

/* ---- lower case --------------------------------------------------------------------------- */

static utf8proc_category_t category(uint32_t c)
{
    return utf8proc_category((utf8proc_int32_t)c);
}

/* What Unicode's rule for the final sigma looks through, and what it looks for. */
static bool is_case_ignorable(uint32_t c)
{
    utf8proc_category_t k = category(c);
    return k == UTF8PROC_CATEGORY_MN || k == UTF8PROC_CATEGORY_ME || k == UTF8PROC_CATEGORY_CF ||
           k == UTF8PROC_CATEGORY_LM || k == UTF8PROC_CATEGORY_SK || c == '\'' || c == '.' ||
           c == ':' || c == 0xB7 || c == 0x2018 || c == 0x2019 || c == 0x2024 || c == 0x2027;
}

static bool is_cased(uint32_t c)
{
    utf8proc_category_t k = category(c);
    return k == UTF8PROC_CATEGORY_LU || k == UTF8PROC_CATEGORY_LL || k == UTF8PROC_CATEGORY_LT ||
           c == 0xAA || c == 0xBA || (c >= 0x2160 && c <= 0x217F) || (c >= 0x24B6 && c <= 0x24E9);
}

/* The sigma at [at, next): it ends a word when a letter is before it and none behind. */
static bool ends_word(struct slice text, const char *at, const char *next)
{
    const char *end = text.p + text.n;
    uint32_t c = 0;
    while (at > text.p && is_case_ignorable(c = chars_prev(&at)))
        c = 0;
    if (!c || !is_cased(c))
        return false;
    c = 0;
    while (next < end && is_case_ignorable(c = chars_next(&next)))
        c = 0;
    return !c || !is_cased(c);
}

/* Python's str.lower(), but that U+0130 gives "i" without its dot, which no rule here keeps. */
static uint32_t lower(struct slice text, const char *at, const char *next, uint32_t c)
{
    if (c == 0x3A3)
        return ends_word(text, at, next) ? 0x3C2 : 0x3C3;
    return (uint32_t)utf8proc_tolower((utf8proc_int32_t)c);
}

/* ---- recipes ------------------------------------------------------------------------------ */

static bool is_digit(uint32_t c) { return category(c) == UTF8PROC_CATEGORY_ND; }

/* Behind a whole number that starts at p: digits, and a decimal sign with digits. */
static const char *number_end(const char *p, const char *end)
{
    static const uint32_t marks[] = {'.', ',', 0x60C, 0x66B, 0x2396, 0x2397, 0x2398};
    bool decimals = false;
    for (;;) {
        const char *next = p, *behind;
        uint32_t c = next < end ? chars_next(&next) : 0;
        if (c && is_digit(c)) {
            p = next;
            continue;
        }
        bool mark = false;
        for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
            mark |= c == marks[i];
        behind = next;
        if (!mark || decimals || next == end || !is_digit(chars_next(&behind)))
            return p;
        decimals = true;
        p = next;
    }
}

/* Lower case, numbers 0, accents off: what comes before datatrove strips. */
static void simplify(struct slice text, struct buf *b)
{
    for (const char *p = text.p, *end = text.p + text.n; p < end;) {
        const char *at = p;
        uint32_t c = chars_next(&p);
        utf8proc_int32_t parts[8];
        if (is_digit(c)) {
            buf_add_byte(b, '0');
            p = number_end(at, end);
            continue;
        }
        c = lower(text, at, p, c);
        utf8proc_ssize_t n = utf8proc_decompose_char((utf8proc_int32_t)c, parts, 8,
                                                     UTF8PROC_DECOMPOSE, NULL);
        for (utf8proc_ssize_t i = 0; i < n && i < 8; i++) {
            char bytes[4];
            if (category((uint32_t)parts[i]) != UTF8PROC_CATEGORY_MN)
                buf_add(b, bytes, utf8_put(bytes, (uint32_t)parts[i]));
        }
    }
}

/* Both passes in one buffer, the second behind the first. */
static struct slice datatrove(struct slice text, struct buf *b)
{
    simplify(text, b);
    struct slice s = strip(buf_slice(b));
    size_t at = (size_t)(s.p - b->p), end = at + s.n, from = b->n;
    while (at < end) {
        const char *p = b->p + at;
        uint32_t c = chars_next(&p);
        at = (size_t)(p - b->p);
        add_char(b, c);
    }
    return slice_from(buf_slice(b), from);
}

struct slice lm_normalize(enum lm_normal how, struct slice text, struct buf *b)
{
    if (how == LM_NONE || !text.n)
        return text;
    buf_clear(b);
    if (how == LM_DATATROVE)
        return datatrove(text, b);
    text = strip(text);
    for (const char *p = text.p, *end = text.p + text.n; p < end;) {
        const char *at = p;
        uint32_t c = chars_next(&p);
        if (how == LM_EDUGP)
            add_char(b, c);
        else if (c < 128)
            add_char(b, c >= 'A' && c <= 'Z' ? c + 32 : c);
        else
            add_plain(b, lower(text, at, p, c));
    }
    return buf_slice(b);
}

/* ---- scores ------------------------------------------------------------------------------- */

static double six_digits(double v)
{
    char text[40];
    snprintf(text, sizeof text, "%.6g", v);
    return strtod(text, NULL);
}

struct lm_score lm_score_text(const struct kenlm *k, struct slice text)
{
    struct lm_score s = {0};
    bool more = true;
    while (more) {                  /* "a\n" is two lines, as for Python's split("\n") */
        size_t n = slice_find_byte(text, '\n');
        more = n < text.n;
        s.log10 += (double)kenlm_sentence(k, slice_upto(text, n), &s.tokens, &s.unknown);
        text = slice_from(text, n + 1);
    }
    s.perplexity = six_digits(pow(10, -s.log10 / (double)s.tokens));
    return s;
}

const char *lm_bucket(double perplexity, double head, double middle)
{
    return perplexity < head ? "head" : perplexity < middle ? "middle" : "tail";
}

/* ---- thresholds --------------------------------------------------------------------------- */

static struct slice rest_of_row(struct slice row, struct slice *first)
{
    size_t comma = slice_find_byte(row, ',');
    *first = slice_trim(slice_upto(row, comma));
    return slice_from(row, comma + 1);
}

static int parse_cutoffs(struct lm_cutoffs *c, double head, double middle, struct err *e)
{
    struct slice rest = buf_slice(&c->text), row, first;
    if (!slice_next(&rest, '\n', &row))
        return err_set(e, ERR_DATA, "no table of thresholds");
    c->languages = rest_of_row(row, &first);
    while (slice_next(&rest, '\n', &row)) {
        double percentile;
        struct slice cells = rest_of_row(row, &first);
        if (!json_f64(first, &percentile))
            continue;
        if (percentile == head)
            c->head = cells;
        if (percentile == middle)
            c->middle = cells;
    }
    if (!c->head.n || !c->middle.n)
        return err_set(e, ERR_DATA, "the percentiles %g and %g are not in it", head, middle);
    return 0;
}

int lm_cutoffs_load(struct lm_cutoffs *c, const char *path, double head, double middle,
                    struct err *e)
{
    buf_init(&c->text, 1 << 24);
    if (docs_read_file(path, &c->text, e) == 0 && parse_cutoffs(c, head, middle, e) == 0)
        return 0;
    err_at(e, slice_str(path), ERR_NO_POS, ERR_NO_POS);
    return -1;
}

void lm_cutoffs_free(struct lm_cutoffs *c) { buf_free(&c->text); }

bool lm_cutoffs_find(const struct lm_cutoffs *c, struct slice language, double *head,
                     double *middle)
{
    struct slice names = c->languages, heads = c->head, middles = c->middle, name, h, m;
    while (slice_next(&names, ',', &name) && slice_next(&heads, ',', &h) &&
           slice_next(&middles, ',', &m))
        if (slice_eq(slice_trim(name), language))
            return json_f64(slice_trim(h), head) && json_f64(slice_trim(m), middle);
    return false;
}
