/* aligned - a text, and where in the document its bytes come from
 *
 * Normalizers and pretokenizers rewrite a text before it becomes ids; --offsets wants to know which
 * bytes of the document each id stands for. A `struct aligned` is bytes with, if the text was
 * rewritten, the first and the end of the source bytes for each of them; an align_buf collects one.
 * When offsets are not wanted no places are kept and this is a slice and a buffer.
 */
#ifndef TOKENIZE_ALIGNED_H
#define TOKENIZE_ALIGNED_H
#include "core/buf.h"

struct aligned {
    struct slice s;
    size_t base;                    /* place of s.p[0] when `from` is NULL */
    const uint32_t *from, *to;      /* by byte of s, or NULL: byte i is place base + i */
};

struct align_buf {
    struct buf text;
    uint32_t *from, *to;
    size_t cap;
    bool wanted;                    /* places are kept */
};

void align_init(struct align_buf *b, bool wanted);
void align_free(struct align_buf *b);
void align_clear(struct align_buf *b);
/* n bytes that all come from the places [from, to). */
void align_add(struct align_buf *b, const char *p, size_t n, uint32_t from, uint32_t to);
/* The bytes a.s[at .. at + n) as they are. */
void align_copy(struct align_buf *b, struct aligned a, size_t at, size_t n);
/* Bytes put in front of a text: they come from its first character. */
void align_prepend(struct align_buf *b, const char *p, size_t n, struct aligned a);
/* What the buffer holds; borrowed until it changes. */
struct aligned align_view(const struct align_buf *b);

static inline uint32_t aligned_from(struct aligned a, size_t i)
{
    return a.from ? a.from[i] : (uint32_t)(a.base + i);
}

/* End of the source of byte i. */
static inline uint32_t aligned_to(struct aligned a, size_t i)
{
    return a.to ? a.to[i] : (uint32_t)(a.base + i + 1);
}

static inline struct aligned aligned_part(struct aligned a, size_t at, size_t end)
{
    return (struct aligned){slice_of(a.s.p + at, end - at), a.base + at,
                            a.from ? a.from + at : NULL, a.to ? a.to + at : NULL};
}

#endif
