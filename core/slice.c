/* slice - see slice.h. */
#include "core/slice.h"

int slice_cmp(struct slice a, struct slice b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

bool slice_starts_nocase(struct slice a, struct slice prefix)
{
    if (a.n < prefix.n)
        return false;
    for (size_t i = 0; i < prefix.n; i++)
        if (lower(a.p[i]) != lower(prefix.p[i]))
            return false;
    return true;
}

bool slice_eq_nocase(struct slice a, struct slice b)
{
    return a.n == b.n && slice_starts_nocase(a, b);
}

size_t slice_find(struct slice a, struct slice needle)
{
    const char *at = !needle.n ? a.p : a.n ? memmem(a.p, a.n, needle.p, needle.n) : NULL;
    return at ? (size_t)(at - a.p) : a.n;
}

size_t slice_find_byte(struct slice a, char c)
{
    const char *at = a.n ? memchr(a.p, c, a.n) : NULL;
    return at ? (size_t)(at - a.p) : a.n;
}

static bool space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

struct slice slice_trim(struct slice a)
{
    while (a.n && space(a.p[0]))
        a = slice_from(a, 1);
    while (a.n && space(a.p[a.n - 1]))
        a.n--;
    return a;
}

bool slice_next(struct slice *rest, char sep, struct slice *piece)
{
    if (!rest->p)
        return false;
    size_t n = slice_find_byte(*rest, sep);
    *piece = slice_upto(*rest, n);
    *rest = n < rest->n ? slice_from(*rest, n + 1) : (struct slice){NULL, 0};
    return true;
}
