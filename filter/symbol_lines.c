/* See symbol_lines.h. */
#include "filter/symbol_lines.h"

static bool is_symbol(const struct symbol_set *s, uint32_t c)
{
    if (c == ' ')
        return true;
    if (!s->symbols.p)
        return chars_flags(s->chars, c) & CH_DT_PUNCT;
    for (const char *p = s->symbols.p, *end = p + s->symbols.n; p < end;)
        if (chars_next(&p) == c)
            return true;
    return false;
}

static bool only_symbols(const struct symbol_set *s, struct slice line)
{
    const char *end = line.p + line.n;
    for (const char *p = line.p; p < end;)
        if (!is_symbol(s, chars_next(&p)))
            return false;
    return chars_strip(s->chars, line).n > 0;
}

bool symbol_lines(const struct symbol_set *s, struct slice text, struct buf *out)
{
    struct slice rest = text, line;
    size_t before = out->n, lines = 0;
    bool in_run = false;
    while (chars_next_line(s->chars, &rest, &line)) {
        bool symbols = only_symbols(s, line);
        if (symbols && (in_run || !s->as.n)) {
            in_run = true;
            continue;
        }
        if (lines++)
            buf_add_byte(out, '\n');
        buf_add_slice(out, symbols ? s->as : line);
        in_run = symbols;
    }
    if (!slice_eq(slice_from(buf_slice(out), before), text))
        return true;
    out->n = before;
    return false;
}
