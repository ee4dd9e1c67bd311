/* See warc_arc.h. */
#include "read/warc_arc.h"

enum { DATE_DIGITS = 12 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool all_digits(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_digit(s.p[i]))
            return false;
    return s.n > 0;
}

/* "scheme:" at the front. */
static bool has_scheme(struct slice s)
{
    size_t n = 0;
    while (n < s.n && n < 12 && (s.p[n] | 0x20) >= 'a' && (s.p[n] | 0x20) <= 'z')
        n++;
    return n > 1 && n < s.n && s.p[n] == ':';
}

/* Takes the last field off *s. */
static struct slice last_field(struct slice *s)
{
    const char *space = s->n ? memrchr(s->p, ' ', s->n) : NULL;
    const size_t at = space ? (size_t)(space - s->p) + 1 : 0;
    const struct slice field = slice_from(*s, at);
    *s = slice_upto(*s, at ? at - 1 : 0);
    return field;
}

bool arc_head(struct slice line, struct arc_head *h)
{
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    if (!has_scheme(line))
        return false;
    const struct slice length = last_field(&line);
    if (!all_digits(length) || length.n > 15)
        return false;
    h->length = 0;
    for (size_t i = 0; i < length.n; i++)
        h->length = h->length * 10 + (uint64_t)(length.p[i] - '0');
    h->content_type = SLICE("");
    /* The date stands behind the address; version 2 has up to five fields between it and length. */
    for (int i = 0; i < 8 && line.n; i++) {
        const struct slice field = last_field(&line);
        if (field.n >= DATE_DIGITS && field.n <= 20 && all_digits(field)) {
            h->date = field;
            last_field(&line);                  /* the address */
            h->uri = line;
            return line.n > 0;
        }
        h->content_type = field;
    }
    return false;
}
