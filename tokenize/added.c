/* Matching of added tokens. A bit for each pair of bytes tells where none starts. */
#include "tokenize/added.h"
#include <stdlib.h>
#include "core/mem.h"
#include "core/utf8.h"
#include "text/unicode.h"

/* In byte order; of equal ones the one with the lower id is the last, which added_at() finds. */
static int by_content(const void *a, const void *b)
{
    const struct added_token *x = a, *y = b;
    int order = slice_cmp(x->content, y->content);
    return order ? order : x->id > y->id ? -1 : x->id < y->id;
}

void added_set_build(struct added_set *s, const struct added_token *v, size_t n)
{
    *s = (struct added_set){0};
    s->v = mem_array(n ? n : 1, sizeof *s->v);
    for (size_t i = 0; i < n; i++)
        if (v[i].content.n)
            s->v[s->n++] = v[i];
    qsort(s->v, s->n, sizeof *s->v, by_content);
    for (size_t i = 0, b = 0; b <= 256; b++) {
        while (i < s->n && (unsigned char)s->v[i].content.p[0] < b)
            i++;
        s->first[b] = (uint32_t)i;
    }
    for (size_t i = 0; i < s->n; i++) {
        s->longest = s->v[i].content.n > s->longest ? s->v[i].content.n : s->longest;
        unsigned a = (unsigned)(unsigned char)s->v[i].content.p[0] << 8;
        if (s->v[i].content.n == 1)
            memset(s->two + (a >> 3), 0xFF, 32);
        else
            a |= (unsigned char)s->v[i].content.p[1];
        s->two[a >> 3] |= (uint8_t)(1u << (a & 7));
    }
}

void added_set_free(struct added_set *s)
{
    mem_free(s->v);
    s->v = NULL;
}

static size_t common(struct slice a, struct slice b)
{
    size_t n = 0;
    while (n < a.n && n < b.n && a.p[n] == b.p[n])
        n++;
    return n;
}

/* The longest token that s begins with. Of the tokens up to s in byte order the last is that one,
 * or shares less with s: then the answer is no longer than what they share. */
static const struct added_token *added_at(const struct added_set *set, struct slice s)
{
    uint32_t first = set->first[(unsigned char)s.p[0]], end = set->first[(unsigned char)s.p[0] + 1];
    while (s.n) {
        uint32_t low = first, high = end;
        while (low < high) {
            uint32_t mid = low + (high - low) / 2;
            if (slice_cmp(set->v[mid].content, s) <= 0)
                low = mid + 1;
            else
                high = mid;
        }
        if (low == first)
            return NULL;
        const struct added_token *a = &set->v[low - 1];
        size_t n = common(a->content, s);
        if (n == a->content.n)
            return a;
        s.n = n;
        end = low;
    }
    return NULL;
}

const struct added_token *added_find(const struct added_set *set, struct slice s, size_t from,
                                     size_t *at)
{
    if (!set->n)
        return NULL;
    for (size_t i = from; i < s.n; i++) {
        unsigned two = (unsigned)(unsigned char)s.p[i] << 8 |
                       (i + 1 < s.n ? (unsigned char)s.p[i + 1] : 0u);
        if (!(set->two[two >> 3] & 1u << (two & 7)))
            continue;
        struct slice here = slice_from(s, i);
        const struct added_token *a = added_at(set, slice_upto(here, set->longest));
        if (a) {
            *at = i;
            return a;
        }
    }
    return NULL;
}

/* ---- what stands beside a match -------------------------------------------------------------- */

/* The character that ends at `at`; *start where it begins. UTF8_BAD for none. */
static uint32_t char_before(struct slice s, size_t at, size_t *start)
{
    size_t i = at;
    if (!at)
        return UTF8_BAD;
    do {
        i--;
    } while (i && at - i < 4 && ((unsigned char)s.p[i] & 0xC0) == 0x80);
    const char *p = s.p + i;
    uint32_t c = utf8_next(&p, s.p + at);
    *start = i;
    return p == s.p + at ? c : UTF8_BAD;
}

static uint32_t char_behind(struct slice s, size_t at, size_t *end)
{
    if (at >= s.n)
        return UTF8_BAD;
    const char *p = s.p + at;
    uint32_t c = utf8_next(&p, s.p + s.n);
    *end = (size_t)(p - s.p);
    return c;
}

bool added_stands_alone(const struct added_token *a, struct slice s, size_t at)
{
    size_t unused = 0;
    return !unicode_is_word(char_before(s, at, &unused)) &&
           !unicode_is_word(char_behind(s, at + a->content.n, &unused));
}

size_t added_space_before(struct slice s, size_t at)
{
    size_t start = at;
    while (unicode_is_space(char_before(s, at, &start)))
        at = start;
    return at;
}

size_t added_space_behind(struct slice s, size_t at)
{
    size_t end = at;
    while (unicode_is_space(char_behind(s, at, &end)))
        at = end;
    return at;
}
