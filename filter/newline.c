#include "filter/newline.h"
#include "core/utf8.h"

static bool ends_line(uint32_t c)
{
    return (c >= '\n' && c <= '\r') || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 ||
           c == 0x2029;
}

/* A run of "\r\n" gives two spaces where Python gives one: the same words to fastText. */
static void split_lines(struct slice text, struct buf *b)
{
    const char *p = text.p, *end = text.p + text.n;
    while (p < end) {
        const char *from = p;
        if (ends_line(utf8_next(&p, end)))
            buf_add_byte(b, ' ');
        else
            buf_add(b, from, (size_t)(p - from));
    }
}

struct slice newline_apply(enum newline policy, struct slice text, struct buf *b)
{
    struct slice line;
    if (policy == NEWLINE_SPACE)
        return text;
    buf_clear(b);
    if (policy == NEWLINE_SPLITLINES)
        split_lines(text, b);
    while (policy == NEWLINE_DELETE && slice_next(&text, '\n', &line))
        buf_add_slice(b, line);
    return buf_slice(b);
}
