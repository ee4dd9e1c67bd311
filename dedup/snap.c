/* snap - see snap.h. */
#include "dedup/snap.h"

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Whether a text may be cut before the byte at i. */
static bool may_cut(enum snap snap, struct slice text, size_t i)
{
    if (i == 0 || i == text.n)
        return true;
    switch (snap) {
    case SNAP_CHARS: return ((unsigned char)text.p[i] & 0xC0) != 0x80;
    case SNAP_WORDS: return is_space(text.p[i]) || is_space(text.p[i - 1]);
    case SNAP_LINES: return text.p[i - 1] == '\n';
    }
    return false;
}

bool snap_shrink(enum snap snap, struct slice text, size_t *from, size_t *to)
{
    while (*from < *to && !may_cut(snap, text, *from))
        ++*from;
    while (*to > *from && !may_cut(snap, text, *to))
        --*to;
    return *to > *from;
}
