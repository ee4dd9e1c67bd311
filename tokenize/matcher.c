/* See matcher.h. */
#include "tokenize/matcher.h"
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include "core/mem.h"
#include "core/utf8.h"

struct matcher {
    pcre2_code *code;               /* NULL: a string */
    char *string;
    size_t n;
};

struct matcher_work {
    pcre2_match_data *match;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
    size_t at, last_end;
    bool any;                       /* a match was found: it ended at last_end */
};

struct matcher *matcher_new_string(struct slice text)
{
    struct matcher *f = mem_zero(sizeof *f);
    f->string = mem_alloc(text.n);
    f->n = text.n;
    memcpy(f->string, text.p, text.n);
    return f;
}

struct matcher *matcher_new_pcre2(struct slice pattern, struct err *e)
{
    struct matcher *f = mem_zero(sizeof *f);
    int code;
    PCRE2_SIZE where;
    f->code = pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n,
                            PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF, &code, &where, NULL);
    if (!f->code) {
        char why[128] = "";
        pcre2_get_error_message(code, (PCRE2_UCHAR *)why, sizeof why);
        mem_free(f);
        err_set(e, ERR_USAGE, "pattern: %s", why);
        return NULL;
    }
    pcre2_jit_compile(f->code, PCRE2_JIT_COMPLETE);     /* without JIT it runs, only slower */
    return f;
}

struct matcher *matcher_new(struct slice pattern, struct pretok_opts o, struct err *e)
{
    struct buf b;
    struct matcher *f = NULL;
    buf_init(&b, 64u << 20);
    if (regex_translate(pattern, o.flavor, o.unicode, &b, e) == 0)
        f = matcher_new_pcre2(buf_slice(&b), e);
    buf_free(&b);
    return f;
}

bool matcher_is(const struct matcher *f, struct slice text)
{
    return !f->code && slice_eq(slice_of(f->string, f->n), text);
}

void matcher_free(struct matcher *f)
{
    if (!f)
        return;
    pcre2_code_free(f->code);
    mem_free(f->string);
    mem_free(f);
}

struct matcher_work *matcher_work_new(const struct matcher *f)
{
    struct matcher_work *w = mem_zero(sizeof *w);
    if (!f->code)
        return w;
    w->match = pcre2_match_data_create_from_pattern(f->code, NULL);
    w->context = pcre2_match_context_create(NULL);
    w->stack = pcre2_jit_stack_create(32 << 10, 16 << 20, NULL);
    if (!w->match || !w->context)
        mem_failed(1 << 20);
    pcre2_set_match_limit(w->context, 50000000);
    pcre2_jit_stack_assign(w->context, NULL, w->stack);
    return w;
}

void matcher_work_free(struct matcher_work *w)
{
    if (!w)
        return;
    pcre2_match_data_free(w->match);
    pcre2_match_context_free(w->context);
    pcre2_jit_stack_free(w->stack);
    mem_free(w);
}

void matcher_start(struct matcher_work *w)
{
    w->at = w->last_end = 0;
    w->any = false;
}

static int find_string(const struct matcher *f, struct matcher_work *w, struct slice text,
                       size_t *start, size_t *end)
{
    size_t at = w->at + slice_find(slice_from(text, w->at), slice_of(f->string, f->n));
    if (at >= text.n)
        return 0;
    *start = at;
    *end = w->at = at + f->n;
    return 1;
}

int matcher_at(const struct matcher *f, struct matcher_work *w, struct slice text, size_t from,
               size_t *start, size_t *end)
{
    int rc = pcre2_match(f->code, (PCRE2_SPTR)text.p, text.n, from, 0, w->match, w->context);
    if (rc < 0)
        return rc == PCRE2_ERROR_NOMATCH ? 0 : -1;
    const PCRE2_SIZE *o = pcre2_get_ovector_pointer(w->match);
    *start = o[0];
    *end = o[1];
    return 1;
}

int matcher_next(const struct matcher *f, struct matcher_work *w, struct slice text, size_t *start,
                 size_t *end)
{
    if (!f->code)
        return find_string(f, w, text, start, end);
    while (w->at <= text.n) {
        int rc = matcher_at(f, w, text, w->at, start, end);
        if (rc <= 0)
            return rc;
        w->at = *end;
        if (*start == *end) {           /* look on behind the next character */
            const char *p = text.p + *end;
            if (*end < text.n)
                utf8_next(&p, text.p + text.n);
            w->at = *end < text.n ? (size_t)(p - text.p) : text.n + 1;
            if (w->any && w->last_end == *end)
                continue;
        }
        w->any = true;
        w->last_end = *end;
        return 1;
    }
    return 0;
}
