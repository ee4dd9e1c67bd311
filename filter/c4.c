/* See c4.h. The order of the tests is part of the definition. */
#include "filter/c4.h"

const struct c4_rules c4_datatrove = {
    .citations = true, .terminal = true, .min_words = 3, .max_word = 1000,
    .lorem_ipsum = true, .javascript = true, .curly = true, .policy = true,
};
const struct c4_rules c4_fineweb = {
    .citations = true, .terminal = false, .min_words = 3, .max_word = 1000,
    .lorem_ipsum = true, .javascript = true, .curly = true, .policy = true,
};

void c4_init(struct c4 *r)
{
    *r = (struct c4){.end = C4_WHOLE};
    buf_init(&r->text, BUF_NO_LIMIT);
    buf_init(&r->line, BUF_NO_LIMIT);
}

void c4_free(struct c4 *r)
{
    buf_free(&r->text);
    buf_free(&r->line);
    word_list_free(&r->work);
}

static void end_buf(struct buf *b, size_t keep)
{
    if (b->cap <= keep)
        return;
    buf_free(b);
    buf_init(b, BUF_NO_LIMIT);
}

void c4_end(struct c4 *r, size_t keep)
{
    end_buf(&r->text, keep);
    end_buf(&r->line, keep);
    if (r->work.cap * sizeof *r->work.v > keep)
        word_list_free(&r->work);
}

/* ---- phrases ------------------------------------------------------------------------------ */

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

/* The phrase at p in text whose lower() is meant: of all characters that lower() makes ASCII
 * letters of, only the Kelvin sign can take part (U+0130 gives two characters). */
static bool phrase_at(const char *p, const char *end, struct slice phrase)
{
    for (size_t i = 0; i < phrase.n; i++) {
        if (p == end)
            return false;
        if (lower(*p) == phrase.p[i])
            p++;
        else if (phrase.p[i] == 'k' && end - p >= 3 && !memcmp(p, "\xE2\x84\xAA", 3))
            p += 3;
        else
            return false;
    }
    return true;
}

enum { FOUND_LOREM = 1, FOUND_JAVASCRIPT = 2, FOUND_POLICY = 4 };

static const struct {
    struct slice text;
    unsigned found;
} phrases[] = {
    {{"lorem ipsum", 11}, FOUND_LOREM},    {{"javascript", 10}, FOUND_JAVASCRIPT},
    {{"terms of use", 12}, FOUND_POLICY},  {{"privacy policy", 14}, FOUND_POLICY},
    {{"cookie policy", 13}, FOUND_POLICY}, {{"uses cookies", 12}, FOUND_POLICY},
    {{"use of cookies", 14}, FOUND_POLICY}, {{"use cookies", 11}, FOUND_POLICY},
};

/* Bit i: a letter that is the first, or the second, of phrase i. */
enum { LO = 1, JA = 2, TE = 4, PR = 8, CO = 16, US = 32 + 64 + 128 };
static const uint8_t begins[32] = {
    ['l' & 31] = LO, ['j' & 31] = JA, ['t' & 31] = TE, ['p' & 31] = PR, ['c' & 31] = CO,
    ['u' & 31] = US,
};
static const uint8_t goes_on[32] = {
    ['o' & 31] = LO | CO, ['a' & 31] = JA, ['e' & 31] = TE, ['r' & 31] = PR, ['s' & 31] = US,
};

/* All phrases in one walk: few pairs of bytes can begin one. */
static unsigned find_phrases(struct slice line)
{
    unsigned found = 0;
    const char *end = line.p + line.n;
    for (const char *p = line.p; p + 1 < end; p++) {
        unsigned may = begins[p[0] & 31] & goes_on[p[1] & 31];
        for (size_t i = 0; may; i++, may >>= 1)
            if ((may & 1) && phrase_at(p, end, phrases[i].text))
                found |= phrases[i].found;
    }
    return found;
}

/* ---- citations ---------------------------------------------------------------------------- */

/* End of [digits], [edit] or [citation needed] at p, where a bracket stands; NULL if it is none. */
static const char *citation(const struct chars *c, const char *p, const char *end)
{
    static const struct slice words[] = {{"[edit]", 6}, {"[citation needed]", 17}};
    struct slice here = slice_of(p, (size_t)(end - p));
    for (size_t i = 0; i < 2; i++)
        if (slice_starts(here, words[i]))
            return p + words[i].n;
    for (p++; p < end; ) {
        if (*p == ']')
            return p + 1;
        if (!(chars_flags(c, chars_next(&p)) & CH_DIGIT))
            return NULL;
    }
    return NULL;
}

/* The line without citations, in r->line if it has any. */
static struct slice without_citations(struct c4 *r, const struct chars *c, struct slice line)
{
    const char *p = line.p, *end = p + line.n, *done = p;
    bool any = false;
    while (p < end && (p = memchr(p, '[', (size_t)(end - p)))) {
        const char *e = citation(c, p, end);
        if (!e) {
            p++;
            continue;
        }
        if (!any)
            buf_clear(&r->line);
        any = true;
        buf_add(&r->line, done, (size_t)(p - done));
        p = done = e;
    }
    if (!any)
        return line;
    buf_add(&r->line, done, (size_t)(end - done));
    return slice_of(r->line.n ? r->line.p : "", r->line.n);
}

/* ---- a line ------------------------------------------------------------------------------- */

static bool ends_well(struct slice line)
{
    if (!line.n || !memchr(".?!\"'", line.p[line.n - 1], 5))
        return false;
    return !slice_ends(line, SLICE("..."));
}

/* Words by white space; *longest in code points. */
static uint64_t count_words(const struct chars *c, struct slice line, uint64_t *longest)
{
    uint64_t n = 0, chars = 0;
    const char *p = line.p, *end = p + line.n;
    *longest = 0;
    while (p < end) {
        uint8_t byte = (uint8_t)*p;
        bool space;
        if (byte < 0x80) {
            space = c->of[byte] & CH_SPACE;
            p++;
        } else {
            space = chars_flags(c, chars_next(&p)) & CH_SPACE;
        }
        n += !space && !chars;
        chars = space ? 0 : chars + 1;
        *longest = chars > *longest ? chars : *longest;
    }
    return n;
}

/* Of a line that was changed: its words are others. */
static uint64_t sentences_anew(struct c4 *r, const struct spacy *s, struct slice line)
{
    spacy_words(s, line, &r->work);
    r->full |= r->work.full;
    return spacy_sentences(s, line, r->work.v, r->work.n, line.n);
}

struct walk {                       /* through the words of the whole text */
    const struct word *v;
    size_t n, at;
};

/* The words of a line of the text as it is. */
static uint64_t sentences_of(struct walk *w, const struct spacy *s, struct slice text,
                             struct slice line)
{
    size_t from = (size_t)(line.p - text.p), first;
    while (w->at < w->n && w->v[w->at].at < from)
        w->at++;
    first = w->at;
    while (w->at < w->n && w->v[w->at].at < from + line.n)
        w->at++;
    return spacy_sentences(s, text, w->v + first, w->at - first, from + line.n);
}

/* True if the line stays. Sets r->end if the document ends here. */
static bool keep_line(struct c4 *r, const struct c4_rules *rules, const struct chars *c,
                      struct slice *line)
{
    uint64_t longest, words = count_words(c, *line, &longest);
    if (longest > rules->max_word) {
        r->too_long_word++;
        return false;
    }
    if (rules->citations)
        *line = without_citations(r, c, *line);
    if (rules->terminal && !ends_well(*line)) {
        r->no_terminal++;
        return false;
    }
    if (words < rules->min_words) {
        r->too_few_words++;
        return false;
    }
    unsigned found = find_phrases(*line);
    if (rules->lorem_ipsum && (found & FOUND_LOREM)) {
        r->end = C4_LOREM_IPSUM;
        return false;
    }
    if (rules->javascript && (found & FOUND_JAVASCRIPT)) {
        r->javascript++;
        return false;
    }
    if (rules->curly && memchr(line->p, '{', line->n)) {
        r->end = C4_CURLY;
        return false;
    }
    if (rules->policy && (found & FOUND_POLICY)) {
        r->policy++;
        return false;
    }
    return true;
}

void c4_run(struct c4 *r, const struct c4_rules *rules, const struct spacy *s, struct slice text,
            const struct word *words, size_t n_words)
{
    const struct chars *c = spacy_chars(s);
    struct slice rest = text, raw;
    struct walk w = {words, n_words, 0};
    r->end = C4_WHOLE;
    r->full = false;
    r->lines = r->kept = r->sentences = 0;
    r->too_long_word = r->no_terminal = r->too_few_words = r->javascript = r->policy = 0;
    buf_clear(&r->text);
    while (r->end == C4_WHOLE && chars_next_line(c, &rest, &raw)) {
        struct slice stripped = chars_strip(c, raw), line = stripped;
        r->lines++;
        if (!keep_line(r, rules, c, &line))
            continue;
        r->sentences += line.p == stripped.p ? sentences_of(&w, s, text, line)
                                             : sentences_anew(r, s, line);
        if (r->kept++)
            buf_add_byte(&r->text, '\n');
        buf_add_slice(&r->text, line);
    }
}

