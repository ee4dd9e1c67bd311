/* Normal forms by utf8proc, cut at what Unicode 9 does not know. */
#include "tokenize/normalize.h"
#include <stdlib.h>
#include <utf8proc.h>
#include "core/mem.h"
#include "core/utf8.h"
#include "text/unicode.h"

/* Nothing before it combines with this character. */
static bool starts_anew(uint32_t c)
{
    if (c < 0x300)
        return true;
    const utf8proc_property_t *p = utf8proc_get_property((utf8proc_int32_t)c);
    bool mark = p->category == UTF8PROC_CATEGORY_MN || p->category == UTF8PROC_CATEGORY_MC ||
                p->category == UTF8PROC_CATEGORY_ME;
    return !mark && !p->combining_class && !(c >= 0x1161 && c <= 0x1175) &&
           !(c >= 0x11A8 && c <= 0x11C2);
}

void normalizer_free(struct normalizer *n)
{
    for (size_t i = 0; i < n->n; i++)
        matcher_free(n->v[i].find);
    mem_free(n->not_alone);
    n->not_alone = NULL;
    n->n = 0;
}

static bool is_own_nfc(uint32_t c)
{
    char s[4];
    utf8proc_uint8_t *made = NULL;
    size_t n = utf8_put(s, c);
    utf8proc_ssize_t k = utf8proc_map((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)n, &made,
                                      UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    bool same = k == (utf8proc_ssize_t)n && memcmp(made, s, n) == 0;
    free(made);
    return same;
}

/* What NFC may change: text of other characters only is its own NFC. */
void normalizer_ready(struct normalizer *n)
{
    if (!normalizer_is_nfc(n))
        return;
    n->not_alone = mem_zero(NORM_ALONE / 8);
    for (uint32_t c = 0x300; c < NORM_ALONE; c++) {
        if (c >= 0xD800 && c < 0xE000)
            continue;
        const utf8proc_property_t *p = utf8proc_get_property((utf8proc_int32_t)c);
        bool plain = p->combining_class == 0 && starts_anew(c) &&
                     (p->decomp_seqindex == UINT16_MAX || p->decomp_type || is_own_nfc(c));
        if (!plain)
            n->not_alone[c / 8] |= (uint8_t)(1u << c % 8);
    }
}

bool normalizer_is_nfc(const struct normalizer *n)
{
    return n->n == 1 && n->v[0].kind == NORM_NFC;
}

void norm_work_init(struct norm_work *w, const struct normalizer *n, bool places)
{
    align_init(&w->now, places);
    align_init(&w->next, places);
    for (size_t i = 0; i < NORM_MOST; i++)
        w->find[i] = i < n->n && n->v[i].find ? matcher_work_new(n->v[i].find) : NULL;
}

void norm_work_free(struct norm_work *w)
{
    align_free(&w->now);
    align_free(&w->next);
    for (size_t i = 0; i < NORM_MOST; i++)
        matcher_work_free(w->find[i]);
}

/* ---- normal forms ---------------------------------------------------------------------------- */

/* All characters are their own normal form: below U+00C0, or below U+0300 for NFC. */
static bool is_normal(enum norm_kind kind, struct slice s)
{
    unsigned char limit = kind == NORM_NFC ? 0xCC : kind == NORM_NFD ? 0xC3 : 0x80;
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= limit)
            return false;
    return true;
}

static void form_of(enum norm_kind kind, struct aligned a, size_t at, size_t end,
                    struct align_buf *out)
{
    static const utf8proc_option_t options[] = {
        [NORM_NFC] = UTF8PROC_STABLE | UTF8PROC_COMPOSE,
        [NORM_NFD] = UTF8PROC_STABLE | UTF8PROC_DECOMPOSE,
        [NORM_NFKC] = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT,
        [NORM_NFKD] = UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT};
    utf8proc_uint8_t *made = NULL;
    utf8proc_ssize_t n = -1;
    if (end > at)
        n = utf8proc_map((const utf8proc_uint8_t *)a.s.p + at, (utf8proc_ssize_t)(end - at), &made,
                         options[kind]);
    if (n < 0 || ((size_t)n == end - at && !memcmp(made, a.s.p + at, end - at)))
        align_copy(out, a, at, end - at);
    else
        align_add(out, (const char *)made, (size_t)n, aligned_from(a, at), aligned_to(a, end - 1));
    free(made);
}

/* In parts that do not act on each other; short ones when places are wanted. */
static void normal_form(enum norm_kind kind, struct aligned a, struct align_buf *out)
{
    const char *p = a.s.p, *end = a.s.p + a.s.n;
    size_t done = 0;
    while (p < end) {
        size_t at = (size_t)(p - a.s.p);
        uint32_t c = utf8_next(&p, end);
        bool apart = c == UTF8_BAD || (c >= 0x7FD && unicode_newer_form(c));
        if (!apart && !(out->wanted && starts_anew(c)))
            continue;
        form_of(kind, a, done, at, out);
        done = at;
        if (apart) {
            done = (size_t)(p - a.s.p);
            align_copy(out, a, at, done - at);
        }
    }
    form_of(kind, a, done, a.s.n, out);
}

/* ---- the other steps ------------------------------------------------------------------------- */

/* Letters of Unicode 16 and 17, which Rust's standard library knows. */
static uint32_t lower_of(uint32_t c)
{
    static const uint32_t newer[][3] = {     /* first, last, lower case of the first */
        {0x1C89, 0x1C89, 0x1C8A}, {0xA7CB, 0xA7CB, 0x264}, {0xA7CC, 0xA7CC, 0xA7CD},
        {0xA7CE, 0xA7CE, 0xA7CF}, {0xA7D2, 0xA7D2, 0xA7D3}, {0xA7D4, 0xA7D4, 0xA7D5},
        {0xA7DA, 0xA7DA, 0xA7DB}, {0xA7DC, 0xA7DC, 0x19B}, {0x10D50, 0x10D65, 0x10D70},
        {0x16EA0, 0x16EB8, 0x16EBB}};
    for (size_t i = 0; i < sizeof newer / sizeof *newer; i++)
        if (c >= newer[i][0] && c <= newer[i][1])
            return newer[i][2] + (c - newer[i][0]);
    return (uint32_t)utf8proc_tolower((utf8proc_int32_t)c);
}

/* Character by character, as Rust's char::to_lowercase: no final sigma. */
static void lower(struct aligned a, struct align_buf *out)
{
    const char *p = a.s.p, *end = a.s.p + a.s.n;
    while (p < end) {
        size_t at = (size_t)(p - a.s.p);
        uint32_t c = utf8_next(&p, end);
        size_t n = (size_t)(p - a.s.p) - at;
        uint32_t l = c == UTF8_BAD ? c : lower_of(c);
        if (c == UTF8_BAD || (l == c && c != 0x130)) {
            align_copy(out, a, at, n);
            continue;
        }
        char made[8];
        size_t k = c == 0x130 ? 3 : utf8_put(made, l);
        if (c == 0x130)
            memcpy(made, "i\xCC\x87", 3);
        align_add(out, made, k, aligned_from(a, at), aligned_to(a, at + n - 1));
    }
}

static struct aligned strip(const struct norm_op *op, struct aligned a)
{
    const char *end = a.s.p + a.s.n;
    size_t first = 0, last = a.s.n;
    for (const char *p = a.s.p; op->left && p < end; first = (size_t)(p - a.s.p))
        if (!unicode_is_space(utf8_next(&p, end)))
            break;
    while (op->right && last > first) {
        size_t i = last - 1;
        while (i > first && ((unsigned char)a.s.p[i] & 0xC0) == 0x80)
            i--;
        const char *p = a.s.p + i;
        if (!unicode_is_space(utf8_next(&p, a.s.p + last)))
            break;
        last = i;
    }
    return aligned_part(a, first, last);
}

static int replace(const struct norm_op *op, struct matcher_work *w, struct aligned a,
                   struct align_buf *out)
{
    size_t done = 0, start, end;
    int rc;
    matcher_start(w);
    while ((rc = matcher_next(op->find, w, a.s, &start, &end)) > 0) {
        align_copy(out, a, done, start - done);
        uint32_t from = start < a.s.n ? aligned_from(a, start) : aligned_to(a, a.s.n - 1);
        align_add(out, op->to.p, op->to.n, from, end > start ? aligned_to(a, end - 1) : from);
        done = end;
    }
    align_copy(out, a, done, a.s.n - done);
    return rc;
}

static int step(const struct norm_op *op, struct matcher_work *find, struct aligned a,
                struct align_buf *out)
{
    switch (op->kind) {
    case NORM_LOWER:
        lower(a, out);
        return 0;
    case NORM_PREPEND:
        align_prepend(out, op->to.p, op->to.n, a);
        align_copy(out, a, 0, a.s.n);
        return 0;
    case NORM_REPLACE:
        return replace(op, find, a, out);
    default:
        normal_form(op->kind, a, out);
        return 0;
    }
}

/* Every character stands alone. */
static bool is_nfc(const struct normalizer *n, struct slice s)
{
    const char *p = s.p, *end = s.p + s.n;
    if (is_normal(NORM_NFC, s))
        return true;
    while (n->not_alone && p < end) {
        uint32_t c = utf8_next(&p, end);
        if (c >= NORM_ALONE ? c != UTF8_BAD : n->not_alone[c / 8] >> c % 8 & 1)
            return false;
    }
    return n->not_alone != NULL;
}

int normalize(const struct normalizer *n, struct norm_work *w, struct aligned *s)
{
    for (size_t i = 0; i < n->n && s->s.n; i++) {
        const struct norm_op *op = &n->v[i];
        if (op->kind == NORM_NFC ? is_nfc(n, s->s)
                                 : op->kind <= NORM_NFKD && is_normal(op->kind, s->s))
            continue;
        if (op->kind == NORM_STRIP) {
            *s = strip(op, *s);
            continue;
        }
        align_clear(&w->next);
        if (step(op, w->find[i], *s, &w->next) < 0)
            return -1;
        struct align_buf swap = w->now;
        w->now = w->next;
        w->next = swap;
        *s = align_view(&w->now);
    }
    return 0;
}
