/* Steps, one calling the next for each of its pieces.
 * The behaviours are those of the tokenizers library (normalizer.rs, split). */
#include "tokenize/steps.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "tokenize/load.h"

struct part {
    size_t start, end;
    bool match;
};

struct step_work {
    struct matcher_work *find;
    struct align_buf text;          /* a rewritten piece */
    struct part *parts;
    size_t n, cap;
};

struct steps_work {
    struct step_work v[STEPS_MOST];
    size_t n;
};

struct walk {
    const struct steps *s;
    struct steps_work *w;
    piece_fn take;
    void *arg;
};

void steps_free(struct steps *s)
{
    for (size_t i = 0; i < s->n; i++)
        matcher_free(s->v[i].find);
    s->n = 0;
}

bool steps_need_places(const struct steps *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->v[i].kind == STEP_METASPACE && s->v[i].prepend == META_FIRST)
            return true;
    return false;
}

struct steps_work *steps_work_new(const struct steps *s, bool places)
{
    struct steps_work *w = mem_zero(sizeof *w);
    w->n = s->n;
    for (size_t i = 0; i < s->n; i++) {
        align_init(&w->v[i].text, places);
        if (s->v[i].find)
            w->v[i].find = matcher_work_new(s->v[i].find);
    }
    return w;
}

void steps_work_free(struct steps_work *w)
{
    for (size_t i = 0; w && i < w->n; i++) {
        align_free(&w->v[i].text);
        matcher_work_free(w->v[i].find);
        mem_free(w->v[i].parts);
    }
    mem_free(w);
}

/* ---- parts of a piece ------------------------------------------------------------------------ */

static void add_part(struct step_work *w, size_t start, size_t end, bool match)
{
    if (w->n == w->cap) {
        w->cap = w->cap ? w->cap * 2 : 256;
        w->parts = mem_grow_array(w->parts, w->cap, sizeof *w->parts);
    }
    w->parts[w->n++] = (struct part){start, end, match};
}

static int find_parts(const struct step *s, struct step_work *w, struct slice text)
{
    size_t done = 0, start, end;
    int rc;
    w->n = 0;
    matcher_start(w->find);
    while ((rc = matcher_next(s->find, w->find, text, &start, &end)) > 0) {
        if (start > done)
            add_part(w, done, start, s->invert);
        add_part(w, start, end, !s->invert);
        done = end;
    }
    if (done < text.n)
        add_part(w, done, text.n, s->invert);
    return rc;
}

/* A match goes to the part before it unless that is a match, too. */
static void glue_previous(struct step_work *w)
{
    size_t n = 0;
    bool after_match = false;
    for (size_t i = 0; i < w->n; i++) {
        struct part p = w->parts[i];
        if (p.match && !after_match && n)
            w->parts[n - 1].end = p.end;
        else
            w->parts[n++] = p;
        after_match = p.match;
    }
    w->n = n;
}

static void glue_next(struct step_work *w)
{
    size_t n = w->n;
    bool before_match = false;
    for (size_t i = w->n; i-- > 0;) {
        struct part p = w->parts[i];
        if (p.match && !before_match && n < w->n)
            w->parts[n].start = p.start;
        else
            w->parts[--n] = p;
        before_match = p.match;
    }
    w->n -= n;
    memmove(w->parts, w->parts + n, w->n * sizeof *w->parts);
}

static void glue_equal(struct step_work *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++) {
        if (n && w->parts[n - 1].match == w->parts[i].match)
            w->parts[n - 1].end = w->parts[i].end;
        else
            w->parts[n++] = w->parts[i];
    }
    w->n = n;
}

static void drop_matches(struct step_work *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++)
        if (!w->parts[i].match)
            w->parts[n++] = w->parts[i];
    w->n = n;
}

static int split_parts(const struct step *s, struct step_work *w, struct slice text)
{
    if (find_parts(s, w, text) < 0)
        return -1;
    if (s->behavior == SPLIT_REMOVED)
        drop_matches(w);
    else if (s->behavior == SPLIT_PREVIOUS)
        glue_previous(w);
    else if (s->behavior == SPLIT_NEXT)
        glue_next(w);
    else if (s->behavior == SPLIT_CONTIGUOUS)
        glue_equal(w);
    return 0;
}

static void length_parts(const struct step *s, struct step_work *w, struct slice text)
{
    const char *p = text.p, *end = text.p + text.n;
    w->n = 0;
    while (p < end) {
        size_t start = (size_t)(p - text.p);
        for (uint64_t i = 0; i < s->length && p < end; i++)
            utf8_next(&p, end);
        add_part(w, start, (size_t)(p - text.p), false);
    }
}

/* ---- rewriting ------------------------------------------------------------------------------- */

/* Spaces become the replacement; with `split` a part begins at each of them. */
static struct aligned metaspace(const struct step *s, struct step_work *w, struct aligned a,
                                bool first)
{
    struct slice r = s->replacement;
    bool spaced = a.s.p[0] == ' ' || slice_starts(a.s, r);
    if (w->text.wanted)                 /* what the normalizer put in front is at place 0, too */
        first = aligned_from(a, 0) == 0;
    align_clear(&w->text);
    w->n = 0;
    if (!spaced && (s->prepend == META_ALWAYS || (s->prepend == META_FIRST && first)))
        align_prepend(&w->text, r.p, r.n, a);
    for (size_t i = 0; i < a.s.n; i++) {
        if (a.s.p[i] == ' ')
            align_add(&w->text, r.p, r.n, aligned_from(a, i), aligned_to(a, i));
        else
            align_copy(&w->text, a, i, 1);
    }
    struct aligned out = align_view(&w->text);
    size_t start = 0;
    for (size_t i = 0; s->split && i < out.s.n; i++) {
        if (i > start && slice_starts(slice_from(out.s, i), r)) {
            add_part(w, start, i, false);
            start = i;
        }
    }
    add_part(w, start, out.s.n, false);
    return out;
}

static struct aligned byte_level(const struct step *s, struct step_work *w, struct aligned a)
{
    bool space = s->prefix_space && a.s.p[0] != ' ';
    align_clear(&w->text);
    w->n = 0;
    if (space)
        align_prepend(&w->text, " ", 1, a);
    for (size_t i = 0; i < a.s.n; i++)
        align_copy(&w->text, a, i, 1);
    return align_view(&w->text);
}

/* Bytes in the spelling of the alphabet. */
static struct aligned spell(struct step_work *w, struct aligned a)
{
    align_clear(&w->text);
    for (size_t i = 0; i < a.s.n; i++) {
        char c[4];
        size_t n = utf8_put(c, byte_level_char((unsigned char)a.s.p[i]));
        align_add(&w->text, c, n, aligned_from(a, i), aligned_to(a, i));
    }
    return align_view(&w->text);
}

/* ---- walking --------------------------------------------------------------------------------- */

static int run_from(struct walk *k, size_t i, struct aligned a, bool first);

/* Each part goes through the steps behind step i. */
static int give_parts(struct walk *k, size_t i, struct aligned a, bool first)
{
    struct step_work *w = &k->w->v[i];
    for (size_t p = 0; p < w->n; p++) {
        struct part part = w->parts[p];
        if (part.end == part.start)
            continue;
        int rc = run_from(k, i + 1, aligned_part(a, part.start, part.end),
                          first && part.start == 0);
        if (rc)
            return rc;
    }
    return 0;
}

/* 0; 1 when the taker stopped; -1. */
static int run_from(struct walk *k, size_t i, struct aligned a, bool first)
{
    if (i == k->s->n)
        return k->take(k->arg, a) ? 0 : 1;
    const struct step *s = &k->s->v[i];
    struct step_work *w = &k->w->v[i];
    switch (s->kind) {
    case STEP_SPLIT:
        if (split_parts(s, w, a.s) < 0)
            return -1;
        return give_parts(k, i, a, first);
    case STEP_LENGTH:
        length_parts(s, w, a.s);
        return give_parts(k, i, a, first);
    case STEP_METASPACE:
        a = metaspace(s, w, a, first);
        return give_parts(k, i, a, first);
    default:
        a = s->spell ? spell(w, a) : byte_level(s, w, a);
        return run_from(k, i + 1, a, first);
    }
}

int steps_run(const struct steps *s, struct steps_work *w, struct aligned text, bool first,
              piece_fn take, void *arg)
{
    struct walk k = {s, w, take, arg};
    return text.s.n ? run_from(&k, 0, text, first) : 0;
}
