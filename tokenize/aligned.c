/* See aligned.h. */
#include "tokenize/aligned.h"
#include "core/mem.h"

void align_init(struct align_buf *b, bool wanted)
{
    *b = (struct align_buf){.wanted = wanted};
    buf_init(&b->text, BUF_NO_LIMIT);
}

void align_free(struct align_buf *b)
{
    buf_free(&b->text);
    mem_free(b->from);
    mem_free(b->to);
}

void align_clear(struct align_buf *b)
{
    buf_clear(&b->text);
}

static void room(struct align_buf *b, size_t n)
{
    if (b->text.n + n <= b->cap)
        return;
    b->cap = (b->text.n + n) * 2 + 256;
    b->from = mem_grow_array(b->from, b->cap, sizeof *b->from);
    b->to = mem_grow_array(b->to, b->cap, sizeof *b->to);
}

void align_add(struct align_buf *b, const char *p, size_t n, uint32_t from, uint32_t to)
{
    if (b->wanted) {
        room(b, n);
        for (size_t i = 0; i < n; i++) {
            b->from[b->text.n + i] = from;
            b->to[b->text.n + i] = to;
        }
    }
    buf_add(&b->text, p, n);
}

void align_copy(struct align_buf *b, struct aligned a, size_t at, size_t n)
{
    if (b->wanted) {
        room(b, n);
        for (size_t i = 0; i < n; i++) {
            b->from[b->text.n + i] = aligned_from(a, at + i);
            b->to[b->text.n + i] = aligned_to(a, at + i);
        }
    }
    buf_add(&b->text, a.s.p + at, n);
}

void align_prepend(struct align_buf *b, const char *p, size_t n, struct aligned a)
{
    size_t end = 1;
    while (end < a.s.n && ((unsigned char)a.s.p[end] & 0xC0) == 0x80)
        end++;
    align_add(b, p, n, aligned_from(a, 0), aligned_to(a, end - 1));
}

struct aligned align_view(const struct align_buf *b)
{
    return (struct aligned){buf_slice(&b->text), 0, b->wanted ? b->from : NULL,
                            b->wanted ? b->to : NULL};
}
