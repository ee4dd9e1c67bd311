/* pieces - see pieces.h. */
#include "dedup/pieces.h"
#include "core/mem.h"
#include "dedup/fold.h"
#include "text/spacy.h"

struct cutter {
    enum piece_kind kind;
    bool exact;
    uint64_t min_words;
    struct folder *folder;
    struct spacy *spacy;            /* for sentences */
    struct word_list words;
    struct buf folded;
    struct piece_key *v;
    size_t n, cap, worded;
};

enum { FOLD_STEP = 4096 };

struct cutter *cutter_new(enum piece_kind kind, bool exact, uint64_t min_words)
{
    struct cutter *c = mem_zero(sizeof *c);
    c->kind = kind;
    c->exact = exact;
    c->min_words = min_words;
    c->folder = folder_new();
    if (kind == PIECE_SENTENCE)
        c->spacy = spacy_new();
    buf_init(&c->folded, BUF_NO_LIMIT);
    return c;
}

void cutter_free(struct cutter *c)
{
    if (!c)
        return;
    folder_free(c->folder);
    spacy_free(c->spacy);
    word_list_free(&c->words);
    buf_free(&c->folded);
    mem_free(c->v);
    mem_free(c);
}

/* ---- keys ----------------------------------------------------------------------------------- */

/* Drops spaces in front of each word but one, from *n bytes at p; counts words. `open`: the byte
 * before belongs to a word. */
static uint64_t squeeze(char *p, size_t *n, bool *open)
{
    uint64_t words = 0;
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++) {
        if (p[i] != ' ') {
            words += !*open;
            p[kept++] = p[i];
        } else if (*open) {
            p[kept++] = ' ';
        }
        *open = p[i] != ' ';
    }
    *n = kept;
    return words;
}

/* Fills c->folded with the words of a piece, one space between them. */
static uint64_t fold_piece(struct cutter *c, struct slice piece)
{
    const char *p = piece.p, *end = piece.p + piece.n;
    uint64_t words = 0;
    bool open = false;
    buf_clear(&c->folded);
    while (p < end) {
        char *to = buf_reserve(&c->folded, FOLD_STEP);
        size_t n = fold_next(c->folder, &p, end, to, FOLD_STEP);
        words += squeeze(to, &n, &open);
        c->folded.n += n;
    }
    if (c->folded.n && !open)
        c->folded.n--;
    return words;
}

static void add_piece(struct cutter *c, struct slice text, size_t at, size_t n)
{
    struct slice piece = slice_of(text.p + at, n);
    uint64_t words = fold_piece(c, piece);
    c->worded += words > 0;
    if (words < c->min_words || !words)
        return;
    if (c->n == c->cap) {
        c->cap = c->cap ? c->cap * 2 : 256;
        c->v = mem_grow_array(c->v, c->cap, sizeof *c->v);
    }
    struct hash128 key = hash128(c->exact ? slice_trim(piece) : buf_slice(&c->folded));
    c->v[c->n++] = (struct piece_key){at, n, key};
}

/* ---- cutting -------------------------------------------------------------------------------- */

static void cut_lines(struct cutter *c, struct slice text)
{
    for (size_t at = 0, n; at < text.n; at += n) {
        n = slice_find_byte(slice_from(text, at), '\n') + 1;
        if (n > text.n - at)
            n = text.n - at;
        add_piece(c, text, at, n);
    }
}

static bool is_blank(struct slice line)
{
    return slice_trim(line).n == 0;
}

/* A paragraph goes on to the last of the blank lines behind it. */
static void cut_paragraphs(struct cutter *c, struct slice text)
{
    size_t start = 0;
    bool blank = false;
    for (size_t at = 0, n; at < text.n; at += n) {
        n = slice_find_byte(slice_from(text, at), '\n') + 1;
        if (n > text.n - at)
            n = text.n - at;
        bool here = is_blank(slice_of(text.p + at, n));
        if (blank && !here) {
            add_piece(c, text, start, at - start);
            start = at;
        }
        blank = here;
    }
    if (start < text.n)
        add_piece(c, text, start, text.n - start);
}

/* spacy/pipeline/sentencizer.pyx: behind a stop, the first word that is no punctuation begins a
 * sentence. */
static void cut_sentences(struct cutter *c, struct slice text)
{
    size_t start = 0;
    bool stop = false;
    spacy_words(c->spacy, text, &c->words);
    for (size_t i = 0; i < c->words.n; i++) {
        const struct word *w = &c->words.v[i];
        if (stop && !(w->flags & (WORD_PUNCT | WORD_STOP))) {
            add_piece(c, text, start, w->at - start);
            start = w->at;
            stop = false;
        }
        stop |= (w->flags & WORD_STOP) != 0;
    }
    if (start < text.n)
        add_piece(c, text, start, text.n - start);
}

int cutter_run(struct cutter *c, struct slice text, const struct piece_key **pieces, size_t *n)
{
    c->n = c->worded = 0;
    if (c->kind == PIECE_SENTENCE && text.n >= UINT32_MAX)
        return -1;
    switch (c->kind) {
    case PIECE_LINE: cut_lines(c, text); break;
    case PIECE_PARAGRAPH: cut_paragraphs(c, text); break;
    case PIECE_SENTENCE: cut_sentences(c, text); break;
    }
    *pieces = c->v;
    *n = c->n;
    return 0;
}

size_t cutter_worded(const struct cutter *c) { return c->worded; }

void cutter_strike(struct slice text, const struct piece_key *pieces, const bool *struck, size_t n,
                   struct buf *out)
{
    size_t at = 0, before = out->n;
    for (size_t i = 0; i < n; i++) {
        if (!struck[i])
            continue;
        buf_add(out, text.p + at, pieces[i].at - at);
        at = pieces[i].at + pieces[i].n;
    }
    buf_add(out, text.p + at, text.n - at);
    if (n && struck[n - 1] && at == text.n)
        while (out->n > before && strchr(" \n\r\t", out->p[out->n - 1]))
            out->n--;
}
