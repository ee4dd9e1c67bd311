#include "filter/lang.h"
#include <stdio.h>
#include <stdlib.h>
#include <utf8proc.h>
#include "core/buf.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "filter/cld2.h"
#include "filter/fasttext.h"
#include "filter/lang_code.h"

struct lang_model {
    struct fasttext *ft;            /* NULL: CLD2 */
    struct slice *labels;
    uint32_t n;
};

struct lang_reader {
    const struct lang_model *m;
    struct lang_opts o;
    struct fasttext_reader *ft;
    struct buf sample, joined, lower;   /* the text as the identifier sees it */
    double *weight, *score;         /* a label: sums over the units of this text */
    uint32_t *met;                  /* labels with weight, in the order met */
    size_t n_met;
    struct lang_unit *units;
    size_t n_units, cap_units;
};

/* ---- models ------------------------------------------------------------------------------- */

struct lang_model *lang_model_open(const char *fasttext_path, struct err *e)
{
    struct lang_model *m = mem_zero(sizeof *m);
    if (fasttext_path && !(m->ft = fasttext_load(fasttext_path, e))) {
        mem_free(m);
        return NULL;
    }
    m->n = m->ft ? fasttext_labels(m->ft) : (uint32_t)cld2_languages();
    m->labels = mem_array(m->n, sizeof *m->labels);
    for (uint32_t i = 0; i < m->n; i++) {
        struct slice s = m->ft ? fasttext_label(m->ft, i) : slice_str(cld2_code((int)i));
        m->labels[i] = slice_starts(s, SLICE("__label__")) ? slice_from(s, 9) : s;
    }
    return m;
}

void lang_model_free(struct lang_model *m)
{
    if (!m)
        return;
    fasttext_free(m->ft);
    mem_free(m->labels);
    mem_free(m);
}

uint32_t lang_model_labels(const struct lang_model *m) { return m->n; }
struct slice lang_model_label(const struct lang_model *m, uint32_t i) { return m->labels[i]; }
size_t lang_model_memory(const struct lang_model *m)
{
    return m->ft ? fasttext_memory(m->ft) : 0;
}

size_t lang_model_select(const struct lang_model *m, struct slice code, bool *set)
{
    struct lang_code wanted, label;
    bool is_code = lang_code_parse(code, &wanted);
    size_t found = 0;
    for (uint32_t i = 0; i < m->n; i++) {
        bool match = slice_eq(m->labels[i], code) ||
                     (is_code && lang_code_parse(m->labels[i], &label) &&
                      lang_code_match(wanted, label));
        if (!match || !m->labels[i].n)
            continue;
        set[i] = true;
        found++;
    }
    return found;
}

/* ---- the text as the identifier sees it --------------------------------------------------- */

static size_t to_boundary(struct slice text, size_t at)
{
    while (at < text.n && ((unsigned char)text.p[at] & 0xC0) == 0x80)
        at++;
    return at;
}

/* Four windows of a quarter of the bytes each: the first, the last and two evenly between. */
static struct slice sample(struct lang_reader *r, struct slice text)
{
    enum { WINDOWS = 4 };
    size_t width = r->o.sample / WINDOWS;
    if (r->o.sample == 0 || text.n <= r->o.sample)
        return text;
    buf_clear(&r->sample);
    for (size_t i = 0; i < WINDOWS; i++) {
        size_t from = to_boundary(text, (text.n - width) / (WINDOWS - 1) * i);
        size_t to = to_boundary(text, from + width);
        buf_add_slice(&r->sample, slice_of(text.p + from, to - from));
        buf_add_byte(&r->sample, '\n');
    }
    return buf_slice(&r->sample);
}

static bool mostly_capitals(struct slice text)
{
    const char *p = text.p, *end = text.p + text.n;
    size_t capitals = 0, small = 0;
    while (p < end) {
        uint32_t c = utf8_next(&p, end);
        if (c < 0x80) {
            capitals += c >= 'A' && c <= 'Z';
            small += c >= 'a' && c <= 'z';
        } else {
            utf8proc_category_t k = utf8proc_category((utf8proc_int32_t)c);
            capitals += k == UTF8PROC_CATEGORY_LU;
            small += k == UTF8PROC_CATEGORY_LL;
        }
    }
    return capitals > small;
}

static struct slice lower_case(struct lang_reader *r, struct slice text)
{
    const char *p = text.p, *end = text.p + text.n;
    char bytes[4];
    buf_clear(&r->lower);
    while (p < end) {
        uint32_t c = utf8_next(&p, end);
        c = (uint32_t)utf8proc_tolower((utf8proc_int32_t)c);
        buf_add(&r->lower, bytes, utf8_put(bytes, c));
    }
    return buf_slice(&r->lower);
}

static struct slice prepare(struct lang_reader *r, struct slice unit)
{
    bool lower = r->o.letters == LANG_CASE_LOWER ||
                 (r->o.letters == LANG_CASE_AUTO && mostly_capitals(unit));
    unit = newline_apply(r->o.newline, unit, &r->joined);
    return lower ? lower_case(r, unit) : unit;
}

/* ---- judging ------------------------------------------------------------------------------ */

static double six_digits(double v)
{
    char text[40];
    snprintf(text, sizeof text, "%.6g", v);
    return strtod(text, NULL);
}

static void count(struct lang_reader *r, uint32_t language, double weight, double score)
{
    if (r->weight[language] == 0 && weight > 0)
        r->met[r->n_met++] = language;
    r->weight[language] += weight;
    r->score[language] += weight * score;
}

/* Judges one unit; adds what was found to the sums, each language by its part of the weight. The
 * first one found goes to *best. */
static void judge(struct lang_reader *r, struct slice unit, double weight,
                  struct lang_answer *out, struct lang_unit *best)
{
    if (r->m->ft) {
        struct fasttext_guess g;
        if (fasttext_read(r->ft, unit) && fasttext_top(r->ft, 1, 0, &g) == 1) {
            best->language = g.label;
            best->score = six_digits((double)g.score);
            count(r, g.label, weight, best->score);
        }
        return;
    }
    struct cld2_found found[3];
    bool reliable;
    cld2_detect(unit.p, unit.n, found, &reliable);
    out->reliable &= reliable;
    if (found[0].language >= 0 && found[0].percent > 0) {
        best->language = (uint32_t)found[0].language;
        best->score = found[0].percent / 100.0;
    }
    for (int i = 0; i < 3; i++)
        if (found[i].language >= 0 && found[i].percent > 0)
            count(r, (uint32_t)found[i].language, weight * found[i].percent / 100,
                  found[i].percent / 100.0);
}

static struct slice next_unit(enum lang_by by, struct slice *rest)
{
    while (by == LANG_BY_PARAGRAPH && rest->n && rest->p[0] == '\n')
        *rest = slice_from(*rest, 1);
    struct slice unit = *rest;
    size_t n = by == LANG_BY_DOCUMENT ? rest->n : slice_find_byte(*rest, '\n');
    if (by == LANG_BY_PARAGRAPH)
        n = slice_find(*rest, SLICE("\n\n"));
    *rest = slice_from(unit, n + 1);
    return slice_upto(unit, n);
}

/* Largest weight first, ties by the order met: a stable insertion sort of a short list. */
static void rank(struct lang_reader *r)
{
    for (size_t i = 1; i < r->n_met; i++) {
        uint32_t x = r->met[i];
        size_t j = i;
        for (; j > 0 && r->weight[r->met[j - 1]] < r->weight[x]; j--)
            r->met[j] = r->met[j - 1];
        r->met[j] = x;
    }
}

static void answer(struct lang_reader *r, struct lang_answer *out)
{
    double total = 0;
    rank(r);
    for (size_t i = 0; i < r->n_met; i++)
        total += r->weight[r->met[i]];
    for (size_t i = 0; i < r->n_met && i < LANG_SHARES_MAX; i++) {
        uint32_t l = r->met[i];
        out->shares[out->n_shares++] = (struct lang_share){
            l, six_digits(r->weight[l] / total), six_digits(r->score[l] / r->weight[l])};
    }
    if (out->n_shares) {
        out->language = out->shares[0].language;
        out->score = out->shares[0].score;
    }
}

static void keep_unit(struct lang_reader *r, struct lang_unit u)
{
    if (r->n_units == r->cap_units) {
        r->cap_units = r->cap_units ? 2 * r->cap_units : 64;
        r->units = mem_grow_array(r->units, r->cap_units, sizeof *r->units);
    }
    r->units[r->n_units++] = u;
}

void lang_identify(struct lang_reader *r, struct slice text, struct lang_answer *out)
{
    *out = (struct lang_answer){.language = LANG_NONE, .reliable = true};
    for (size_t i = 0; i < r->n_met; i++)
        r->weight[r->met[i]] = r->score[r->met[i]] = 0;
    r->n_met = r->n_units = 0;
    for (struct slice rest = sample(r, text); rest.n;) {
        struct slice unit = next_unit(r->o.by, &rest);
        if (!slice_trim(unit).n)
            continue;
        double weight = r->o.by == LANG_BY_DOCUMENT ? 1 : (double)utf8_count(unit);
        struct lang_unit best = {r->o.units ? (size_t)(unit.p - text.p) : 0, unit.n, LANG_NONE, 0};
        judge(r, prepare(r, unit), weight, out, &best);
        if (r->o.units)
            keep_unit(r, best);
    }
    answer(r, out);
}

const struct lang_unit *lang_units(const struct lang_reader *r, size_t *n)
{
    *n = r->n_units;
    return r->units;
}

struct lang_reader *lang_reader_new(const struct lang_model *m, struct lang_opts o)
{
    struct lang_reader *r = mem_zero(sizeof *r);
    r->m = m;
    r->o = o;
    r->ft = m->ft ? fasttext_reader_new(m->ft) : NULL;
    buf_init(&r->sample, BUF_NO_LIMIT);
    buf_init(&r->joined, BUF_NO_LIMIT);
    buf_init(&r->lower, BUF_NO_LIMIT);
    r->weight = mem_array(m->n, sizeof *r->weight);
    r->score = mem_array(m->n, sizeof *r->score);
    r->met = mem_array(m->n, sizeof *r->met);
    return r;
}

void lang_reader_free(struct lang_reader *r)
{
    if (!r)
        return;
    fasttext_reader_free(r->ft);
    buf_free(&r->sample);
    buf_free(&r->joined);
    buf_free(&r->lower);
    mem_free(r->weight);
    mem_free(r->score);
    mem_free(r->met);
    mem_free(r->units);
    mem_free(r);
}
