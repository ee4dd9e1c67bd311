/* See warc_select.h. */
#include <fnmatch.h>
#include <stdio.h>
#include "read/warc_select.h"

#define PATTERN_MAX 4096

bool select_name(const char *list, struct slice name)
{
    struct slice rest = slice_str(list), one;
    if (!rest.n)
        return true;
    while (slice_next(&rest, ',', &one))
        if (slice_eq_nocase(slice_trim(one), name))
            return true;
    return false;
}

bool select_status(const char *list, unsigned status)
{
    char number[12], class[12];
    snprintf(number, sizeof number, "%u", status);
    snprintf(class, sizeof class, "%uxx", status / 100);
    return select_name(list, slice_str(number)) || select_name(list, slice_str(class));
}

bool select_language(const char *list, struct slice tag)
{
    size_t n = 0;
    while (n < tag.n && tag.p[n] != '-' && tag.p[n] != '_')
        n++;
    return select_name(list, slice_upto(tag, n)) || select_name(list, tag);
}

static bool matches(struct slice pattern, struct slice s)
{
    char p[PATTERN_MAX], t[PATTERN_MAX];
    snprintf(p, sizeof p, "%.*s", (int)slice_upto(pattern, PATTERN_MAX - 1).n, pattern.p);
    snprintf(t, sizeof t, "%.*s", (int)slice_upto(s, PATTERN_MAX - 1).n, s.p);
    return fnmatch(p, t, FNM_CASEFOLD) == 0;
}

bool select_pattern(const char *list, struct slice s)
{
    struct slice rest = slice_str(list), one;
    if (!rest.n)
        return true;
    while (slice_next(&rest, ',', &one))
        if (matches(slice_trim(one), s))
            return true;
    return false;
}

bool select_any_pattern(const char *const *patterns, uint64_t n, struct slice s)
{
    for (uint64_t i = 0; i < n; i++)
        if (matches(slice_str(patterns[i]), s))
            return true;
    return n == 0;
}
