/* excise - see excise.h. */
#include "dedup/excise.h"
#include <stdlib.h>
#include "core/utf8.h"

static bool is_start(char c) { return ((unsigned char)c & 0xC0) != 0x80; }

/* Bytes of up to n characters before, or from, a place. */
static size_t before(struct slice text, size_t at, uint64_t n)
{
    for (; at > 0 && n > 0; n -= is_start(text.p[at]))
        at--;
    return at;
}

static size_t behind(struct slice text, size_t at, uint64_t n)
{
    for (; at < text.n && n > 0; n--)
        for (at++; at < text.n && !is_start(text.p[at]);)
            at++;
    return at;
}

static int by_place(const void *x, const void *y)
{
    const struct word_range *a = x, *b = y;
    return a->from != b->from ? (a->from < b->from ? -1 : 1) : 0;
}

static void add_piece(struct slice piece, const struct cutting *how, struct buf *out)
{
    if (utf8_count(piece) < how->min_piece || !piece.n)
        return;
    if (out->n)
        buf_add_byte(out, '\n');
    buf_add_slice(out, piece);
}

size_t excise(struct slice text, struct word_range *v, size_t n, const struct cutting *how,
              struct buf *out)
{
    size_t cuts = 0, kept_to = 0;
    buf_clear(out);
    qsort(v, n, sizeof *v, by_place);
    for (size_t i = 0; i < n;) {
        size_t from = before(text, v[i].from, how->margin), to = behind(text, v[i].to, how->margin);
        for (i++; i < n && before(text, v[i].from, how->margin) <= to; i++) {
            size_t end = behind(text, v[i].to, how->margin);
            to = end > to ? end : to;
        }
        add_piece(slice_of(text.p + kept_to, from - kept_to), how, out);
        kept_to = to;
        cuts++;
    }
    add_piece(slice_from(text, kept_to), how, out);
    return cuts;
}
