/* Scanners for the gpt2, cl100k and o200k patterns, and PCRE2 for the rest.
 * The scanners are written from the patterns, alternative by alternative, in their order. */
#include "tokenize/pretok.h"
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include "core/mem.h"
#include "core/utf8.h"
#include "tokenize/uclass.h"

#define CONTRACTION "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
#define UPPER_SIDE "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]"
#define LOWER_SIDE "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]"

static const char pattern_gpt2[] =
    "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
static const char pattern_cl100k[] =
    CONTRACTION "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
    "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
static const char pattern_o200k[] =
    "[^\\r\\n\\p{L}\\p{N}]?" UPPER_SIDE "*" LOWER_SIDE "+" CONTRACTION "?"
    "|[^\\r\\n\\p{L}\\p{N}]?" UPPER_SIDE "+" LOWER_SIDE "*" CONTRACTION "?"
    "|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

enum kind { KIND_GPT2, KIND_CL100K, KIND_O200K, KIND_REGEX };
static const char *const kind_names[] = {"gpt2", "cl100k", "o200k", "regex"};

struct pretok {
    enum kind kind;
    struct uclass *classes;
    char *pattern;
    pcre2_code *code;               /* KIND_REGEX only */
};

struct pretok_work {
    pcre2_match_data *match;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
};

typedef unsigned char u8;

struct scan {                       /* the text and the tables, for the scanners */
    const uint8_t *of;
    const u8 *start, *end;
};

/* Class at p (< end), and the length of the character. */
static inline unsigned class_at(const struct scan *s, const u8 *p, unsigned *len)
{
    if (*p < 0x80) {
        *len = 1;
        return s->of[*p];
    }
    const char *q = (const char *)p;
    uint32_t c = utf8_next(&q, (const char *)s->end);
    *len = (unsigned)(q - (const char *)p);
    return c == UTF8_BAD ? 0 : s->of[c];
}

/* Class at p, 0xFF.. none: UINT_MAX stands for the end of the text. */
#define AT_END 0x100u
static inline unsigned class_or_end(const struct scan *s, const u8 *p, unsigned *len)
{
    if (p >= s->end) {
        *len = 0;
        return AT_END;
    }
    return class_at(s, p, len);
}

static inline const u8 *run_of(const struct scan *s, const u8 *p, unsigned mask)
{
    unsigned len;
    while (p < s->end && (class_at(s, p, &len) & mask))
        p += len;
    return p;
}

/* [^\s\p{L}\p{N}]+ */
static inline const u8 *run_of_other(const struct scan *s, const u8 *p)
{
    unsigned len;
    while (p < s->end && !(class_at(s, p, &len) & (UC_LETTER | UC_NUMBER | UC_SPACE)))
        p += len;
    return p;
}

static inline bool is_newline(u8 c)
{
    return c == '\r' || c == '\n';
}

/* \s*[\r\n]+ (if `lines`), else \s+(?!\S), else \s+ */
static const u8 *spaces(const struct scan *s, const u8 *p, bool lines)
{
    const u8 *q = p, *last = p, *line = NULL;
    unsigned len;
    while (q < s->end && (class_at(s, q, &len) & UC_SPACE)) {
        last = q;
        if (is_newline(*q))
            line = q + 1;
        q += len;
    }
    if (lines && line)
        return line;
    return q < s->end && last > p ? last : q;
}

/* Length of 's 't 're 've 'm 'll 'd at p, 0 for none. */
static unsigned contraction(const struct scan *s, const u8 *p, bool any_case)
{
    size_t left = (size_t)(s->end - p);
    if (left < 2 || *p != '\'')
        return 0;
    u8 fold = any_case ? 32 : 0;
    u8 a = p[1] | fold, b = left > 2 ? p[2] | fold : 0;
    if (p[1] >= 0x80)       /* U+017F, long s, is an s to a caseless match */
        return any_case && left > 2 && p[1] == 0xC5 && p[2] == 0xBF ? 3 : 0;
    if (a == 's' || a == 't' || a == 'm' || a == 'd')
        return 2;
    if (left > 2 && p[2] < 0x80 &&
        ((a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l')))
        return 3;
    return 0;
}

static const u8 *next_gpt2(const struct scan *s, const u8 *p)
{
    unsigned n = contraction(s, p, false);
    if (n)
        return p + n;
    unsigned len, c = class_at(s, p, &len);
    const u8 *q = p;
    if (*p == ' ') {
        c = class_or_end(s, p + 1, &len);
        if (c & (UC_SPACE | AT_END))
            return spaces(s, p, false);
        q = p + 1;
    }
    if (c & UC_SPACE)
        return spaces(s, p, false);
    q += len;
    if (c & UC_LETTER)
        return run_of(s, q, UC_LETTER);
    if (c & UC_NUMBER)
        return run_of(s, q, UC_NUMBER);
    return run_of_other(s, q);
}

/* \p{N}{1,3} */
static const u8 *digits(const struct scan *s, const u8 *p)
{
    unsigned len;
    for (int i = 0; i < 3 && p < s->end && (class_at(s, p, &len) & UC_NUMBER); i++)
        p += len;
    return p;
}

/* " ?[^\s\p{L}\p{N}]+" and a tail, or white space; what both newer patterns end with */
static const u8 *other_or_space(const struct scan *s, const u8 *p, bool slash)
{
    unsigned len;
    const u8 *q = p;
    if (*p == ' ' && p + 1 < s->end)
        q++;
    if (class_at(s, q, &len) & (UC_LETTER | UC_NUMBER | UC_SPACE))
        return spaces(s, p, true);
    q = run_of_other(s, q);
    while (q < s->end && (is_newline(*q) || (slash && *q == '/')))
        q++;
    return q;
}

static const u8 *next_cl100k(const struct scan *s, const u8 *p)
{
    unsigned n = contraction(s, p, true);
    if (n)
        return p + n;
    unsigned len, len2, c = class_at(s, p, &len);
    if (c & UC_LETTER)
        return run_of(s, p + len, UC_LETTER);
    if (c & UC_NUMBER)
        return digits(s, p);
    if (!is_newline(*p) && (class_or_end(s, p + len, &len2) & UC_LETTER))
        return run_of(s, p + len + len2, UC_LETTER);
    return other_or_space(s, p, false);
}

/* Upper* Lower+ (`lower_needed`) or Upper+ Lower* from q; NULL if neither. */
static const u8 *word_o200k(const struct scan *s, const u8 *q, bool lower_needed)
{
    const u8 *r = q, *both_end = NULL;
    unsigned len, c;
    while ((c = class_or_end(s, r, &len)) & (UC_UPPER | UC_CASELESS | UC_MARK)) {
        r += len;
        if (c & (UC_CASELESS | UC_MARK))
            both_end = r;
    }
    if (!lower_needed)
        return r > q ? run_of(s, r, UC_LOWER | UC_CASELESS | UC_MARK) : NULL;
    if (c & UC_LOWER)
        return run_of(s, r, UC_LOWER | UC_CASELESS | UC_MARK);
    /* the pattern gives back to the last character that also is of the lower side */
    return both_end;
}

static const u8 *next_o200k(const struct scan *s, const u8 *p)
{
    unsigned len, c = class_at(s, p, &len);
    bool prefix = !(c & (UC_LETTER | UC_NUMBER)) && !is_newline(*p);
    const u8 *end = NULL;
    for (int alternative = 0; alternative < 2 && !end; alternative++) {
        if (prefix)
            end = word_o200k(s, p + len, alternative == 0);
        if (!end && (c & (UC_LETTER | UC_MARK)))
            end = word_o200k(s, p, alternative == 0);
    }
    if (end)
        return end + contraction(s, end, true);
    return c & UC_NUMBER ? digits(s, p) : other_or_space(s, p, true);
}

/* ---- PCRE2 -------------------------------------------------------------------------------- */

static size_t next_regex(const struct pretok *p, struct pretok_work *w, struct slice text,
                         size_t at)
{
    int rc = pcre2_match(p->code, (PCRE2_SPTR)text.p, text.n, at, PCRE2_NO_UTF_CHECK, w->match,
                         w->context);
    if (rc == PCRE2_ERROR_NOMATCH)
        return text.n;
    if (rc < 0)
        return 0;
    const PCRE2_SIZE *o = pcre2_get_ovector_pointer(w->match);
    if (o[0] > at)
        return o[0];                            /* a gap */
    if (o[1] > at)
        return o[1];
    const char *q = text.p + at;                /* an empty match: go over one character */
    utf8_next(&q, text.p + text.n);
    return (size_t)(q - text.p);
}

static int compile(struct pretok *p, struct err *e)
{
    struct buf expanded;
    buf_init(&expanded, 64u << 20);
    uclass_expand(p->classes, slice_str(p->pattern), &expanded);
    int code;
    PCRE2_SIZE where;
    p->code = pcre2_compile((PCRE2_SPTR)expanded.p, expanded.n, PCRE2_UTF | PCRE2_UCP, &code,
                            &where, NULL);
    buf_free(&expanded);
    if (!p->code) {
        char why[128] = "";
        pcre2_get_error_message(code, (PCRE2_UCHAR *)why, sizeof why);
        return err_set(e, ERR_USAGE, "pattern '%.100s': %s", p->pattern, why);
    }
    pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE);     /* without JIT it runs, only slower */
    return 0;
}

/* ---- making ------------------------------------------------------------------------------- */

static enum kind recognise(struct slice pattern)
{
    static const struct { const char *spelling; enum kind kind; } known[] = {
        {"gpt2", KIND_GPT2}, {pattern_gpt2, KIND_GPT2},
        {"cl100k", KIND_CL100K}, {pattern_cl100k, KIND_CL100K},
        {"o200k", KIND_O200K}, {pattern_o200k, KIND_O200K}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (slice_is(pattern, known[i].spelling))
            return known[i].kind;
    return KIND_REGEX;
}

static struct pretok *make(enum kind kind, struct slice pattern, struct err *e)
{
    static const char *const spelled[] = {pattern_gpt2, pattern_cl100k, pattern_o200k};
    struct pretok *p = mem_zero(sizeof *p);
    p->kind = kind;
    p->classes = uclass_new();
    if (recognise(pattern) != KIND_REGEX)
        pattern = slice_str(spelled[recognise(pattern)]);
    p->pattern = mem_zero(pattern.n + 1);
    memcpy(p->pattern, pattern.p, pattern.n);
    if (kind == KIND_REGEX && compile(p, e) < 0) {
        pretok_free(p);
        return NULL;
    }
    return p;
}

struct pretok *pretok_new(struct slice pattern, struct err *e)
{
    return make(recognise(pattern), pattern, e);
}

struct pretok *pretok_new_regex(struct slice pattern, struct err *e)
{
    return make(KIND_REGEX, pattern, e);
}

void pretok_free(struct pretok *p)
{
    if (!p)
        return;
    uclass_free(p->classes);
    mem_free(p->pattern);
    pcre2_code_free(p->code);
    mem_free(p);
}

const char *pretok_name(const struct pretok *p)
{
    return kind_names[p->kind];
}

struct slice pretok_pattern(const struct pretok *p)
{
    return slice_str(p->pattern);
}

struct pretok_work *pretok_work_new(const struct pretok *p)
{
    struct pretok_work *w = mem_zero(sizeof *w);
    if (p->kind != KIND_REGEX)
        return w;
    w->match = pcre2_match_data_create_from_pattern(p->code, NULL);
    w->context = pcre2_match_context_create(NULL);
    w->stack = pcre2_jit_stack_create(32 << 10, 16 << 20, NULL);
    if (!w->match || !w->context)
        mem_failed(1 << 20);
    pcre2_set_match_limit(w->context, 50000000);
    pcre2_jit_stack_assign(w->context, NULL, w->stack);
    return w;
}

void pretok_work_free(struct pretok_work *w)
{
    if (!w)
        return;
    pcre2_match_data_free(w->match);
    pcre2_match_context_free(w->context);
    pcre2_jit_stack_free(w->stack);
    mem_free(w);
}

size_t pretok_next(const struct pretok *p, struct pretok_work *w, struct slice text, size_t at)
{
    if (p->kind == KIND_REGEX)
        return next_regex(p, w, text, at);
    struct scan s = {p->classes->of, (const u8 *)text.p, (const u8 *)text.p + text.n};
    const u8 *start = s.start + at;
    const u8 *end = p->kind == KIND_GPT2 ? next_gpt2(&s, start)
                  : p->kind == KIND_CL100K ? next_cl100k(&s, start) : next_o200k(&s, start);
    return (size_t)(end - s.start);
}

size_t pretok_ends(const struct pretok *p, struct pretok_work *w, struct slice text, size_t at,
                   uint32_t *ends, size_t max)
{
    size_t n = 0;
    while (n < max && at < text.n) {
        at = pretok_next(p, w, text, at);
        if (!at)
            return 0;
        ends[n++] = (uint32_t)at;
    }
    return n;
}
