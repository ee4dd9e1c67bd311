/* Known patterns by scan.h and window.h, the rest by PCRE2. */
#include "tokenize/pretok.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "tokenize/matcher.h"
#include "tokenize/patterns.h"
#include "tokenize/scan.h"
#include "tokenize/window.h"

#define CONTRACTION "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
#define UPPER_SIDE "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]"
#define LOWER_SIDE "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]"
#define PREFIX "[^\\r\\n\\p{L}\\p{N}]?"
#define SPACES "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
#define OTHER " ?[^\\s\\p{L}\\p{N}]+"

static const struct known {
    const char *name, *pattern;
    struct grammar grammar;
} known[] = {
    {"gpt2", "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+|" OTHER "|\\s+(?!\\S)|\\s+",
     {WORD_PLAIN, true, 0, false}},
    {"cl100k", CONTRACTION "|" PREFIX "\\p{L}+|\\p{N}{1,3}|" OTHER "[\\r\\n]*|" SPACES,
     {WORD_PREFIX, true, 3, false}},
    {"o200k", PREFIX UPPER_SIDE "*" LOWER_SIDE "+" CONTRACTION "?|"
     PREFIX UPPER_SIDE "+" LOWER_SIDE "*" CONTRACTION "?|\\p{N}{1,3}|" OTHER "[\\r\\n/]*|" SPACES,
     {WORD_CASED, true, 3, true}},
    {"qwen2", CONTRACTION "|" PREFIX "\\p{L}+|\\p{N}|" OTHER "[\\r\\n]*|" SPACES,
     {WORD_PREFIX, true, 1, false}},
    {"tekken", PREFIX UPPER_SIDE "*" LOWER_SIDE "+|" PREFIX UPPER_SIDE "+" LOWER_SIDE "*|\\p{N}|"
     OTHER "[\\r\\n/]*|" SPACES, {WORD_CASED, false, 1, true}},
};
enum { N_KNOWN = sizeof known / sizeof *known };

struct pretok {
    const struct known *known;      /* NULL: by PCRE2 */
    window_fn *window;              /* NULL: this machine has none */
    struct uclass *classes;         /* only with `known` */
    const char *name;
    char *pattern;
    struct matcher *code;           /* only without `known` */
    struct pretok *outer, *inner;   /* a chain has only these */
};

struct pretok_work {
    struct matcher_work *match;
    struct pretok_work *outer, *inner;
    size_t start, end;              /* of the outer piece */
    struct scan_place place;        /* of pretok_parts() */
};

/* ---- expressions -------------------------------------------------------------------------- */

/* End of the piece at `at`: of a match there, or of the gap before the next one. An empty match
 * cuts and takes nothing: the piece behind it goes on to the next. */
static size_t next_regex(const struct pretok *p, struct pretok_work *w, struct slice text,
                         size_t at)
{
    size_t start, end, next;
    int rc = matcher_at(p->code, w->match, text, at, &start, &end);
    if (rc > 0 && start == at && end == at) {
        const char *q = text.p + at;
        utf8_next(&q, text.p + text.n);
        next = (size_t)(q - text.p);
        rc = next < text.n ? matcher_at(p->code, w->match, text, next, &start, &end) : 0;
    }
    if (rc <= 0)
        return rc < 0 ? 0 : text.n;
    return start > at ? start : end;
}

/* ---- making ------------------------------------------------------------------------------- */

static const struct known *recognise(struct slice pattern)
{
    for (size_t i = 0; i < N_KNOWN; i++)
        if (slice_is(pattern, known[i].name) || slice_is(pattern, known[i].pattern))
            return &known[i];
    return NULL;
}

struct slice pretok_known_pattern(struct slice name)
{
    const struct known *k = recognise(name);
    return k ? slice_str(k->pattern) : (struct slice){NULL, 0};
}

bool pretok_covers(struct slice pattern)
{
    return recognise(pattern) || pattern_covers(pattern);
}

static struct pretok *make(const struct known *k, struct slice pattern, struct pretok_opts o,
                           struct err *e)
{
    struct pretok *p = mem_zero(sizeof *p);
    p->known = k;
    p->classes = k ? uclass_new(o.unicode) : NULL;
    p->name = k ? k->name : "regex";
    if (k)
        pattern = slice_str(k->pattern);
    p->pattern = mem_zero(pattern.n + 1);
    memcpy(p->pattern, pattern.p, pattern.n);
    if (!k && !(p->code = matcher_new(slice_str(p->pattern), o, e))) {
        pretok_free(p);
        return NULL;
    }
    return p;
}

/* The parts of a published pattern, applied in turn. */
static struct pretok *make_named(const struct named_pattern *n, struct pretok_opts o,
                                 struct err *e)
{
    struct pretok *p = NULL;
    for (int i = 0; i < PATTERN_PARTS && n->part[i]; i++) {
        struct pretok *part = make(NULL, slice_str(n->part[i]), o, e);
        if (!part) {
            pretok_free(p);
            return NULL;
        }
        p = p ? pretok_chain(p, part) : part;
    }
    p->name = n->name;
    return p;
}

struct pretok *pretok_new(struct slice pattern, struct pretok_opts o, struct err *e)
{
    pattern = pattern_alias(pattern);
    const struct known *k = recognise(pattern);
    const struct named_pattern *n = k ? NULL : pattern_named(pattern);
    if (n)
        return make_named(n, o, e);
    struct pretok *p = make(k, pattern, o, e);
    if (p && k)
        p->window = window_for(&k->grammar);
    return p;
}

struct pretok *pretok_new_regex(struct slice pattern, struct pretok_opts o, struct err *e)
{
    const struct known *k = recognise(pattern);
    return make(NULL, k ? slice_str(k->pattern) : pattern, o, e);
}

struct pretok *pretok_chain(struct pretok *outer, struct pretok *inner)
{
    struct pretok *p = mem_zero(sizeof *p);
    p->outer = outer;
    p->inner = inner;
    p->name = "chain";
    p->pattern = mem_strdup("");
    return p;
}

void pretok_free(struct pretok *p)
{
    if (!p)
        return;
    pretok_free(p->outer);
    pretok_free(p->inner);
    uclass_free(p->classes);
    mem_free(p->pattern);
    matcher_free(p->code);
    mem_free(p);
}

const char *pretok_name(const struct pretok *p)
{
    return p->name;
}

struct slice pretok_pattern(const struct pretok *p)
{
    return slice_str(p->pattern);
}

struct pretok_work *pretok_work_new(const struct pretok *p)
{
    struct pretok_work *w = mem_zero(sizeof *w);
    if (p->inner) {
        w->outer = pretok_work_new(p->outer);
        w->inner = pretok_work_new(p->inner);
    }
    w->match = p->code ? matcher_work_new(p->code) : NULL;
    return w;
}

void pretok_work_free(struct pretok_work *w)
{
    if (!w)
        return;
    pretok_work_free(w->outer);
    pretok_work_free(w->inner);
    matcher_work_free(w->match);
    mem_free(w);
}

static size_t next_chained(const struct pretok *p, struct pretok_work *w, struct slice text,
                           size_t at)
{
    if (at == 0 || at >= w->end) {
        w->start = at;
        w->end = pretok_next(p->outer, w->outer, text, at);
        if (!w->end)
            return 0;
    }
    struct slice piece = slice_of(text.p + w->start, w->end - w->start);
    size_t end = pretok_next(p->inner, w->inner, piece, at - w->start);
    return end ? w->start + end : 0;
}

size_t pretok_next(const struct pretok *p, struct pretok_work *w, struct slice text, size_t at)
{
    if (p->inner)
        return next_chained(p, w, text, at);
    if (!p->known)
        return next_regex(p, w, text, at);
    struct scan s = {p->classes->of, (const u8 *)text.p, (const u8 *)text.p + text.n};
    return (size_t)(scan_next(&p->known->grammar, &s, s.start + at) - s.start);
}

size_t pretok_ends(const struct pretok *p, struct pretok_work *w, struct slice text, size_t at,
                   uint32_t *ends, size_t max)
{
    return pretok_parts(p, w, NULL, text, at, ends, max);
}

/* One piece or the rest of one, in parts. */
static size_t one_piece(const struct pretok *p, struct pretok_work *w, const struct cuts *cuts,
                        struct slice text, uint32_t *ends, size_t max)
{
    struct scan_place *place = &w->place;
    size_t n = 1;
    if (place->end <= place->at) {
        place->end = pretok_next(p, w, text, place->piece);
        if (!place->end)
            return 0;
    }
    ends[0] = (uint32_t)place->end;
    if (cuts)
        n = cuts_ends(cuts, text, place->at, place->end, ends, max);
    place->at = ends[n - 1];
    if (place->at == place->end) {
        place->piece = place->at;
        place->lower = false;
    }
    return n;
}

size_t pretok_parts(const struct pretok *p, struct pretok_work *w, const struct cuts *cuts,
                    struct slice text, size_t at, uint32_t *ends, size_t max)
{
    size_t n = 0;
    if (!at || at != w->place.at)
        w->place = (struct scan_place){.at = at, .piece = at};
    if (p->window && max >= WINDOW) {
        struct scan s = {p->classes->of, (const u8 *)text.p, (const u8 *)text.p + text.n};
        return p->window(&p->known->grammar, &s, cuts, &w->place, ends, max);
    }
    while (n < max && w->place.at < text.n) {
        size_t more = one_piece(p, w, cuts, text, ends + n, max - n);
        if (!more)
            return 0;
        n += more;
    }
    return n;
}
