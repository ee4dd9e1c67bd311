/* See pii_dolma.h. */
#include "filter/pii_dolma.h"
#include <stdlib.h>
#include "core/mem.h"

enum { QUESTIONS_MAX = 10000 };

/* One paragraph, with its newline. */
struct walk {
    const struct chars *chars;
    const char *text, *from, *end;
    struct pii_list *out;
    const char *stop;               /* end of the word last looked for, or NULL */
    const char *hopeless;           /* the last "@" that no address has */
};

static void add(const struct walk *w, enum pii_kind kind, const char *from, const char *to)
{
    struct pii_list *l = w->out;
    if (l->n == l->cap) {
        l->cap = l->cap ? 2 * l->cap : 64;
        l->v = mem_grow_array(l->v, l->cap, sizeof *l->v);
    }
    l->v[l->n++] = (struct pii_match){kind, (size_t)(from - w->text), (size_t)(to - from)};
}

static uint32_t flags(const struct walk *w, const char *p)
{
    return chars_flags(w->chars, chars_next(&p));
}

static const char *next(const char *p)
{
    chars_next(&p);
    return p;
}

/* \s, and the class [.\s@,?!;:)(] */
static bool is_space(const struct walk *w, const char *p) { return flags(w, p) & CH_SPACE; }
static bool is_mark(const struct walk *w, const char *p)
{
    return (*p && strchr(".@,?!;:)(", *p)) || is_space(w, p);
}

/* ---- e-mail ------------------------------------------------------------------------------- */

/* The end of the match of which `at` is the "@", or NULL: the shortest domain with a blank behind
 * it, or a mark and a blank. *domain is its end. */
static const char *domain_end(const struct walk *w, const char *at, const char **domain)
{
    for (const char *p = at + 1; p < w->end; p = next(p)) {
        if (p > at + 1) {
            const char *q = next(p);
            *domain = p;
            if (is_mark(w, p) && q < w->end && is_space(w, q))
                return next(q);
            if (is_space(w, p))
                return q;
        }
        if (*p != '.' && is_mark(w, p))
            return NULL;
    }
    return NULL;
}

/* Where the run of characters other than blanks and "@" ends. */
static const char *word_end(const struct walk *w, const char *p)
{
    while (p < w->end && *p != '@' && !is_space(w, p))
        p = next(p);
    return p;
}

/* The local part may begin with marks that the run before it could have taken: the longest run
 * comes first. `q` goes back from the run's end to its start. */
static const char *match_at(struct walk *w, const char *run, const char *q, const char **local,
                            const char **at, const char **domain)
{
    const char *stop = w->stop = w->stop && q <= w->stop ? w->stop : word_end(w, q);
    for (;;) {
        if (stop > q && stop < w->end && *stop == '@' && stop != w->hopeless) {
            const char *e = domain_end(w, stop, domain);
            if (e) {
                *local = q;
                *at = stop;
                return e;
            }
            w->hopeless = stop;
        }
        do {
            if (q == run)
                return NULL;
            chars_prev(&q);
            if (*q == '@' || is_space(w, q))
                stop = q;
        } while (stop == q);
    }
}

/* Dolma passes over addresses with nothing but "(" before the "@" or no dot behind it. */
static bool counts(const struct walk *w, const char *local, const char *at, const char *domain)
{
    struct slice name = chars_strip(w->chars, slice_of(local, (size_t)(at - local)));
    return !slice_is(name, "(") && memchr(at + 1, '.', (size_t)(domain - at - 1));
}

static void emails(struct walk *w)
{
    const char *p = w->from;
    if (!memchr(p, '@', (size_t)(w->end - p)))
        return;
    while (p < w->end) {
        const char *run = p, *local, *at, *domain, *e;
        while (p < w->end && is_mark(w, p))
            p = next(p);
        if (p == w->end && run == p)
            break;
        if ((e = match_at(w, run, p, &local, &at, &domain))) {
            if (counts(w, local, at, domain))
                add(w, PII_EMAIL, run, e);
            p = e;
            continue;
        }
        while (p < w->end && !is_mark(w, p))
            p = next(p);
    }
}

/* ---- telephone and IP numbers ------------------------------------------------------------- */

/* n digits, of any script. */
static const char *digits(const struct walk *w, const char *p, int n)
{
    for (; p && n; n--)
        p = p < w->end && flags(w, p) & CH_DIGIT ? next(p) : NULL;
    return p;
}

/* \(?ddd\)?[-. ]*ddd[-. ]?dddd */
static const char *phone(const struct walk *w, const char *p)
{
    p += p < w->end && *p == '(';
    p = digits(w, p, 3);
    if (!p)
        return NULL;
    p += p < w->end && *p == ')';
    while (p < w->end && (*p == '-' || *p == '.' || *p == ' '))
        p++;
    p = digits(w, p, 3);
    if (!p)
        return NULL;
    p += p < w->end && (*p == '-' || *p == '.' || *p == ' ');
    return digits(w, p, 4);
}

static void phones(const struct walk *w)
{
    for (const char *p = w->from; p < w->end;) {
        const char *run = p, *e;
        while (p < w->end && is_space(w, p))
            p = next(p);
        if (p > run && (e = phone(w, p))) {
            add(w, PII_PHONE, run, e);
            p = e;
        } else {
            while (p < w->end && !is_space(w, p))
                p = next(p);
        }
    }
}

static void quads(const struct walk *w)
{
    struct pii_match m;
    struct slice text = slice_of(w->from, (size_t)(w->end - w->from));
    for (size_t from = 0; pii_next_quad(text, from, &m); from = m.at + m.n)
        add(w, PII_IPV4, w->from + m.at, w->from + m.at + m.n);
}

/* ---- a text ------------------------------------------------------------------------------- */

static int by_place(const void *a, const void *b)
{
    const struct pii_match *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return (int)x->kind - (int)y->kind;
}

void pii_dolma(const struct chars *c, struct slice text, struct pii_list *out)
{
    size_t questions = 0, from = 0;
    out->n = 0;
    for (size_t i = 0; i < text.n; i++)
        questions += text.p[i] == '?';
    while (questions <= QUESTIONS_MAX && from < text.n) {
        struct slice rest = slice_from(text, from);
        struct slice line = slice_upto(rest, slice_find_byte(rest, '\n') + 1);
        struct walk w = {c, text.p, line.p, line.p + line.n, out, NULL, NULL};
        emails(&w);
        phones(&w);
        quads(&w);
        from += line.n;
    }
    if (out->n)
        qsort(out->v, out->n, sizeof *out->v, by_place);
}

void pii_list_free(struct pii_list *l) { mem_free(l->v); }
